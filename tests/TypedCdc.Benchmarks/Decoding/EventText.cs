using System.Globalization;
using System.Text;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>Writes change events as Kinesis Data Streams for DynamoDB does, from random values.</summary>
internal sealed class EventText(int seed, AttributeOrder order)
{
    private static readonly string[] Syllables = ["ka", "ro", "min", "del", "sa", "tor", "vi", "en", "ber", "lo", "nak", "ul", "fra", "ist", "mo", "gar"];

    private int[]? _permutation;

    public Random Random { get; } = new(seed);

    /// <summary>Decides about the order of the attributes in the images of the next event.</summary>
    public void NextEvent(int attributes)
    {
        if (order == AttributeOrder.Random || (order == AttributeOrder.Sticky && (_permutation is null || Random.Next(100) < 5)))
        {
            _permutation = [.. Enumerable.Range(0, attributes)];
            Random.Shuffle(_permutation);
        }
    }

    public string Word(int syllables, bool isCapitalized = true)
    {
        var text = string.Concat(Enumerable.Range(0, syllables).Select(_ => Syllables[Random.Next(Syllables.Length)]));
        return isCapitalized ? char.ToUpperInvariant(text[0]) + text[1..] : text;
    }

    public string Sentence(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(Word(Random.Next(1, 4), isCapitalized: false)).Append(' ');
        }

        return text.ToString(0, length);
    }

    /// <summary>A number as DynamoDB writes it: without trailing zeros.</summary>
    public static string Number(double value, int decimals) => Math.Round((decimal)value, decimals).ToString("0.##########", CultureInfo.InvariantCulture);

    public string Integer(int maxDigits) => Random.NextInt64(0, (long)Math.Pow(10, Random.Next(1, maxDigits + 1))).ToString(CultureInfo.InvariantCulture);

    public string Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    public string Time()
    {
        var time = new DateTime(2024, 7, 12, 0, 0, 0, DateTimeKind.Utc).AddSeconds(Random.Next(100_000_000));
        return time.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>An S; escaped as JSON requires, and non-ASCII characters as <c>\u</c> where asked for.</summary>
    public static string S(string text, bool escapesNonAscii = false) => "{\"S\":" + Quoted(text, escapesNonAscii) + "}";

    public static string N(string digits) => "{\"N\":\"" + digits + "\"}";

    public static string Quoted(string text, bool escapesNonAscii = false)
    {
        var result = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => result.Append('\\').Append(character),
                '\n' => result.Append("\\n"),
                '\t' => result.Append("\\t"),
                > '~' when escapesNonAscii => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => result.Append(character),
            };
        }

        return result.Append('"').ToString();
    }

    /// <summary>The attributes in the order of this event; nested maps have the order of writing, unless it is random.</summary>
    public string Image(params (string Name, string Value)[] attributes) => Join(attributes, order == AttributeOrder.Fixed ? null : _permutation);

    public string Nested(params (string Name, string Value)[] attributes)
    {
        var permutation = Enumerable.Range(0, attributes.Length).ToArray();
        if (order == AttributeOrder.Random)
        {
            Random.Shuffle(permutation);
        }

        return "{\"M\":" + Join(attributes, permutation) + "}";
    }

    public static string Join(IReadOnlyList<(string Name, string Value)> attributes, int[]? permutation = null) => "{" + string.Join(
        ',', Enumerable.Range(0, attributes.Count).Select(i => attributes[permutation?[i] ?? i]).Select(static one => Quoted(one.Name) + ":" + one.Value)) + "}";

    public string Event(EventShape shape, string operation, string keys, string? newImage, string? oldImage, long time, int size) =>
        $"{{\"awsRegion\":\"{shape.Region}\",\"eventID\":\"{Uuid()}\",\"eventName\":\"{operation}\",\"userIdentity\":{shape.UserIdentity},\"recordFormat\":\"application/json\","
        + $"\"tableName\":\"{shape.Table}\",\"dynamodb\":{{\"ApproximateCreationDateTime\":{time.ToString(CultureInfo.InvariantCulture)},\"Keys\":{keys}"
        + (newImage is null ? "" : ",\"NewImage\":" + newImage)
        + (oldImage is null ? "" : ",\"OldImage\":" + oldImage)
        + $",\"SizeBytes\":{size.ToString(CultureInfo.InvariantCulture)}{(shape.IsMicroseconds ? ",\"ApproximateCreationDateTimePrecision\":\"MICROSECOND\"" : "")}}},\"eventSource\":\"aws:dynamodb\"}}";
}

/// <summary>What is the same in all events of a stream.</summary>
internal sealed record EventShape(string Region, string Table, bool IsMicroseconds, string UserIdentity = "null");
