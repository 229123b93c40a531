// Items and models from a seed: mostly sound, with the odd value that does not fit.
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests.Harness;

internal sealed class RandomItems(int seed)
{
    private static readonly string[] Numbers =
        ["0", "-0", "1", "-1", "127", "128", "255", "256", "-128", "-129", "32767", "32768", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "1.5", "12.0", "1E2", "1e+2", "5E-1", "100E-2", "79228162514264337593543950335", "79228162514264337593543950336",
        "0.1234567890123456789012345678", "0.12345678901234567890123456789", "12345678901234567890123456789012345678", "123456789012345678901234567890123456789",
        "1E-130", "1E-131", "9.9999999999999999999999999999999999999E+125", "1E+126", "3.141592653589793", "2.2250738585072014E-108"];

    private static readonly string[] Texts = ["", "a", "gold", "Silver", "BRONZE", "quote \" \\ / \b\n", "é", "😀", "\u2028", "null", "{\"S\":\"x\"}", "Platinum"];

    private readonly Random _random = new(seed);

    public string Item()
    {
        var names = new List<string> { "Id", "seq" };
        foreach (var name in new[] { "SByte", "Byte", "Int16", "Int32", "Int64", "Decimal", "Double", "Boolean", "Bytes", "MaybeTier", "Text", "MaybeText", "a-b \"quoted\" \\ ☃", "unknown", "UNKNOWN" })
        {
            if (_random.Next(3) > 0)
            {
                names.Add(name);
            }
        }

        var shuffled = names.ToArray();
        _random.Shuffle(shuffled);
        return "{" + string.Join(Space() + "," + Space(), shuffled.Select(name => Space() + Quote(name) + Space() + ":" + Space() + Value(name))) + Space() + "}";
    }

    public Document Document() => new()
    {
        Id = Text(),
        Names = Many(Text),
        Numbers = Maybe(() => Many(() => _random.NextInt64(long.MinValue, long.MaxValue)).ToArray()),
        Amounts = [.. Many(Decimal)],
        Blobs = Maybe(() => Many(Bytes)),
        Flags = Maybe(() => Many<bool?>(() => _random.Next(3) switch { 0 => true, 1 => false, _ => null })),
        Tags = Maybe(() => Many(Text).ToHashSet()),
        Prices = Maybe(() => Many(Decimal).ToHashSet()),
        Ids = Maybe(() => new SortedSet<Guid>(Many(() => Guid.NewGuid()))),
        Exact = Maybe(() => Many(() => DynamoDbNumber.Parse(_random.NextInt64().ToString(CultureInfo.InvariantCulture) + "E-100")).ToImmutableHashSet()),
        Counts = Maybe(() => Many(Text).Distinct().ToDictionary(static name => name, _ => _random.Next())),
        Histories = Maybe<IReadOnlyDictionary<string, List<Status?>>>(() => new Dictionary<string, List<Status?>> { [Text()] = [Status.InTransit, null, Status.Delivered] }),
        Home = Maybe(() => Address(2)),
        Location = Point(),
        LastLocation = _random.Next(2) == 0 ? null : Point(),
        Places = Many(Text).Distinct().ToDictionary(static name => name, _ => Address(1)),
        Paths = Maybe(() => Many(() => Many(Point))),
        Visits = Maybe(() => Many(() => DateTimeOffset.FromUnixTimeMilliseconds(_random.NextInt64(-62135596800000, 253402300799999)))),
        Rest = Many(Text).Distinct().ToDictionary(static name => "rest " + name, name => JsonElement.Parse($$"""{"L":[{"S":{{Quote(name)}}},{"NS":["1.50"]}]}""")),
    };

    private string Value(string name)
    {
        var kind = _random.Next(80) switch
        {
            0 => "NULL",
            1 => "S",
            2 => "N",
            _ => name switch { "Id" or "Text" or "MaybeText" or "MaybeTier" or "a-b \"quoted\" \\ ☃" => "S", "Boolean" => "BOOL", "Bytes" => "B", "unknown" => "M", "UNKNOWN" => "L", _ => "N" },
        };
        return "{" + Space() + Quote(kind) + Space() + ":" + Space() + kind switch
        {
            "NULL" => "true",
            "S" => Quote(name == "MaybeTier" && _random.Next(12) > 0 ? "gold" : Text()),
            "N" => Quote(_random.Next(12) == 0 ? Numbers[_random.Next(Numbers.Length)] : _random.Next(name == "Byte" || name == "seq" ? 0 : -128, 128).ToString(CultureInfo.InvariantCulture)),
            "B" => Quote(Convert.ToBase64String(Bytes())),
            "BOOL" => _random.Next(2) == 0 ? "true" : "false",
            "M" => """{"a":{"M":{}}}""",
            _ => """[{"L":[]},{"N":"1"}]""",
        } + Space() + "}";
    }

    private Address Address(int depth) => new(Text(), _random.Next(2) == 0 ? null : Text())
    {
        Zip = _random.Next(2) == 0 ? null : _random.Next(),
        Former = depth == 0 ? [] : Many(() => Address(depth - 1)),
    };

    private Point Point() => new() { X = _random.NextDouble() * Math.Pow(10, _random.Next(-100, 100)), Y = -_random.Next() };

    private decimal Decimal() => new(_random.Next(), _random.Next(), _random.Next(), _random.Next(2) == 0, (byte)_random.Next(29));

    private byte[] Bytes()
    {
        var bytes = new byte[_random.Next(4)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private string Text() => Texts[_random.Next(Texts.Length)];

    private List<T> Many<T>(Func<T> make) => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => make())];

    private T? Maybe<T>(Func<T> make)
        where T : class => _random.Next(2) == 0 ? null : make();

    private string Space() => _random.Next(8) == 0 ? " \t\r\n" : "";

    private string Quote(string text) => _random.Next(2) == 0
        ? JsonValue.Create(text).ToJsonString()
        : "\"" + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text) + "\"";
}
