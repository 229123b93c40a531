using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>
/// A DynamoDB number, exact: up to 38 significant digits, 1E-130 to 9.9999999999999999999999999999999999999E+125, where <see cref="decimal"/> holds 28 digits
/// and no more than 7.9E+28. Compares by value, and has one text for each value in every culture.
/// </summary>
/// <remarks>
/// The text is plain (<c>1500</c>, <c>-0.25</c>) where it needs at most 38 digits on either side of the point, else scientific (<c>1E-130</c>, <c>9.99E+125</c>).
/// It has no superfluous zeros, as DynamoDB has none (Amazon DynamoDB developer guide, "Number": leading and trailing zeros are trimmed).
/// </remarks>
public readonly partial struct DynamoDbNumber
    : IEquatable<DynamoDbNumber>, IComparable<DynamoDbNumber>, IComparable, ISpanFormattable, IUtf8SpanFormattable, ISpanParsable<DynamoDbNumber>, IUtf8SpanParsable<DynamoDbNumber>
{
    /// <summary>The most characters that the text of a number takes.</summary>
    public const int MaxTextLength = 48;

    // The value is coefficient × 10^exponent; the coefficient has no trailing zeros, and 0 is all zero, so that equal values have equal fields.
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly short _exponent;
    private readonly bool _isNegative;

    internal DynamoDbNumber(UInt128 coefficient, int exponent, bool isNegative)
    {
        _high = (ulong)(coefficient >> 64);
        _low = (ulong)coefficient;
        _exponent = (short)exponent;
        _isNegative = isNegative;
    }

    internal UInt128 Coefficient => new(_high, _low);

    internal int Exponent => _exponent;

    /// <summary>Whether the number is below zero.</summary>
    public bool IsNegative => _isNegative;

    /// <summary>Whether the number is zero.</summary>
    public bool IsZero => (_high | _low) == 0;

    /// <summary>Whether the number has no fraction.</summary>
    public bool IsInteger => _exponent >= 0;

    /// <summary>The magnitude's digits: the count of the coefficient's.</summary>
    private int Digits
    {
        get
        {
            var coefficient = Coefficient;
            var digits = 1;
            while (digits < NumberGrammar.MaxDigits && coefficient >= NumberGrammar.PowersOfTen[digits])
            {
                digits++;
            }

            return digits;
        }
    }

    /// <summary>Makes a number of an integer.</summary>
    /// <exception cref="OverflowException">More than 38 significant digits.</exception>
    public static DynamoDbNumber FromBigInteger(BigInteger value) => Parse(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes the number whose text is the shortest that gives this double back.</summary>
    /// <exception cref="OverflowException">Not finite, or out of DynamoDB's range.</exception>
    public static DynamoDbNumber FromDouble(double value) => double.IsFinite(value)
        ? Parse(value.ToString("R", CultureInfo.InvariantCulture))
        : throw new OverflowException("DynamoDB has no number that is not finite.");

    public static implicit operator DynamoDbNumber(long value) => FromParts((UInt128)(value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value), 0, value < 0);

    public static implicit operator DynamoDbNumber(ulong value) => FromParts(value, 0, false);

    public static implicit operator DynamoDbNumber(int value) => (long)value;

    public static implicit operator DynamoDbNumber(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var coefficient = (UInt128)(uint)bits[2] << 64 | (UInt128)(uint)bits[1] << 32 | (uint)bits[0];
        return FromParts(coefficient, -(bits[3] >> 16 & 0xFF), bits[3] < 0);
    }

    /// <summary>The decimal of exactly this value.</summary>
    /// <exception cref="OverflowException">A decimal cannot hold it exactly.</exception>
    public static explicit operator decimal(DynamoDbNumber value) =>
        value.TryGetDecimal(out var result) ? result : throw new OverflowException("The number does not fit a decimal exactly.");

    /// <summary>The long of exactly this value.</summary>
    /// <exception cref="OverflowException">It has a fraction, or does not fit.</exception>
    public static explicit operator long(DynamoDbNumber value) =>
        value.TryGetInteger<long>(out var result) ? result : throw new OverflowException("The number does not fit a long exactly.");

    /// <summary>The integer of exactly this value.</summary>
    /// <exception cref="OverflowException">It has a fraction.</exception>
    public static explicit operator BigInteger(DynamoDbNumber value) =>
        value.TryGetInteger<BigInteger>(out var result) ? result : throw new OverflowException("The number is not an integer.");

    /// <summary>The nearest double.</summary>
    public static explicit operator double(DynamoDbNumber value)
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        return double.Parse(text[..value.Format(text)], NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>Gives the integer of exactly this value.</summary>
    /// <returns>False where it has a fraction or does not fit.</returns>
    public bool TryGetInteger<TInteger>(out TInteger result)
        where TInteger : struct, IBinaryInteger<TInteger>
    {
        result = default;
        if (_exponent < 0)
        {
            return false;
        }

        var coefficient = Coefficient;
        if (_exponent > 0)
        {
            if (_exponent > NumberGrammar.MaxDigits || coefficient > UInt128.MaxValue / NumberGrammar.PowersOfTen[_exponent])
            {
                if (typeof(TInteger) != typeof(BigInteger))
                {
                    return false;
                }

                var large = (BigInteger)coefficient * BigInteger.Pow(10, _exponent);
                result = TInteger.CreateChecked(_isNegative ? -large : large);
                return true;
            }

            coefficient *= NumberGrammar.PowersOfTen[_exponent];
        }

        if (!_isNegative)
        {
            result = TInteger.CreateSaturating(coefficient);
            return UInt128.CreateSaturating(result) == coefficient;
        }

        if (typeof(TInteger) == typeof(BigInteger))
        {
            result = TInteger.CreateChecked(-(BigInteger)coefficient);
            return true;
        }

        // -2^127 is the lowest that any other type holds.
        if (coefficient > (UInt128)Int128.MaxValue + 1)
        {
            return false;
        }

        var value = Int128.CreateTruncating(UInt128.Zero - coefficient);
        result = TInteger.CreateSaturating(value);
        return Int128.CreateSaturating(result) == value;
    }

    /// <summary>Gives the decimal of exactly this value.</summary>
    /// <returns>False where a decimal would round or overflow.</returns>
    public bool TryGetDecimal(out decimal result)
    {
        result = 0;
        var coefficient = Coefficient;
        var limit = UInt128.One << 96;
        if (coefficient >= limit || _exponent is < -28 or > 28)
        {
            return false;
        }

        var scale = 0;
        if (_exponent > 0)
        {
            if (coefficient > (limit - 1) / NumberGrammar.PowersOfTen[_exponent])
            {
                return false;
            }

            coefficient *= NumberGrammar.PowersOfTen[_exponent];
        }
        else
        {
            scale = -_exponent;
        }

        result = new((int)(uint)coefficient, (int)(uint)(coefficient >> 32), (int)(uint)(coefficient >> 64), _isNegative, (byte)scale);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(DynamoDbNumber other)
    {
        if (_isNegative != other._isNegative)
        {
            return _isNegative ? -1 : 1;
        }

        var magnitude = CompareMagnitude(other);
        return _isNegative ? -magnitude : magnitude;
    }

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        DynamoDbNumber other => CompareTo(other),
        _ => throw new ArgumentException($"A {nameof(DynamoDbNumber)} was expected.", nameof(obj)),
    };

    private int CompareMagnitude(DynamoDbNumber other)
    {
        if (IsZero || other.IsZero)
        {
            return (IsZero ? 0 : 1) - (other.IsZero ? 0 : 1);
        }

        int digits = Digits, otherDigits = other.Digits;
        var byMagnitude = (digits + _exponent).CompareTo(otherDigits + other._exponent);
        if (byMagnitude != 0)
        {
            return byMagnitude;
        }

        return digits >= otherDigits
            ? Coefficient.CompareTo(other.Coefficient * NumberGrammar.PowersOfTen[digits - otherDigits])
            : (Coefficient * NumberGrammar.PowersOfTen[otherDigits - digits]).CompareTo(other.Coefficient);
    }

    /// <inheritdoc/>
    public bool Equals(DynamoDbNumber other) =>
        _low == other._low && _high == other._high && _exponent == other._exponent && _isNegative == other._isNegative;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is DynamoDbNumber other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, _exponent, _isNegative);

    public static bool operator ==(DynamoDbNumber left, DynamoDbNumber right) => left.Equals(right);

    public static bool operator !=(DynamoDbNumber left, DynamoDbNumber right) => !left.Equals(right);

    public static bool operator <(DynamoDbNumber left, DynamoDbNumber right) => left.CompareTo(right) < 0;

    public static bool operator >(DynamoDbNumber left, DynamoDbNumber right) => left.CompareTo(right) > 0;

    public static bool operator <=(DynamoDbNumber left, DynamoDbNumber right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DynamoDbNumber left, DynamoDbNumber right) => left.CompareTo(right) >= 0;

    private static DynamoDbNumber FromParts(UInt128 coefficient, int exponent, bool isNegative)
    {
        if (coefficient == 0)
        {
            return default;
        }

        while (coefficient % 10 == 0)
        {
            coefficient /= 10;
            exponent++;
        }

        return new(coefficient, exponent, isNegative);
    }
}
