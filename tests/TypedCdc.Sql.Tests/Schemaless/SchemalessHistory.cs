using System.Globalization;
using System.Numerics;

namespace TypedCdc.Sql.Tests.Schemaless;

/// <summary>
/// A random history of items that no model describes: attributes of any name and kind that come and go, in any order within an image. What the views must show is worked out here, from
/// names written down by hand, without anything of the sink.
/// </summary>
internal sealed class SchemalessHistory
{
    public const string Table = "Odd.Things";

    private static readonly string Long = new('L', 70);

    /// <summary>Attribute, its column, and its column where another attribute of the item has the same plain one.</summary>
    private static readonly (string Attribute, string Plain, string Own)[] Names =
    [
        ("Name", "name", "name_dcd1d522"),
        ("name", "name", "name"),
        ("NAME", "name", "name_eaa58932"),
        ("a-b", "a_b", "a_b_d44362d6"),
        ("a_b", "a_b", "a_b"),
        ("9lives", "c_9lives", "c_9lives_bc867356"),
        ("c_9lives", "c_9lives", "c_9lives"),
        ("cdc_ver", "c_cdc_ver", "c_cdc_ver_97c56a62"),
        ("say \"hi\"", "say_hi_", "say_hi__f65be999"),
        ("xmin", "c_xmin", "c_xmin_eafb2f50"),
        ("größe", "gr_e", "gr_e_d353a267"),
        ("Id", "id_12156e92", "id_12156e92"), // the key has id
        ("", "c_", "c__e3b0c442"),
        ("document", "document", "document"),
        (Long, new string('l', 54) + "_82ed8abe", new string('l', 54) + "_82ed8abe"),
        (new string('l', 70), new string('l', 54) + "_c1d94830", new string('l', 54) + "_c1d94830"),
    ];

