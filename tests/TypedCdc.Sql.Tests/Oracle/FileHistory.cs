using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace TypedCdc.Sql.Tests.Oracle;

/// <summary>What the histories are of: a key whose number is spelled in many ways, a few columns, and all else as it is.</summary>
[CdcTable("oracle")]
public sealed partial record OracleItem
{
    [PartitionKey("pk")]
    public required string Pk { get; init; }

    [SortKey("sk")]
    public required DynamoDbNumber Sk { get; init; }

    [CdcAttribute("name")]
    public string? Name { get; init; }

    [CdcAttribute("num")]
    public DynamoDbNumber? Num { get; init; }

    [CdcAttribute("tags")]
    public HashSet<string>? Tags { get; init; }

    [CdcOverflow]
    public Dictionary<string, JsonElement>? Rest { get; init; }
}

/// <summary>
/// Random histories of items, written as files, and what must come of them. Written from the documentation alone and with nothing of the sinks' own: the newest change by time is the row; of several at one
/// time the one that the records' numbers or their images say is the last. Changes of one time never lead back to an image that they had, unless their records have numbers, so that there is always one answer.
/// </summary>
internal sealed class FileHistory
{
    private static readonly string[] Texts = ["", "a", "a ", "A", "é", "e\u0301", "日本", "🎈", "'", "\"", "\\", "\\N", "{a,b}", "a\tb\n", "\u2028", "NULL"];
    private static readonly string[] Numbers = ["0", "1.1", "-1", "100", "9007199254740993", "12345678901234567890123456789012345678", "1E-130", "9.9E+125", "-0.5", "17"];

    private readonly Random _random;
    private readonly bool _hasNumbers; // DynamoDB Streams' records, which carry their sequence numbers
    private readonly List<Event> _events = [];
    private readonly Dictionary<(string Table, string Pk, string Sk), string?> _items = []; // the item as DynamoDB JSON; null for none

    public FileHistory(int seed, int changes)
    {
        _random = new(seed);
        _hasNumbers = seed % 3 == 0;
        var keys = Enumerable.Range(0, 12).Select(i => (i % 2 == 0 ? "oracle" : "oracle-docs", Pick(Texts[1..]), Pick(Numbers))).Distinct().ToArray();
        var seen = keys.ToDictionary(static key => key, static _ => new HashSet<string>(StringComparer.Ordinal)); // the images of the time at hand
        var time = 1_700_000_000_000_000L;
        while (_events.Count < changes)
        {
            if (_random.Next(3) == 0)
            {
                time += _hasNumbers ? 1_000_000 : _random.Next(3) == 0 ? 1_000 * _random.Next(1, 5) : _random.Next(1, 999);
                foreach (var images in seen.Values)
                {
                    images.Clear();
                }
            }

            // Mostly the same item again, so that many changes share a time.
            var key = _events.Count > 0 && _random.Next(3) > 0 ? _events[^1].Key : Pick(keys);
            var old = _items.GetValueOrDefault(key);
            seen[key].Add(Canonical(old) ?? "");
            var item = old is not null && _random.Next(4) == 0 ? null : Item(key);
            if (Canonical(item) == Canonical(old) || (!_hasNumbers && seen[key].Contains(Canonical(item) ?? "")))
            {
                continue;
            }

            _events.Add(new(key, _events.Count, time, old, item, IsBad: false));
            _items[key] = item;
            if (_random.Next(25) == 0 && key.Item1 == "oracle")
            {
                // Does not fit the model, and is newer than all before: a dead letter, and no more.
                time += 1_000_000;
                _events.Add(new(key, _events.Count, time, item, BadItem(key), IsBad: true));
                time += 1_000_000;
                foreach (var images in seen.Values)
                {
                    images.Clear();
                }
            }
        }
    }

    /// <summary>How many lines are no records.</summary>
    public int Broken { get; private set; }

    /// <summary>The ids of the events that do not fit their model.</summary>
    public IEnumerable<string> Bad => _events.Where(static one => one.IsBad).Select(static one => one.Id).Order(StringComparer.Ordinal);

