// What an item means to the model Everything, worked out a second time with System.Text.Json and big integers, and nothing of ours.
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests.Harness;

/// <summary>Reads items slowly and plainly. Anything that does not fit is a <see cref="FormatException"/>.</summary>
internal static class ItemOracle
{
    /// <summary>The members of the model as text, in order.</summary>
    public static string Read(string item)
    {
        using var json = JsonDocument.Parse(item);
        var root = json.RootElement;
        foreach (var group in root.EnumerateObject().GroupBy(static one => one.Name, StringComparer.Ordinal))
        {
            _ = group.Count() == 1 ? 0 : throw new FormatException("twice");
        }

        foreach (var attribute in root.EnumerateObject())
        {
            Check(attribute.Value);
        }

        string? Get(string name, string kind, bool isNullable, bool isRequired, Func<JsonElement, string> read, string? absent)
        {
            if (!root.TryGetProperty(name, out var value))
            {
                return isRequired ? throw new FormatException("absent") : absent;
            }

            var only = value.EnumerateObject().Single();
            return only.Name == kind ? read(only.Value)
                : only.Name == "NULL" && isNullable ? null
                : throw new FormatException("kind");
        }

        string? Integer(string name, BigInteger minimum, BigInteger maximum, string? absent, bool isNullable = false, bool isRequired = false) => Get(name, "N", isNullable, isRequired, value =>
        {
            var (mantissa, exponent) = Number(value.GetString()!);
            var integer = exponent >= 0 ? mantissa * BigInteger.Pow(10, exponent)
                : mantissa % BigInteger.Pow(10, -exponent) == 0 ? mantissa / BigInteger.Pow(10, -exponent)
                : throw new FormatException("fraction");
            return integer >= minimum && integer <= maximum ? integer.ToString(CultureInfo.InvariantCulture) : throw new FormatException("range");
        }, absent);

        string? Text(string name, string? absent, bool isNullable = false, bool isRequired = false) => Get(name, "S", isNullable, isRequired, static value => value.GetString()!, absent);

        return string.Join("|", new[]
        {
            Text("Id", null, isRequired: true),
            Integer("seq", 0, ulong.MaxValue, null, isRequired: true),
            Integer("SByte", sbyte.MinValue, sbyte.MaxValue, "-1"),
            Integer("Byte", 0, byte.MaxValue, "1"),
            Integer("Int16", short.MinValue, short.MaxValue, "2"),
            Integer("Int32", int.MinValue, int.MaxValue, "0"),
            Integer("Int64", long.MinValue, long.MaxValue, "7", isNullable: true),
            Get("Decimal", "N", false, false, static value => Decimal(value.GetString()!), "1.5"),
            Get("Double", "N", false, false, static value => double.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture), "0"),
            Get("Boolean", "BOOL", false, false, static value => value.GetBoolean() ? "True" : "False", "True"),
            Get("Bytes", "B", false, false, static value => Convert.ToHexString(value.GetBytesFromBase64()), "010203"),
            Get("MaybeTier", "S", true, false, static value => Enum.GetNames<Tier>().FirstOrDefault(name => string.Equals(name, value.GetString(), StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException("enum"), null),
            Text("Text", "initial"),
            Text("MaybeText", "not null", isNullable: true),
            Text("a-b \"quoted\" \\ ☃", null, isNullable: true),
        }.Select(static one => one ?? "∅"));
    }

    /// <summary>The same of the model.</summary>
    public static string Show(Everything model) => string.Join("|", new[]
    {
        model.Id, Invariant(model.Sequence), Invariant(model.SByte), Invariant(model.Byte), Invariant(model.Int16), Invariant(model.Int32),
        model.Int64 is { } number ? Invariant(number) : null, Normal(model.Decimal), model.Double.ToString("R", CultureInfo.InvariantCulture), model.Boolean.ToString(),
        Convert.ToHexString(model.Bytes), model.MaybeTier?.ToString(), model.Text, model.MaybeText, model.Odd,
    }.Select(static one => one ?? "∅"));

    // Every attribute is sound, mapped or not.
    private static void Check(JsonElement value)
    {
        var only = value.EnumerateObject().Single();
        if (only.Name == "N")
        {
            var (mantissa, exponent) = Number(only.Value.GetString()!);
            var digits = BigInteger.Abs(mantissa).ToString(CultureInfo.InvariantCulture).TrimEnd('0').Length;
            var magnitude = BigInteger.Abs(mantissa).ToString(CultureInfo.InvariantCulture).Length - 1 + exponent;
            if (digits > 38 || (!mantissa.IsZero && magnitude is < -130 or > 125))
            {
                throw new FormatException("number");
            }
        }
        else if (only.Name == "B")
        {
            only.Value.GetBytesFromBase64();
        }
    }

    private static (BigInteger Mantissa, int Exponent) Number(string text)
    {
        var at = text.IndexOfAny(['e', 'E']);
        var exponent = at < 0 ? 0 : int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = at < 0 ? text : text[..at];
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }

        return (BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), exponent);
    }

    private static string Decimal(string text)
    {
        var (mantissa, exponent) = Number(text);
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            throw new FormatException("decimal");
        }

        // Exact: no digit was rounded away.
        var (found, scale) = Number(value.ToString(CultureInfo.InvariantCulture));
        var lowest = Math.Min(exponent, scale);
        return mantissa * BigInteger.Pow(10, exponent - lowest) == found * BigInteger.Pow(10, scale - lowest) ? Normal(value) : throw new FormatException("rounded");
    }

    private static string Normal(decimal value) => (value / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);

    private static string Invariant<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
