using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TypedCdc.Generators.Tests.RandomModels;

/// <summary>The types that random models are made of.</summary>
internal static class Shapes
{
    private static readonly string[] Texts = ["", "a", "Ii", "quote \" \\ / \b\n", "é", "😀", "\u2028", "null", "{\"S\":\"x\"}", "0", " "];

    public static readonly Shape[] Scalars =
    [
        Text("string", static text => text, static value => (string)value) with { Initial = ("\"initial\"", "initial"), CanBeKey = true },
        Text("char", static text => text.Length == 1 ? text : throw new FormatException("char"), static value => ((char)value).ToString(), static random => "xé\u2028ß"[random.Next(4)].ToString(), true),
        Text("global::System.Guid", static text => Guid.ParseExact(text, "D").ToString("D"), static value => ((Guid)value).ToString("D"), static random => RandomGuid(random), true) with { CanBeKey = true },
        Text("global::System.Uri", static text => text, static value => ((Uri)value).OriginalString, static random => $"https://example.org/{random.Next()}?ü"),
        Text("global::System.DateTimeOffset", static text => Time(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture)), static value => Time((DateTimeOffset)value), static random => RandomTime(random).ToString("O", CultureInfo.InvariantCulture), true) with { CanBeKey = true },
        Text("global::System.DateTime", static text => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcTicks.ToString(CultureInfo.InvariantCulture), static value => ((DateTime)value).Ticks.ToString(CultureInfo.InvariantCulture), static random => RandomTime(random).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), true),
        Text("global::System.DateOnly", static text => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture) is var day ? text : "", static value => ((DateOnly)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), static random => DateOnly.FromDayNumber(random.Next(3_652_058)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), true),
        Text("global::System.TimeOnly", static text => TimeOnly.ParseExact(text, "HH:mm:ss.fffffff", CultureInfo.InvariantCulture) is var time ? text : "", static value => ((TimeOnly)value).ToString("HH:mm:ss.fffffff", CultureInfo.InvariantCulture), static random => new TimeOnly(random.NextInt64(TimeSpan.TicksPerDay)).ToString("HH:mm:ss.fffffff", CultureInfo.InvariantCulture), true),
        Text("global::System.TimeSpan", static text => TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture).Ticks.ToString(CultureInfo.InvariantCulture), static value => ((TimeSpan)value).Ticks.ToString(CultureInfo.InvariantCulture), static random => new TimeSpan(random.NextInt64(-1_000_000_000_000_000, 1_000_000_000_000_000)).ToString("c", CultureInfo.InvariantCulture), true),
        Text("global::Tier", Tier, static value => value.ToString()!, static random => new[] { "Gold", "gold", "in transit", "class", "BRONZE", "7" }[random.Next(6)], true),
        Number("sbyte", sbyte.MinValue, sbyte.MaxValue), Number("byte", 0, byte.MaxValue), Number("short", short.MinValue, short.MaxValue), Number("ushort", 0, ushort.MaxValue),
        Number("int", int.MinValue, int.MaxValue) with { Initial = ("7", "7") }, Number("uint", 0, uint.MaxValue), Number("long", long.MinValue, long.MaxValue) with { CanBeKey = true },
        Number("ulong", 0, ulong.MaxValue) with { CanBeKey = true }, Number("global::System.Int128", (BigInteger)Int128.MinValue, (BigInteger)Int128.MaxValue),
        Number("global::System.UInt128", 0, (BigInteger)UInt128.MaxValue), Number("global::System.Numerics.BigInteger", -BigInteger.Pow(10, 200), BigInteger.Pow(10, 200)),
        Number("decimal", Numbers.Decimal, static value => Numbers.Text(((decimal)value).ToString(CultureInfo.InvariantCulture))) with { Initial = ("1.50m", "15e-1"), CanBeKey = true },
        Number("double", static text => Finite(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture), static value => ((double)value).ToString("R", CultureInfo.InvariantCulture)),
        Number("float", static text => Finite(float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture), static value => ((float)value).ToString("R", CultureInfo.InvariantCulture)),
        Number("global::System.Half", static text => Finite(Half.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture), static value => ((Half)value).ToString("R", CultureInfo.InvariantCulture)),
        Number("global::TypedCdc.DynamoDbNumber", Numbers.Text, static value => Numbers.Text(((DynamoDbNumber)value).ToString(null, CultureInfo.InvariantCulture))) with { CanBeKey = true },
        Number("global::System.DateTimeOffset", Numbers.UnixSeconds, static value => (((DateTimeOffset)value).UtcTicks - DateTimeOffset.UnixEpoch.Ticks).ToString(CultureInfo.InvariantCulture)) with { Annotation = "TypedCdc.UnixTime" },
        Number("global::System.DayOfWeek", int.MinValue, int.MaxValue) with { Annotation = "TypedCdc.EnumNumber", Show = static value => ((int)value).ToString(CultureInfo.InvariantCulture) },
        new("bool", true, "BOOL", static random => random.Next(2) == 0 ? "true" : "false", static value => value.GetBoolean() ? "yes" : "no", static value => (bool)value ? "yes" : "no") { Initial = ("true", "yes") },
        new("byte[]", false, "B", static random => Quote(Convert.ToBase64String(Bytes(random))), static value => Convert.ToHexString(value.GetBytesFromBase64()), static value => Convert.ToHexString((byte[])value)) { CanBeKey = true },
        new("global::System.ReadOnlyMemory<byte>", true, "B", static random => Quote(Convert.ToBase64String(Bytes(random))), static value => Convert.ToHexString(value.GetBytesFromBase64()), static value => Convert.ToHexString(((ReadOnlyMemory<byte>)value).Span)),
    ];

    public static Shape List(Shape element, string type, bool isElementNullable) => new(
        $"{type.Replace("T", element.CSharp + (isElementNullable ? "?" : ""), StringComparison.Ordinal)}", type.Contains("ImmutableArray", StringComparison.Ordinal), "L",
        random => $"[{string.Join(",", Enumerable.Range(0, random.Next(4)).Select(_ => isElementNullable && random.Next(3) == 0 ? "{\"NULL\":true}" : element.MakeValue(random)))}]",
        value => $"[{string.Join(",", value.EnumerateArray().Select(one => isElementNullable && one.TryGetProperty("NULL", out _) ? "∅" : element.ReadValue(one)))}]",
        value => $"[{string.Join(",", ((IEnumerable)value).Cast<object?>().Select(one => one is null ? "∅" : element.Show(one)))}]")
    {
        Annotation = element.Annotation,
        SetElement = element.SetKind is null ? null : element,
    };

    public static Shape Set(Shape element, string type) => new(
        type.Replace("T", element.CSharp, StringComparison.Ordinal), false, element.SetKind!,
        random => $"[{string.Join(",", Enumerable.Range(0, random.Next(1, 4)).Select(_ => element.Make(random)).Distinct(StringComparer.Ordinal))}]",
        value => Sorted(value.EnumerateArray().Select(element.Read)), value => Sorted(((IEnumerable)value).Cast<object>().Select(element.Show)))
    {
        Annotation = element.Annotation,
    };

    public static Shape Map(Shape element, string type, bool isElementNullable) => new(
        type.Replace("T", element.CSharp + (isElementNullable ? "?" : ""), StringComparison.Ordinal), false, "M",
        random => $"{{{string.Join(",", Texts.OrderBy(_ => random.Next()).Where(static text => text.Length > 0).Take(random.Next(3)).Select(name => Quote(name) + ":" + (isElementNullable && random.Next(3) == 0 ? "{\"NULL\":true}" : element.MakeValue(random))))}}}",
        value => Sorted(value.EnumerateObject().Select(one => one.Name + "=" + (isElementNullable && one.Value.TryGetProperty("NULL", out _) ? "∅" : element.ReadValue(one.Value)))),
        value => Sorted(((IDictionary)value).Keys.Cast<string>().Select(name => name + "=" + (((IDictionary)value)[name] is { } one ? element.Show(one) : "∅"))))
    {
        Annotation = element.Annotation,
    };

    public static string Quote(string text) => "\"" + JavaScriptEncoder.Default.Encode(text) + "\"";

    public static string Sorted(IEnumerable<string> texts) => "{" + string.Join(",", texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)) + "}";

    private static Shape Text(string type, Func<string, string> read, Func<object, string> show, Func<Random, string>? make = null, bool isValueType = false) => new(
        type, isValueType, "S", random => random.Next(40) == 0 ? "\"wrong\"" : Quote(make is null ? Texts[random.Next(Texts.Length)] : make(random)),
        value => read(value.GetString()!) is var text ? text : "", show);

    private static Shape Number(string type, BigInteger minimum, BigInteger maximum) =>
        Number(type, text => Numbers.Integer(text, minimum, maximum), static value => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), minimum.IsZero ? 0 : -100);

    private static Shape Number(string type, Func<string, string> read, Func<object, string> show, int least = -100) => new(
        type, true, "N", random => Quote(random.Next(25) == 0 ? Numbers.Edges[random.Next(Numbers.Edges.Length)] : random.Next(least, 127).ToString(CultureInfo.InvariantCulture)),
        value => read(value.GetString()!), show);

    // The names of the enum that every compilation of random models holds.
    private static string Tier(string text) => text == "in transit" ? "InTransit"
        : new[] { "Gold", "InTransit", "class", "Bronze" }.FirstOrDefault(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException("enum");

    private static T Finite<T>(T value)
        where T : IFloatingPointIeee754<T> => T.IsFinite(value) ? value : throw new FormatException("infinite");

    private static string Time(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset RandomTime(Random random) => new DateTimeOffset(random.NextInt64(TimeSpan.TicksPerDay * 2, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay * 2), TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(random.Next(-12 * 60, 14 * 60)));

    private static string RandomGuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString("D");
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(5)];
        random.NextBytes(bytes);
        return bytes;
    }
}
