using System.Globalization;
using System.Text;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>Distinct events of one shape, one behind the other in memory.</summary>
/// <remarks>
/// A: the customer of the captured events, a MODIFY of 552 bytes. B: a sensor's reading of 583 bytes, 70 % INSERT, 25 % MODIFY, 5 % REMOVE. C: an item of 40 attributes
/// and 3.5 KB with nested maps, lists, sets and a binary, INSERT.
/// </remarks>
internal sealed class DecodeCorpus
{
    private readonly byte[] _bytes;
    private readonly int[] _offsets;

    private DecodeCorpus(string shape, IEnumerable<string> events)
    {
        Shape = shape;
        var encoded = events.Select(Encoding.UTF8.GetBytes).ToList();
        _bytes = [.. encoded.SelectMany(static one => one)];
        _offsets = new int[encoded.Count + 1];
        for (var i = 0; i < encoded.Count; i++)
        {
            _offsets[i + 1] = _offsets[i] + encoded[i].Length;
        }
    }

    /// <summary>A, B or C.</summary>
    public string Shape { get; }

    public int Count => _offsets.Length - 1;

    public int BytesPerEvent => _bytes.Length / Count;

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_offsets[index], _offsets[index + 1] - _offsets[index]);

    /// <summary>The corpus of a shape.</summary>
    public static DecodeCorpus Of(string shape, int count, AttributeOrder order) => shape switch
    {
        "A" => Customers(count, order, CustomerOddity.OneInTwenty),
        "B" => Readings(count, order),
        _ => Items(count, order),
    };

    /// <summary>Customers, each with something that needs more than the plainest path.</summary>
    public static DecodeCorpus Customers(int count, AttributeOrder order, CustomerOddity oddity)
    {
        var text = new EventText(1, order);
        var random = text.Random;
        var time = 1_667_565_639_982;
        var isTimeToLive = oddity == CustomerOddity.TimeToLive;
        var shape = new EventShape(
            "us-west-2", "hubert_dynamocdc", IsMicroseconds: false, isTimeToLive ? "{\"type\":\"Service\",\"principalId\":\"dynamodb.amazonaws.com\"}" : "null");
        return new("A", Enumerable.Range(0, count).Select(_ =>
        {
            text.NextEvent(4);
            var digits = random.Next(1, 10);
            var user = EventText.N(random.NextInt64((long)Math.Pow(10, digits - 1), (long)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture));
            var image = Image(oddity is CustomerOddity.OneInTwenty ? random.Next(100) switch { 0 => CustomerOddity.Escape, < 6 => CustomerOddity.NonAscii, _ => CustomerOddity.None } : oddity);
            time += random.Next(1, 50);
            var one = isTimeToLive
                ? text.Event(shape, "REMOVE", EventText.Join([("userid", user)]), null, image, time, random.Next(90, 140))
                : text.Event(shape, "MODIFY", EventText.Join([("userid", user)]), image, Image(CustomerOddity.None), time, random.Next(90, 140));
            return oddity == CustomerOddity.PrettyPrinted ? Pretty(one) : one;

            string Image(CustomerOddity what)
            {
                var phone = what == CustomerOddity.LongNumber
                    ? string.Concat(Enumerable.Range(0, random.Next(25, 39)).Select(_ => (char)random.Next('1', '9')))
                    : random.Next(5) == 0 ? random.Next(2_000_000, 9_999_999).ToString(CultureInfo.InvariantCulture) : random.NextInt64(2_000_000_000, 9_999_999_999).ToString(CultureInfo.InvariantCulture);
                var first = what == CustomerOddity.NonAscii ? "Zoë" + text.Word(random.Next(1, 4)) : text.Word(random.Next(1, 4));
                var last = what == CustomerOddity.Escape ? "O\"" + text.Word(random.Next(2, 6)) + "\\é" : text.Word(random.Next(2, 6));
                (string, string)[] all = [("last_name", EventText.S(last, what == CustomerOddity.Escape)), ("phone", EventText.N(phone)), ("userid", user), ("first_name", EventText.S(first))];
                return what switch
                {
                    CustomerOddity.UnknownAttribute => EventText.Join([.. all, ("address", text.Nested(("street", EventText.S(text.Word(3))), ("numbers", "{\"NS\":[\"1\",\"2\"]}")))]),
                    CustomerOddity.Missing => EventText.Join(random.Next(2) == 0 ? [all[2], all[3]] : [all[1], all[2]]),
                    _ => text.Image(all),
                };
            }
        }));
    }

    private static DecodeCorpus Readings(int count, AttributeOrder order)
    {
        var text = new EventText(2, order);
        var random = text.Random;
        var time = 1_720_740_233_012_995;
        var shape = new EventShape("us-east-1", "table-testdrive", IsMicroseconds: true);
        return new("B", Enumerable.Range(0, count).Select(_ =>
        {
            text.NextEvent(4);
            var device = ("device", EventText.S(string.Create(CultureInfo.InvariantCulture, $"sensor-{random.Next(500):d4}")));
            var timestamp = ("timestamp", EventText.S(text.Time()));
            var operation = random.Next(100) switch { < 70 => "INSERT", < 95 => "MODIFY", _ => "REMOVE" };
            time += random.Next(1, 50_000);
            return text.Event(
                shape, operation, EventText.Join([device, timestamp]), operation == "REMOVE" ? null : Image(), operation == "INSERT" ? null : Image(), time, random.Next(90, 170));

            string Image() => text.Image(
                ("humidity", EventText.N(EventText.Number(random.NextDouble() * 100, 2))), ("temperature", EventText.N(EventText.Number(random.NextDouble() * 80 - 20, 2))), device, timestamp);
        }));
    }

    private static DecodeCorpus Items(int count, AttributeOrder order)
    {
        var items = new ItemText(order);
        return new("C", Enumerable.Range(0, count).Select(_ => items.Next()));
    }

    private static string Pretty(string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return System.Text.Json.JsonSerializer.Serialize(document.RootElement, PrettyJson.Default.JsonElement);
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(WriteIndented = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(System.Text.Json.JsonElement))]
internal sealed partial class PrettyJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>What is odd about the new image of customers.</summary>
internal enum CustomerOddity
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The usual corpus: an escape in 1 %, a non-ASCII character in 5 % of the events.</summary>
    OneInTwenty,

    /// <summary>A name with an escaped quote and backslash.</summary>
    Escape,

    /// <summary>A name with a non-ASCII character.</summary>
    NonAscii,

    /// <summary>A nested attribute that the model does not have.</summary>
    UnknownAttribute,

    /// <summary>A removal by time to live: another envelope.</summary>
    TimeToLive,

    /// <summary>A number of 25 to 38 digits.</summary>
    LongNumber,

    /// <summary>Two of the four attributes.</summary>
    Missing,

    /// <summary>The whole event indented.</summary>
    PrettyPrinted,
}
