// Whether a number of a sample fits a C# type is decided on its digits: no binary floating point and no culture comes near it.
using System.Globalization;
using System.Numerics;

namespace TypedCdc.Generators.Samples;

/// <summary>A decimal number as coefficient × 10^exponent, without trailing zeros in the coefficient.</summary>
internal readonly struct SampleNumber
{
    // More digits or greater exponents than DynamoDB has (38 digits, 1E-130 to 9.99E+125); a bound keeps a hostile sample from making huge integers.
    private const int MaximumLength = 400;
    private const int MaximumExponent = 1000;

    // 96 bits.
    private static readonly BigInteger MaximumDecimalCoefficient = (BigInteger.One << 96) - 1;
    private const int MaximumDecimalScale = 28;

    private readonly BigInteger _coefficient;
    private readonly int _exponent;

    private SampleNumber(BigInteger coefficient, int exponent)
    {
        while (!coefficient.IsZero && (coefficient % 10).IsZero)
        {
            coefficient /= 10;
            exponent++;
        }

        _coefficient = coefficient;
        _exponent = coefficient.IsZero ? 0 : exponent;
    }

    public bool IsIntegral => _exponent >= 0;

    /// <summary>The number's digits: what a type with a decimal point has to hold.</summary>
    public int SignificantDigits => BigInteger.Abs(_coefficient).ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>Whether <see cref="decimal"/> holds it exactly.</summary>
    public bool FitsDecimal
    {
        get
        {
            if (_exponent < -MaximumDecimalScale || _exponent > MaximumDecimalScale)
            {
                return false;
            }

            var coefficient = BigInteger.Abs(_coefficient);
            return (_exponent > 0 ? coefficient * BigInteger.Pow(10, _exponent) : coefficient) <= MaximumDecimalCoefficient;
        }
    }

    /// <summary>Whether it is integral and in the range, bounds included.</summary>
    public bool IsIn(BigInteger minimum, BigInteger maximum) => IsIntegral && IsBetween(minimum, maximum);

    /// <summary>Whether it is in the range, bounds included.</summary>
    public bool IsBetween(BigInteger minimum, BigInteger maximum)
    {
        if (_exponent >= 0)
        {
            var value = _coefficient * BigInteger.Pow(10, _exponent);
            return value >= minimum && value <= maximum;
        }

        var scale = BigInteger.Pow(10, -_exponent);
        return _coefficient >= minimum * scale && _coefficient <= maximum * scale;
    }

    /// <summary>The number; null where the text is none. Digits with an optional sign, fraction and exponent.</summary>
    public static SampleNumber? TryParse(string text)
    {
        var position = 0;
        var isNegative = Take(text, ref position, '-');
        if (!isNegative)
        {
            Take(text, ref position, '+');
        }

        var whole = TakeDigits(text, ref position);
        var hasPoint = Take(text, ref position, '.');
        var fraction = hasPoint ? TakeDigits(text, ref position) : "";
        if (whole.Length == 0 || (hasPoint && fraction.Length == 0) || text.Length > MaximumLength)
        {
            return null;
        }

        var exponent = 0;
        if (position < text.Length && text[position] is 'e' or 'E')
        {
            position++;
            var isSmall = Take(text, ref position, '-');
            if (!isSmall)
            {
                Take(text, ref position, '+');
            }

            if (!int.TryParse(TakeDigits(text, ref position), NumberStyles.None, CultureInfo.InvariantCulture, out exponent) || exponent > MaximumExponent)
            {
                return null;
            }

            exponent = isSmall ? -exponent : exponent;
        }

        if (position != text.Length)
        {
            return null;
        }

        var coefficient = BigInteger.Parse(whole + fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        return new(isNegative ? -coefficient : coefficient, exponent - fraction.Length);
    }

    private static bool Take(string text, ref int position, char character)
    {
        if (position >= text.Length || text[position] != character)
        {
            return false;
        }

        position++;
        return true;
    }

    private static string TakeDigits(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && text[position] is >= '0' and <= '9')
        {
            position++;
        }

        return text.Substring(start, position - start);
    }
}
