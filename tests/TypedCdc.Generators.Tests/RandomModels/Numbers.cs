using System.Globalization;
using System.Numerics;

namespace TypedCdc.Generators.Tests.RandomModels;

/// <summary>Numbers of DynamoDB as big integers.</summary>
internal static class Numbers
{
    public static readonly string[] Edges =
        ["0", "-0", "1", "-1", "127", "128", "255", "256", "-128", "-129", "32767", "32768", "65535", "65536", "2147483647", "2147483648", "-2147483649", "4294967295", "4294967296",
        "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1.5", "12.0", "1E2", "1e+2", "5E-1", "100E-2", "79228162514264337593543950335",
        "79228162514264337593543950336", "0.1234567890123456789012345678", "12345678901234567890123456789012345678", "1E-130", "9.9999999999999999999999999999999999999E+125", "65504", "65520", "3.4028235E38", "3.5E38"];

    /// <summary>Mantissa and power of ten, without trailing zeros in the mantissa.</summary>
    public static (BigInteger Mantissa, int Exponent) Parse(string text)
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

        var mantissa = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (mantissa.IsZero)
        {
            return (0, 0);
        }

        while (mantissa % 10 == 0)
        {
            mantissa /= 10;
            exponent++;
        }

        return (mantissa, exponent);
    }

    public static string Text(string number)
    {
        var (mantissa, exponent) = Parse(number);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{exponent}");
    }

    public static string Integer(string number, BigInteger minimum, BigInteger maximum)
    {
        var (mantissa, exponent) = Parse(number);
        var value = exponent >= 0 ? mantissa * BigInteger.Pow(10, exponent) : throw new FormatException("fraction");
        return value >= minimum && value <= maximum ? value.ToString(CultureInfo.InvariantCulture) : throw new FormatException("range");
    }

    /// <summary>The ticks of 100 ns since 1970, in the years 1 to 9999; anything finer is cut.</summary>
    public static string UnixSeconds(string number)
    {
        var (mantissa, exponent) = Parse(number);
        var ticks = exponent + 7 is >= 0 and var shift ? mantissa * BigInteger.Pow(10, shift) : mantissa / BigInteger.Pow(10, -7 - exponent);
        return ticks >= -621355968000000000 && ticks <= 2534023007999999999 ? ticks.ToString(CultureInfo.InvariantCulture) : throw new FormatException("range");
    }

    public static string Decimal(string number)
    {
        if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            throw new FormatException("decimal");
        }

        var text = value.ToString(CultureInfo.InvariantCulture);
        return Parse(text) == Parse(number) ? Text(text) : throw new FormatException("rounded");
    }
}