    /// <summary>What the views show in the end, in any order.</summary>
    public IEnumerable<string> Expected(string table) => _items.Where(item => item.Key.Table == table && item.Value is not null).Select(item => Canonical(item.Value)!);

    /// <summary>Writes the history into folders, for a worker each: records twice, out of order, parted at random, in several shapes, with broken lines between.</summary>
    public void Write(IReadOnlyList<string> folders)
    {
        var delivery = _events.SelectMany(one => Enumerable.Repeat(one, _random.Next(6) == 0 ? 2 : 1)).ToList();
        var reach = Pick([1, 10, delivery.Count]);
        for (var at = 0; at < delivery.Count; at += reach)
        {
            _random.Shuffle(CollectionsMarshal.AsSpan(delivery).Slice(at, Math.Min(reach, delivery.Count - at)));
        }

        foreach (var part in delivery.GroupBy(_ => _random.Next(folders.Count * 4)))
        {
            Directory.CreateDirectory(folders[part.Key / 4]);
            File.WriteAllText(Path.Combine(folders[part.Key / 4], (part.Key % 4) + ".json"), Wrap([.. part.Select(Record)]));
        }
    }

    /// <summary>An item or a value in one spelling: names and sets sorted, numbers by value.</summary>
    public static string? Canonical(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return Map(document.RootElement);

        static string Map(JsonElement map) => "{" + string.Join(',', map.EnumerateObject().OrderBy(static one => one.Name, StringComparer.Ordinal).Select(static one => JsonSerializer.Serialize(one.Name) + ":" + Value(one.Value))) + "}";

        static string Value(JsonElement value)
        {
            var (kind, inner) = value.EnumerateObject().Select(static one => (one.Name, one.Value)).Single();
            return kind + "=" + kind switch
            {
                "N" => Number(inner.GetString()!),
                "NS" => string.Join(' ', inner.EnumerateArray().Select(static one => Number(one.GetString()!)).Order(StringComparer.Ordinal)),
                "SS" => string.Join(' ', inner.EnumerateArray().Select(static one => JsonSerializer.Serialize(one.GetString())).Order(StringComparer.Ordinal)),
                "M" => Map(inner),
                "L" => "[" + string.Join(',', inner.EnumerateArray().Select(Value)) + "]",
                _ => JsonSerializer.Serialize(inner),
            };
        }
    }

    /// <summary>A number by its value: digits without zeros at either end, and the exponent.</summary>
    public static string Number(string text)
    {
        var at = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = at < 0 ? 0 : int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = at < 0 ? text : text[..at];
        var dot = digits.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
        {
            exponent -= digits.Length - dot - 1;
            digits = digits.Remove(dot, 1);
        }

        var value = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        while (!value.IsZero && value % 10 == 0)
        {
            value /= 10;
            exponent++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value}e{(value.IsZero ? 0 : exponent)}");
    }

    private string Item((string Table, string Pk, string Sk) key)
    {
        var attributes = new List<string> { Attribute("pk", "S", Text(key.Pk)), Attribute("sk", "N", Quoted(Spell(key.Sk))) };
        AddSometimes(() => Attribute("name", "S", Text(Pick(Texts))));
        AddSometimes(() => Attribute("num", "N", Quoted(Pick(Numbers))));
        AddSometimes(() => Attribute("tags", "SS", $"[{string.Join(',', Shuffled(Texts[..5]).Take(_random.Next(1, 5)).Select(Text))}]"));
        AddSometimes(() => Attribute("or der", "M", "{" + Attribute("é", "N", Quoted(Pick(Numbers))) + "," + Attribute("l", "L", "[{\"S\":" + Text(Pick(Texts)) + "},{\"NULL\":true},{\"BOOL\":false}]") + "}"));
        AddSometimes(() => Attribute("set", "NS", $"[{string.Join(',', Shuffled(Numbers[..6]).Take(_random.Next(1, 4)).Select(Quoted))}]"));
        AddSometimes(() => Attribute("v", "B", Quoted(Convert.ToBase64String([(byte)_random.Next(256), 0, 255]))));
        return "{" + string.Join(',', Shuffled(attributes)) + "}";

        void AddSometimes(Func<string> attribute)
        {
            if (_random.Next(3) > 0)
            {
                attributes.Add(attribute());
            }
        }
    }

