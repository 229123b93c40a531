using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TypedCdc.Samples.Tests;

/// <summary>
/// A random history of the Quickstart's two tables and what must come of it, worked out without any of the product's code:
/// the last write of each item by its timestamp, and a count of every event.
/// </summary>
internal sealed class History
{
    private readonly Random _random;
    private readonly Dictionary<string, JsonObject> _items = [];
    private readonly Dictionary<string, (long Time, string? Row)> _last = [];
    private readonly List<string> _lines = [];
    private long _time = 1_720_740_000_000_000;

    internal History(int seed, int changes)
    {
        _random = new Random(seed);
        for (var i = 0; i < changes; i++)
        {
            Change();
        }
    }

    internal int Inserted { get; private set; }

    internal int Modified { get; private set; }

    internal int Removed { get; private set; }

    internal int Broken { get; private set; }

    internal int Unknown { get; private set; }

    internal int Events => Inserted + Modified + Removed + Broken + Unknown;

    internal string LastLine => string.Create(CultureInfo.InvariantCulture,
        $"events: {Events}, inserted: {Inserted}, modified: {Modified}, removed: {Removed}, dead-lettered: {Broken}, unknown: {Unknown}");

    /// <summary>The rows that the view of a table must hold, as <see cref="Quickstart.Read"/> prints them.</summary>
    internal List<string> Rows(string table) =>
        [.. _last.Where(item => item.Key.StartsWith(table + "/", StringComparison.Ordinal)).Select(item => item.Value.Row).OfType<string>().Order(StringComparer.Ordinal)];

    /// <summary>The events in an order of its own, in which any may come before or after any other.</summary>
    internal string Shuffled(int seed)
    {
        var lines = _lines.ToArray();
        new Random(seed).Shuffle(lines);
        return string.Join('\n', lines) + "\n";
    }

    internal string InOrder() => string.Join('\n', _lines) + "\n";

    private void Change()
    {
        switch (_random.Next(40))
        {
            case 0:
                Broken++;
                _lines.Add(_random.Next(3) switch { 0 => "not json", 1 => "{\"awsRegion\":\"us-west-2\",\"eventID\":", _ => "{\"eventName\":\"INSERT\",\"tableName\":\"hubert_dynamocdc\"}" });
                return;
            case 1:
                Unknown++;
                _lines.Add("""{"awsRegion":"r","eventID":"e","eventName":"INSERT","userIdentity":null,"tableName":"other","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"id":{"S":"1"}},"NewImage":{"id":{"S":"1"}},"SizeBytes":6},"eventSource":"aws:dynamodb"}""");
                return;
        }

        var customer = _random.Next(2) == 0;
        var table = customer ? "hubert_dynamocdc" : "table-testdrive";
        var keys = customer
            ? new JsonObject { ["userid"] = N(_random.Next(1, 12).ToString(CultureInfo.InvariantCulture)) }
            : new JsonObject { ["device"] = S("device " + _random.Next(4)), ["timestamp"] = S($"2024-07-12T01:17:0{_random.Next(3)}") };
        var id = table + "/" + keys.ToJsonString();
        var before = _items.GetValueOrDefault(id);
        var after = before is not null && _random.Next(4) == 0 ? null : Item(customer, keys);
        var name = before is null ? "INSERT" : after is null ? "REMOVE" : "MODIFY";
        if (after is null)
        {
            _items.Remove(id);
        }
        else
        {
            _items[id] = after;
        }

        // Every change of the history has a millisecond of its own, so that both precisions tell which is later.
        _time += 1000 * _random.Next(1, 5);
        var micros = _random.Next(2) == 0;
        _last[id] = (_time, after is null ? null : Row(after));

        var dynamodb = new List<KeyValuePair<string, JsonNode?>>
        {
            new("ApproximateCreationDateTime", micros ? _time : _time / 1000),
            new("Keys", keys.DeepClone()),
            new("SizeBytes", 100),
        };
        Add(dynamodb, micros, "ApproximateCreationDateTimePrecision", "MICROSECOND");
        Add(dynamodb, after is not null, "NewImage", after?.DeepClone());
        Add(dynamodb, before is not null, "OldImage", before?.DeepClone());
        var record = new List<KeyValuePair<string, JsonNode?>>
        {
            new("awsRegion", "us-east-1"), new("eventID", new Guid(_random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString()), new("eventName", name),
            new("userIdentity", null), new("recordFormat", "application/json"), new("tableName", table), new("dynamodb", Shuffle(dynamodb)), new("eventSource", "aws:dynamodb"),
        };
        var line = Shuffle(record).ToJsonString(_random.Next(2) == 0 ? JsonSerializerOptions.Default : new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        for (var copies = _random.Next(8) == 0 ? 2 : 1; copies > 0; copies--)
        {
            _lines.Add(line);
            Inserted += name == "INSERT" ? 1 : 0;
            Modified += name == "MODIFY" ? 1 : 0;
            Removed += name == "REMOVE" ? 1 : 0;
        }
    }

    private JsonObject Item(bool customer, JsonObject keys)
    {
        var item = new List<KeyValuePair<string, JsonNode?>>();
        foreach (var (name, value) in keys)
        {
            item.Add(new(name, value!.DeepClone()));
        }

        if (customer)
        {
            Add(item, _random.Next(5) > 0, "first_name", S(Text()));
            Add(item, _random.Next(5) > 0, "last_name", _random.Next(6) == 0 ? new JsonObject { ["NULL"] = true } : S(Text()));
            Add(item, _random.Next(5) > 0, "phone", N(_random.NextInt64(-1_000_000_000_000_000, 1_000_000_000_000_000).ToString(CultureInfo.InvariantCulture)));
        }
        else
        {
            Add(item, _random.Next(5) > 0, "humidity", N(Number()));
            Add(item, _random.Next(5) > 0, "temperature", N(Number()));
        }

        // Attributes that no member maps, nested ones too.
        Add(item, _random.Next(4) == 0, "added", new JsonObject { ["M"] = new JsonObject { ["deep"] = new JsonObject { ["L"] = new JsonArray(N("1"), S("ü\"\\")) } } });
        return Shuffle(item);
    }

    private static void Add(List<KeyValuePair<string, JsonNode?>> properties, bool there, string name, JsonNode? value)
    {
        if (there)
        {
            properties.Add(new(name, value));
        }
    }

    private JsonObject Shuffle(List<KeyValuePair<string, JsonNode?>> properties)
    {
        var order = properties.ToArray();
        _random.Shuffle(order);
        return new JsonObject(order);
    }

    private string Text()
    {
        string[] pieces = ["a", "Z", "0", " ", "é", "ş", "İ", "🎈", "\"", "\\", "/", "\n", "'", "日本", "<", "null"];
        var text = new StringBuilder();
        for (var length = _random.Next(6); length > 0; length--)
        {
            text.Append(pieces[_random.Next(pieces.Length)]);
        }

        return text.ToString();
    }

    // As DynamoDB gives numbers back: no exponent in this range, no superfluous zeros.
    private string Number() => (_random.Next(-400_000, 400_000) / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    private static JsonObject S(string value) => new() { ["S"] = value };

    private static JsonObject N(string value) => new() { ["N"] = value };

    private static string Row(JsonObject item) => string.Join('|', item
        .Where(attribute => attribute.Key != "added" && attribute.Value!.AsObject().First().Key != "NULL")
        .Select(attribute => $"{attribute.Key}={(string)attribute.Value!.AsObject().First().Value!}")
        .Order(StringComparer.Ordinal));
}
