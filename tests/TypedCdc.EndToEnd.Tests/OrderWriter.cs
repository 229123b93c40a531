using System.Globalization;
using System.Text.Json.Nodes;
using TypedCdc.Services;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>An application that puts, updates and deletes orders in DynamoDB, drawn from a seed, with values of every type, nested and at the limits.</summary>
internal sealed class OrderWriter(AwsJsonClient tables, int seed)
{
    private static readonly string[] ExactNumbers =
    [
        "12345678901234567890123456789012345678", "-99999999999999999999999999999999999999", "0.00000000000000000000000000000000000012345678901234567890123456789",
        "9007199254740993", "1E-130", "9.9999999999999999999999999999999999999E+125", "0", "-1.5",
    ];

    // This DynamoDB Local is of the time when an empty string or binary was refused.
    private static readonly string[] Notes = [" ", "plain", "quote \" and \\ and / ", "Zürich, İstanbul, ıI", "भक्तपुर 🚀", "line\nbreak\ttab\u0001"];

    private readonly Random _random = new(seed);

    /// <summary>How many changes the table's stream must show.</summary>
    internal int Changes { get; private set; }

    private readonly Dictionary<string, string> _current = [];

    internal async Task CreateTableAsync()
    {
        await tables.CallAsync("CreateTable", JsonNode.Parse("""
            {"TableName":"orders","BillingMode":"PAY_PER_REQUEST",
             "AttributeDefinitions":[{"AttributeName":"customer","AttributeType":"S"},{"AttributeName":"number","AttributeType":"N"}],
             "KeySchema":[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"number","KeyType":"RANGE"}],
             "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}
            """)!.AsObject());
    }

    internal async Task WriteAsync(int count)
    {
        for (var done = 0; done < count; done++)
        {
            var key = new JsonObject { ["customer"] = S(Pick(["Ada", "İpek", "a/b c"])), ["number"] = N(_random.Next(8).ToString(CultureInfo.InvariantCulture)) };
            var name = key.ToJsonString();
            switch (_random.Next(6))
            {
                case 0:
                    await tables.CallAsync("DeleteItem", new() { ["TableName"] = "orders", ["Key"] = key });
                    Count(name, null);
                    break;
                case 1 or 2 when _current.ContainsKey(name):
                    // A counter makes every update a change: DynamoDB shows none for an update that changes nothing.
                    await tables.CallAsync("UpdateItem", new()
                    {
                        ["TableName"] = "orders",
                        ["Key"] = key,
                        ["UpdateExpression"] = "SET turn = :turn, nested.#list[0] = :turn, exact = :exact REMOVE note",
                        ["ExpressionAttributeNames"] = new JsonObject { ["#list"] = "list" },
                        ["ExpressionAttributeValues"] = new JsonObject { [":turn"] = N(done.ToString(CultureInfo.InvariantCulture)), [":exact"] = N(Pick(ExactNumbers)) },
                    });
                    Changes++;
                    break;
                default:
                    var item = Item(key, done);
                    await tables.CallAsync("PutItem", new() { ["TableName"] = "orders", ["Item"] = item });
                    Count(name, item.ToJsonString());
                    break;
            }
        }
    }

    /// <summary>All items as DynamoDB has them now.</summary>
    internal async Task<List<JsonObject>> ScanAsync()
    {
        var items = new List<JsonObject>();
        JsonNode? last = null;
        do
        {
            var request = new JsonObject { ["TableName"] = "orders", ["ConsistentRead"] = true };
            if (last is not null)
                request["ExclusiveStartKey"] = last.DeepClone();
            var page = await tables.CallAsync("Scan", request);
            items.AddRange(page["Items"]!.AsArray().Select(item => item!.DeepClone().AsObject()));
            last = page["LastEvaluatedKey"];
        }
        while (last is not null);
        return items;
    }

    private JsonObject Item(JsonObject key, int turn)
    {
        var item = (JsonObject)key.DeepClone();
        item["turn"] = N(turn.ToString(CultureInfo.InvariantCulture));
        item["note"] = S(Pick(Notes));
        if (_random.Next(4) > 0)
            item["amount"] = N((_random.Next(-1_000_000, 1_000_000) / 100m).ToString(CultureInfo.InvariantCulture));
        item["exact"] = N(Pick(ExactNumbers));
        if (_random.Next(3) > 0)
            item["paid"] = new JsonObject { ["BOOL"] = _random.Next(2) == 0 };
        var proof = new byte[_random.Next(1, 40)];
        _random.NextBytes(proof);
        item["proof"] = new JsonObject { ["B"] = Convert.ToBase64String(proof) };
        item["nested"] = JsonNode.Parse("""
            {"M":{"list":{"L":[{"N":"1"},{"S":"two"},{"M":{"deep":{"L":[{"NULL":true},{"BOOL":false},{"N":"12345678901234567890123456789012345678"}]}}}]},
                  "sets":{"M":{"ss":{"SS":["b","a","ü"]},"ns":{"NS":["3","1.5","-2"]},"bs":{"BS":["AQI=","AA=="]}}},"empty":{"M":{}}}}
            """);
        return item;
    }

    private void Count(string name, string? item)
    {
        // Deleting what is not there, and putting what is there already, is no change.
        if (_current.GetValueOrDefault(name) == item && item is null)
            return;
        Changes++;
        if (item is null)
            _current.Remove(name);
        else
            _current[name] = item;
    }

    private string Pick(string[] values) => values[_random.Next(values.Length)];

    private static JsonObject S(string value) => new() { ["S"] = value };

    private static JsonObject N(string value) => new() { ["N"] = value };
}
