using System.Text.Json;
using Amazon;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.Runtime;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>The ways that are compared: ours and the peers.</summary>
internal static class DecodeWays
{
    public const string Walk = "Utf8JsonReader, tokens only";

    // Only maps documents to classes; nothing is ever sent.
    private static readonly DynamoDBContext Aws = new DynamoDBContextBuilder()
        .WithDynamoDBClient(static () => new AmazonDynamoDBClient(new BasicAWSCredentials("none", "none"), RegionEndpoint.USEast1)).Build();

    /// <summary>Reads a model's every member into a sum.</summary>
    private delegate void AddModel<in TModel>(ref DecodeSum sum, TModel model);

    /// <summary>Reads a view's every member into a sum.</summary>
    private delegate void AddView<TView>(ref DecodeSum sum, in TView view)
        where TView : allows ref struct;

    public static DecodeWay WalkTokens(DecodeCorpus corpus) => new(Walk, corpus, static (record, ref sum) =>
    {
        var reader = new Utf8JsonReader(record);
        while (reader.Read())
        {
            sum.Add((long)reader.TokenType);
        }
    }, isCompared: false);

    /// <summary>All ways for a shape.</summary>
    public static IEnumerable<DecodeWay> All(DecodeCorpus corpus) =>
    [
        WalkTokens(corpus),
        .. corpus.Shape switch
        {
            "A" => Peers<DecodeCustomer>(corpus, JsonMapping.Customer, ModelSums.Add),
            "B" => Peers<DecodeReading>(corpus, JsonMapping.Reading, ModelSums.Add),
            _ => Peers<DecodeItem>(corpus, JsonMapping.Item, ModelSums.Add),
        },
        Ordinary(corpus),
        .. Ours(corpus),
    ];

    public static DecodeWay Ordinary(DecodeCorpus corpus)
    {
        var shape = corpus.Shape;
        return new("ordinary Utf8JsonReader code, views", corpus, (record, ref sum) => OrdinaryReader.Read(shape, record, ref sum));
    }

    public static IEnumerable<DecodeWay> Ours(DecodeCorpus corpus) => corpus.Shape switch
    {
        "A" => Ours<DecodeCustomer, DecodeCustomer.View>(corpus, ModelSums.Add, ModelSums.Add),
        "B" => Ours<DecodeReading, DecodeReading.View>(corpus, ModelSums.Add, ModelSums.Add),
        _ => Ours<DecodeItem, DecodeItem.View>(corpus, ModelSums.Add, ModelSums.Add),
    };

    public static IEnumerable<DecodeWay> LongNumbers(DecodeCorpus corpus) => Ours<LongNumberCustomer, LongNumberCustomer.View>(corpus, ModelSums.Add, ModelSums.Add);

    /// <summary>Only the new image is read.</summary>
    public static DecodeWay NewImageOnly(DecodeCorpus corpus) => corpus.Shape switch
    {
        "A" => NewImageOnly<DecodeCustomer.View>(corpus, ModelSums.Add),
        "B" => NewImageOnly<DecodeReading.View>(corpus, ModelSums.Add),
        _ => NewImageOnly<DecodeItem.View>(corpus, ModelSums.Add),
    };

    private static DecodeWay NewImageOnly<TView>(DecodeCorpus corpus, AddView<TView> add)
        where TView : struct, ICdcView<TView>, allows ref struct
        => new("TypedCdc, CdcRecord.View, new image only", corpus, (record, ref sum) =>
        {
            var change = CdcRecord.View<TView>(record, Images.After);
            sum.Add((long)change.Operation);
            sum.Add(change.SizeBytes);
            if (change.HasAfter)
            {
                add(ref sum, change.After);
            }
        }, isCompared: false);

    private static IEnumerable<DecodeWay> Ours<TModel, TView>(DecodeCorpus corpus, AddModel<TModel> addModel, AddView<TView> addView)
        where TView : struct, ICdcView<TView>, allows ref struct
        =>
        [
            new("TypedCdc, CdcRecord.View", corpus, (record, ref sum) =>
            {
                var change = CdcRecord.View<TView>(record);
                sum.Add((long)change.Operation);
                sum.Add(change.SizeBytes);
                if (change.HasAfter)
                {
                    addView(ref sum, change.After);
                }

                if (change.HasBefore)
                {
                    addView(ref sum, change.Before);
                }
            }),
            new("TypedCdc, CdcRecord.Decode", corpus, (record, ref sum) =>
            {
                var change = CdcRecord.Decode<TModel>(record);
                sum.Add((long)change.Operation);
                sum.Add(change.SizeBytes);
                switch (change)
                {
                    case Modified<TModel> modified:
                        addModel(ref sum, modified.After);
                        addModel(ref sum, modified.Before);
                        break;
                    case Inserted<TModel> inserted:
                        addModel(ref sum, inserted.After);
                        break;
                    case Removed<TModel> removed:
                        addModel(ref sum, removed.Before);
                        break;
                }
            }),
        ];

    private static IEnumerable<DecodeWay> Peers<TModel>(DecodeCorpus corpus, Func<Dictionary<string, JsonValue>, TModel> map, AddModel<TModel> add)
    {
        yield return new("AWS SDK: attribute map, document, class", corpus, (record, ref sum) => Read(
            record, ref sum, values => Aws.FromDocument<TModel>(Document.FromAttributeMap(JsonValue.ToAttributeMap(values))), add));
        yield return new("System.Text.Json source-generated, then mapped", corpus, (record, ref sum) => Read(record, ref sum, map, add));
    }

    private static void Read<TModel>(ReadOnlySpan<byte> record, ref DecodeSum sum, Func<Dictionary<string, JsonValue>, TModel> map, AddModel<TModel> add)
    {
        var change = JsonSerializer.Deserialize(record, JsonShapes.Default.JsonEvent)!;
        sum.Add(change.EventName switch { "INSERT" => (long)ChangeOperation.Insert, "MODIFY" => (long)ChangeOperation.Modify, _ => (long)ChangeOperation.Remove });
        sum.Add(change.DynamoDb.SizeBytes);
        if (change.DynamoDb.NewImage is { } after)
        {
            add(ref sum, map(after));
        }

        if (change.DynamoDb.OldImage is { } before)
        {
            add(ref sum, map(before));
        }
    }
}