    private string BadItem((string Table, string Pk, string Sk) key) =>
        "{" + Attribute("pk", "S", Text(key.Pk)) + "," + Attribute("sk", "N", Quoted(key.Sk)) + "," + Attribute("num", "S", Quoted("no number")) + "}";

    private string Record(Event one)
    {
        var removesByKeys = one.New is null && _events.Count(other => other.Key == one.Key && other.Time == one.Time) == 1 && _random.Next(2) == 0;
        var time = _hasNumbers ? (one.Time / 1_000_000).ToString(CultureInfo.InvariantCulture)
            : one.Time % 1_000 == 0 && one.Number % 2 == 0 ? (one.Time / 1_000).ToString(CultureInfo.InvariantCulture)
            : one.Time.ToString(CultureInfo.InvariantCulture) + ",\"ApproximateCreationDateTimePrecision\":\"MICROSECOND\"";
        return "{\"eventID\":" + Quoted(one.Id) + ",\"eventName\":" + Quoted(one.Old is null ? "INSERT" : one.New is null ? "REMOVE" : "MODIFY") + ",\"tableName\":" + Quoted(one.Key.Table)
            + ",\"dynamodb\":{\"ApproximateCreationDateTime\":" + time
            + ",\"Keys\":{" + Attribute("sk", "N", Quoted(Spell(one.Key.Sk))) + "," + Attribute("pk", "S", Text(one.Key.Pk)) + "}"
            + (one.New is null ? "" : ",\"NewImage\":" + one.New)
            + (one.Old is null || removesByKeys ? "" : ",\"OldImage\":" + one.Old)
            + (_hasNumbers ? ",\"SequenceNumber\":" + Quoted((99_999_999_999_999_999_990m + one.Number).ToString(CultureInfo.InvariantCulture)) : "") + "}}";
    }

    private string Attribute(string name, string kind, string value) => Text(name) + ":{\"" + kind + "\":" + value + "}";

    private static string Quoted(string text) => "\"" + text + "\"";

    private string Wrap(IReadOnlyList<string> records)
    {
        switch (_random.Next(4))
        {
            case 0:
                return string.Concat(records);
            case 1:
                return "{\"Records\":[" + string.Join(",\n", records) + "]}";
            default:
                var lines = new StringBuilder();
                foreach (var record in records)
                {
                    lines.Append(record).Append('\n');
                    if (_random.Next(30) == 0)
                    {
                        Broken++;
                        lines.Append(Pick(["no record", "[1]", record[.._random.Next(2, 40)], "{\"a\":1}"])).Append('\n');
                    }
                }

                return lines.ToString();
        }
    }

    private string Spell(string number) => number switch
    {
        "1.1" => Pick(["1.1", "1.10", "11E-1", "0.11e1"]),
        "0" => Pick(["0", "-0", "0.0", "0E3"]),
        "100" => Pick(["100", "1E2", "100.0"]),
        "17" => Pick(["17", "1.7E+1", "17.00"]),
        _ => number,
    };

    private string Text(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var unit in text)
        {
            // A pair is escaped whole or not at all.
            json.Append(unit is '"' or '\\' or < ' ' || (!char.IsSurrogate(unit) && _random.Next(9) == 0) ? $"\\u{(int)unit:x4}" : unit.ToString());
        }

        return json.Append('"').ToString();
    }

    private T Pick<T>(IReadOnlyList<T> some) => some[_random.Next(some.Count)];

    private T[] Shuffled<T>(IEnumerable<T> some)
    {
        T[] all = [.. some];
        _random.Shuffle(all);
        return all;
    }

    private sealed record Event((string Table, string Pk, string Sk) Key, int Number, long Time, string? Old, string? New, bool IsBad)
    {
        public string Id { get; } = string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-{Number:D12}");
    }
}
