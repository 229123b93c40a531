using System.Globalization;
using System.Text.Json.Serialization;
using Amazon.DynamoDBv2.Model;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>The event as System.Text.Json's source generator reads it: attribute values by their shape, which are then mapped.</summary>
internal sealed class JsonEvent
{
    [JsonPropertyName("eventName")] public required string EventName { get; set; }

    [JsonPropertyName("dynamodb")] public required JsonImages DynamoDb { get; set; }
}

internal sealed class JsonImages
{
    public Dictionary<string, JsonValue>? NewImage { get; set; }

    public Dictionary<string, JsonValue>? OldImage { get; set; }

    public int SizeBytes { get; set; }
}

internal sealed class JsonValue
{
    public string? S { get; set; }

    public string? N { get; set; }

    public byte[]? B { get; set; }

    [JsonPropertyName("BOOL")] public bool? Bool { get; set; }

    [JsonPropertyName("NULL")] public bool? Null { get; set; }

    public Dictionary<string, JsonValue>? M { get; set; }

    public List<JsonValue>? L { get; set; }

    [JsonPropertyName("SS")] public List<string>? Texts { get; set; }

    [JsonPropertyName("NS")] public List<string>? Numbers { get; set; }

    /// <summary>The AWS SDK's class of the same value.</summary>
    public AttributeValue ToAttributeValue() =>
        S is not null ? new() { S = S }
        : N is not null ? new() { N = N }
        : Bool is { } flag ? new() { BOOL = flag }
        : Null is not null ? new() { NULL = true }
        : M is not null ? new() { M = ToAttributeMap(M) }
        : L is not null ? new() { L = L.ConvertAll(static one => one.ToAttributeValue()) }
        : Texts is not null ? new() { SS = Texts }
        : Numbers is not null ? new() { NS = Numbers }
        : new() { B = new(B!) };

    public static Dictionary<string, AttributeValue> ToAttributeMap(Dictionary<string, JsonValue> map)
    {
        var result = new Dictionary<string, AttributeValue>(map.Count, StringComparer.Ordinal);
        foreach (var (name, value) in map)
        {
            result.Add(name, value.ToAttributeValue());
        }

        return result;
    }
}

[JsonSerializable(typeof(JsonEvent))]
internal sealed partial class JsonShapes : JsonSerializerContext;

/// <summary>Models from attribute values by hand.</summary>
internal static class JsonMapping
{
    public static DecodeCustomer Customer(Dictionary<string, JsonValue> map) => new()
    {
        UserId = Long(map["userid"]),
        FirstName = map.GetValueOrDefault("first_name")?.S,
        LastName = map.GetValueOrDefault("last_name")?.S,
        Phone = map.TryGetValue("phone", out var phone) ? Long(phone) : null,
    };

    public static DecodeReading Reading(Dictionary<string, JsonValue> map) => new()
    {
        Device = map["device"].S!,
        Timestamp = map["timestamp"].S!,
        Humidity = Double(map["humidity"]),
        Temperature = Decimal(map["temperature"]),
    };

    public static DecodeItem Item(Dictionary<string, JsonValue> map) => new()
    {
        Pk = map["pk"].S!,
        Sk = map["sk"].S!,
        Status = map["status"].S,
        Email = map["email"].S,
        FullName = map["full_name"].S,
        Category = map["category"].S,
        Country = map["country"].S,
        Currency = map["currency"].S,
        Description = map["description"].S,
        Notes = map["notes"].S,
        ImageUrl = map["image_url"].S,
        Sku = map["sku"].S,
        CreatedAt = map["created_at"].S,
        UpdatedAt = map["updated_at"].S,
        ParentId = map["parent_id"].S,
        Version = (int)Long(map["version"]),
        Quantity = (int)Long(map["quantity"]),
        Views = Long(map["views"]),
        Stock = (int)Long(map["stock"]),
        Priority = (int)Long(map["priority"]),
        Retries = (int)Long(map["retries"]),
        ExpiresAt = map["expires_at"].N is null ? null : Long(map["expires_at"]),
        Price = Decimal(map["price"]),
        Cost = Decimal(map["cost"]),
        Tax = Decimal(map["tax"]),
        Discount = Decimal(map["discount"]),
        Rating = Double(map["rating"]),
        Weight = Double(map["weight"]),
        Score = Double(map["score"]),
        Margin = Double(map["margin"]),
        Active = map["active"].Bool!.Value,
        Deleted = map["deleted"].Bool!.Value,
        Featured = map["featured"].Bool!.Value,
        Address = Address(map["address"].M!),
        Dims = new() { W = Double(map["dims"].M!["w"]), H = Double(map["dims"].M!["h"]), D = Double(map["dims"].M!["d"]) },
        Lines = map["lines"].L!.ConvertAll(static line => new DecodeLine { Sku = line.M!["sku"].S!, Qty = (int)Long(line.M!["qty"]), Price = Decimal(line.M!["price"]) }),
        History = map["history"].L!.ConvertAll(static one => one.S!),
        Tags = new(map["tags"].Texts!, StringComparer.Ordinal),
        Scores = [.. map["scores"].Numbers!.Select(static one => int.Parse(one, CultureInfo.InvariantCulture))],
        Payload = map["payload"].B!,
    };

    private static DecodeAddress Address(Dictionary<string, JsonValue> map) => new()
    {
        Street = map["street"].S!,
        City = map["city"].S!,
        Zip = map["zip"].S!,
        Geo = new() { Lat = Double(map["geo"].M!["lat"]), Lon = Double(map["geo"].M!["lon"]) },
    };

    private static long Long(JsonValue value) => long.Parse(value.N!, CultureInfo.InvariantCulture);

    private static double Double(JsonValue value) => double.Parse(value.N!, CultureInfo.InvariantCulture);

    private static decimal Decimal(JsonValue value) => decimal.Parse(value.N!, CultureInfo.InvariantCulture);
}