    /// <summary>DynamoDB JSON, the text of its column, and its plain JSON.</summary>
    private static readonly (string Typed, string? Text, string Plain)[] Values =
    [
        ("""{"S":"a"}""", "a", "\"a\""),
        ("""{"S":""}""", "", "\"\""),
        ("""{"S":"q\"\u00e4😀"}""", "q\"ä😀", "\"q\\\"ä😀\""),
        ("""{"N":"-0.50"}""", "-0.5", "-0.5"),
        ("""{"N":"12345678901234567890123456789012345678"}""", "12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("""{"N":"1.0"}""", "1", "1"),
        ("""{"B":"AP+A"}""", "AP+A", "\"AP+A\""),
        ("""{"BOOL":true}""", "true", "true"),
        ("""{"BOOL":false}""", "false", "false"),
        ("""{"NULL":true}""", null, "null"),
        ("""{"L":[{"N":"1"},{"S":"x"},{"L":[]}]}""", """[1,"x",[]]""", """[1,"x",[]]"""),
        ("""{"SS":["y","x"]}""", """["x","y"]""", """["x","y"]"""),
        ("""{"NS":["10","9.0"]}""", "[9,10]", "[9,10]"),
        ("""{"M":{"b":{"N":"1"},"a":{"S":"x"}}}""", """{"a":"x","b":1}""", """{"a":"x","b":1}"""),
    ];

    private readonly Random _random;
    private readonly List<Event> _events = [];

    public SchemalessHistory(int seed, bool ties = false, int keys = 10, int changes = 100)
    {
        _random = new(seed);
        var items = new Item?[keys];
        var time = 1_700_000_000_000_000L;
        var sequence = BigInteger.Parse("9999999999999999990", CultureInfo.InvariantCulture);
        for (var i = 0; i < changes; i++)
        {
            var key = _random.Next(keys);
            time += ties && _random.Next(6) != 0 ? 0 : _random.Next(1, 1_000_000);
            sequence += _random.Next(1, 5);
            var old = items[key];
            var next = old is not null && _random.Next(4) == 0 ? null : NewItem(changes - i);
            if (old is null && next is null)
            {
                continue;
            }

            items[key] = next;
            _events.Add(new(key, time, sequence, old is null ? "INSERT" : next is null ? "REMOVE" : "MODIFY", next, old));
            if (i == changes / 2)
            {
                // A scan that began before some of the changes that it has seen.
                _events.AddRange(items.Select((item, other) => new Event(other, time - 300_000_000L, null, "SNAPSHOT", item, null)).Where(static one => one.New is not null).ToList());
            }
        }
    }

    /// <summary>The changes in any order, some of them several times, in batches of any size, each image's attributes in any order. Another random order at every call.</summary>
    public IEnumerable<List<CdcRecord>> Deliver(int seed)
    {
        var random = new Random(seed);
        var delivery = _events.SelectMany(one => Enumerable.Repeat(one, random.Next(6) == 0 ? 2 : 1)).ToArray();
        random.Shuffle(delivery);
        for (var at = 0; at < delivery.Length;)
        {
            var size = Math.Min(random.Next(1, 30), delivery.Length - at);
            yield return [.. delivery.AsSpan(at, size).ToArray().Select(one => one.ToRecord(random))];
            at += size;
        }
    }

    /// <summary>The lines of the view of documents: key and document, sorted.</summary>
    public IEnumerable<string> ExpectedDocuments(DocumentFormat format) => Newest().Select(one => $"{one.At}|{one.Id}|{Document(one, format)}").Order(StringComparer.Ordinal);

    /// <summary>The lines of the view of columns: what is not NULL as column=value by name, sorted.</summary>
    public IEnumerable<string> ExpectedRows() => Newest()
        .Select(one => string.Join('|', Columns(one.New!).Where(static column => column.Value is not null).Select(static column => $"{column.Name}={column.Value}")
            .Concat([$"at={one.At}", $"id={one.Id}", $"dist_key={one.At.Replace("|", "\\|", StringComparison.Ordinal)}|{one.Id}"]).Order(StringComparer.Ordinal)))
        .Order(StringComparer.Ordinal);

    /// <summary>The names of all columns that some item has ever needed, sorted.</summary>
    public IEnumerable<string> ExpectedColumns() => _events.Where(static one => one.New is not null).SelectMany(static one => Columns(one.New!)).Select(static column => column.Name)
        .Concat(["at", "id", "dist_key"]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<(string Name, string? Value)> Columns(Item item)
    {
        var attributes = item.Select(static one => (Names[one.Name], Values[one.Value])).ToList();
        foreach (var (name, value) in attributes)
        {
            var isShared = attributes.Count(other => other.Item1.Plain == name.Plain) > 1;
            yield return (isShared ? name.Own : name.Plain, value.Text);
        }
    }

    private IEnumerable<Event> Newest() => _events.GroupBy(static one => one.Key)
        .Select(static changes => changes.OrderBy(static one => one.Time).ThenBy(static one => one.Sequence ?? -1).Last())
        .Where(static newest => newest.New is not null);

    private static string Document(Event one, DocumentFormat format)
    {
        var isPlain = format == DocumentFormat.Plain;
        var attributes = one.New!.Select(attribute => (Names[attribute.Name].Attribute, Value: isPlain ? Values[attribute.Value].Plain : Canonical(Values[attribute.Value].Typed)))
            .Append(("at", isPlain ? $"\"{one.At}\"" : $$"""{"S":"{{one.At}}"}""")).Append(("id", isPlain ? $"{one.Id}" : $$"""{"N":"{{one.Id}}"}"""))
            .OrderBy(static attribute => System.Text.Encoding.UTF8.GetBytes(attribute.Item1), Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right)));
        return "{" + string.Join(',', attributes.Select(static attribute => $"\"{attribute.Item1.Replace("\"", "\\\"", StringComparison.Ordinal)}\":{attribute.Item2}")) + "}";
    }

    private static string Canonical(string typed) => typed
        .Replace("-0.50", "-0.5", StringComparison.Ordinal).Replace("1.0", "1", StringComparison.Ordinal).Replace("""["10","9.0"]""", """["9","10"]""", StringComparison.Ordinal)
        .Replace("""["y","x"]""", """["x","y"]""", StringComparison.Ordinal).Replace("""{"b":{"N":"1"},"a":{"S":"x"}}""", """{"a":{"S":"x"},"b":{"N":"1"}}""", StringComparison.Ordinal)
        .Replace("\\u00e4", "ä", StringComparison.Ordinal);

    // Late items know more attributes than early ones.
    private Item NewItem(int left) =>
        [.. Enumerable.Range(0, Names.Length).Where(name => _random.Next(left > 50 && name > 6 ? 12 : 4) == 0).Select(name => (name, _random.Next(Values.Length)))];

    private sealed class Item : List<(int Name, int Value)>;

    private sealed record Event(int Key, long Time, BigInteger? Sequence, string Operation, Item? New, Item? Old)
    {
        public string At => Key % 3 == 0 ? $"a|{Key % 2}" : $"k{Key % 2}";

        public string Id => (Key + 0.5m).ToString(CultureInfo.InvariantCulture);

        public CdcRecord ToRecord(Random random)
        {
            var keys = Map([("id", $$"""{"N":"{{Id}}0"}"""), ("at", $$"""{"S":"{{At}}"}""")], random);
            return Operation == "SNAPSHOT"
                ? TestRecord.Snapshot(Table, Time, Image(New, random)!)
                : TestRecord.Make(Operation, Table, Time, Sequence?.ToString(CultureInfo.InvariantCulture), keys, Image(New, random), Image(Old, random));
        }

        private string? Image(Item? item, Random random) => item is null ? null : Map(
            [("id", $$"""{"N":"{{Id}}"}"""), ("at", $$"""{"S":"{{At}}"}"""), .. item.Select(static one => (Names[one.Name].Attribute, Values[one.Value].Typed))], random);

        private static string Map((string Name, string Value)[] attributes, Random random)
        {
            random.Shuffle(attributes);
            return "{" + string.Join(',', attributes.Select(static one => $"\"{one.Name.Replace("\"", "\\\"", StringComparison.Ordinal)}\":{one.Value}")) + "}";
        }
    }
}
