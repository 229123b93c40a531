// The shapes in which changes and items are handed about: what Kinesis, DynamoDB Streams, Lambda, exports and the AWS command line write.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace TypedCdc.Generators.Samples;

/// <summary>Takes the images out of the JSON values of a sample file.</summary>
internal static class SampleRecord
{
    /// <summary>The records in a JSON value: an array's, those of Lambda and GetRecords (<c>Records</c>), of a scan (<c>Items</c>), or the value itself.</summary>
    public static IEnumerable<SampleJson> Unwrap(SampleJson json)
    {
        // Each of the two could be an attribute of an item, but then its value is an object.
        var wrapped = json.Kind == SampleJsonKind.Array ? json
            : json["Records"] is { Kind: SampleJsonKind.Array } records ? records
            : json["Items"] is { Kind: SampleJsonKind.Array } items ? items
            : null;
        return wrapped is null ? [json] : wrapped.Values.SelectMany(Unwrap);
    }

    /// <summary>The images of one record.</summary>
    /// <exception cref="SampleJsonException">It is neither a change record nor an item.</exception>
    public static List<SampleImage> Read(SampleJson json)
    {
        var position = json.Start;
        var images = new List<SampleImage>();
        if (json["kinesis"]?["data"] is { Kind: SampleJsonKind.String } data)
        {
            // Positions inside the data mean nothing in the file.
            json = Relocate(ReadData(data.Text, position), position);
        }

        if (json.Kind != SampleJsonKind.Object)
        {
            throw new SampleJsonException(position, "is neither a change record nor an item");
        }

        if (json["dynamodb"] is { Kind: SampleJsonKind.Object } change && HasImages(change))
        {
            AddImages(change, GetTable(json), position, images);
        }
        else if (HasImages(json) && (json["Metadata"] ?? json["Keys"]) is { } marker && !IsValue(marker))
        {
            // A line of an incremental export.
            AddImages(json, null, position, images);
        }
        else if (json is { Names.Count: 1 } && json["Item"] is { } item && !IsValue(item))
        {
            images.Add(new(null, SampleImageRole.Item, position, SampleValue.ReadAttributes(item)));
        }
        else
        {
            images.Add(new(null, SampleImageRole.Item, position, SampleValue.ReadAttributes(json)));
        }

        return images;
    }

    private static SampleJson ReadData(string base64, int position)
    {
        try
        {
            return new SampleJsonReader(Encoding.UTF8.GetString(Convert.FromBase64String(base64))).Read();
        }
        catch (Exception exception) when (exception is FormatException or SampleJsonException)
        {
            throw new SampleJsonException(position, "has Kinesis data that is not JSON in base64");
        }
    }

    private static SampleJson Relocate(SampleJson json, int position) =>
        json with { Start = position, Values = json.Values.ConvertAll(value => Relocate(value, position)) };

    private static bool HasImages(SampleJson json) => json["Keys"] is not null || json["NewImage"] is not null || json["OldImage"] is not null;

    private static bool IsValue(SampleJson json)
    {
        try
        {
            _ = SampleValue.Read(json);
            return true;
        }
        catch (SampleJsonException)
        {
            return false;
        }
    }

    private static void AddImages(SampleJson change, string? table, int position, List<SampleImage> images)
    {
        Add("NewImage", SampleImageRole.Item);
        Add("OldImage", SampleImageRole.Item);
        Add("Keys", SampleImageRole.Keys);

        void Add(string name, SampleImageRole role)
        {
            if (change[name] is { Kind: not SampleJsonKind.Null } image)
            {
                images.Add(new(table, role, position, SampleValue.ReadAttributes(image)));
            }
        }
    }

    // arn:aws:dynamodb:eu-central-1:111122223333:table/customers/stream/2026-01-01T00:00:00.000
    private static string? GetTable(SampleJson record)
    {
        if (record["tableName"] is { Kind: SampleJsonKind.String } name)
        {
            return name.Text;
        }

        var arn = (record["eventSourceARN"] ?? record["eventSourceArn"])?.Text.Split('/');
        return arn is { Length: >= 2 } && arn[0].EndsWith(":table", StringComparison.Ordinal) ? arn[1] : null;
    }
}
