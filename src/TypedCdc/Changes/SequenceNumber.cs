using System.Globalization;

namespace TypedCdc;

/// <summary>
/// A sequence number: a decimal number of 1 to 129 digits (Amazon Kinesis API reference, pattern <c>0|([1-9]\d{0,128})</c>).
/// Kept as a number, so that comparing is cheap and nothing is allocated for those in use; text is made on demand.
/// </summary>
public readonly struct SequenceNumber : IEquatable<SequenceNumber>, IComparable<SequenceNumber>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>The most digits that a sequence number has.</summary>
    public const int MaximumDigits = 129;

    private const int LimbDigits = 19;
    private const int InlineDigits = 4 * LimbDigits;

    // Decimal limbs of 19 digits, the most significant first: 76 digits, where Kinesis gives 56 and DynamoDB Streams up to 40.
    private readonly ulong _limb0;
    private readonly ulong _limb1;
    private readonly ulong _limb2;
    private readonly ulong _limb3;

    // A longer number as its digits without leading zeros; then the limbs are 0.
    private readonly string? _wide;

    private SequenceNumber(ulong limb0, ulong limb1, ulong limb2, ulong limb3, string? wide)
    {
        _limb0 = limb0;
        _limb1 = limb1;
        _limb2 = limb2;
        _limb3 = limb3;
        _wide = wide;
    }

    /// <summary>Makes one from a number, such as a record's ordinal in a file.</summary>
    public SequenceNumber(UInt128 value)
    {
        UInt128 limb = 10_000_000_000_000_000_000UL;
        _limb3 = (ulong)(value % limb);
        value /= limb;
        _limb2 = (ulong)(value % limb);
        _limb1 = (ulong)(value / limb);
    }

    /// <summary>How many digits the number has, at least 1.</summary>
    public int DigitCount
    {
        get
        {
            if (_wide is not null)
            {
                return _wide.Length;
            }

            if (_limb0 != 0)
            {
                return Digits(_limb0) + 3 * LimbDigits;
            }

            if (_limb1 != 0)
            {
                return Digits(_limb1) + 2 * LimbDigits;
            }

            return _limb2 != 0 ? Digits(_limb2) + LimbDigits : Digits(_limb3);
        }
    }

    /// <summary>Reads the decimal text; leading zeros are allowed and do not count.</summary>
    /// <returns>False for anything but 1 to 129 digits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out SequenceNumber result)
    {
        result = default;
        if (utf8.IsEmpty || utf8.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        var digits = utf8.TrimStart((byte)'0');
        if (digits.Length > MaximumDigits)
        {
            return false;
        }

        if (digits.Length > InlineDigits)
        {
            result = new(0, 0, 0, 0, System.Text.Encoding.ASCII.GetString(digits));
            return true;
        }

        var limb3 = TakeLimb(ref digits);
        var limb2 = TakeLimb(ref digits);
        var limb1 = TakeLimb(ref digits);
        result = new(TakeLimb(ref digits), limb1, limb2, limb3, null);
        return true;

        static ulong TakeLimb(ref ReadOnlySpan<byte> digits)
        {
            var limb = digits[^Math.Min(LimbDigits, digits.Length)..];
            digits = digits[..^limb.Length];
            var value = 0UL;
            foreach (var digit in limb)
            {
                value = value * 10 + (uint)(digit - '0');
            }

            return value;
        }
    }

    /// <summary>Reads the decimal text.</summary>
    /// <returns>False for anything but 1 to 129 digits.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out SequenceNumber result)
    {
        Span<byte> utf8 = stackalloc byte[2 * MaximumDigits];
        result = default;
        return text.Length <= utf8.Length
            && System.Text.Ascii.FromUtf16(text, utf8, out var length) == System.Buffers.OperationStatus.Done
            && TryParse(utf8[..length], out result);
    }

    /// <summary>Reads the decimal text.</summary>
    /// <exception cref="FormatException">Anything but 1 to 129 digits.</exception>
    public static SequenceNumber Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var result) ? result : throw new FormatException($"'{text}' is not a sequence number: 1 to {MaximumDigits} decimal digits were expected.");

    /// <inheritdoc/>
    public int CompareTo(SequenceNumber other)
    {
        if ((_wide ?? other._wide) is not null)
        {
            var byLength = DigitCount.CompareTo(other.DigitCount);
            return byLength != 0 ? byLength : string.CompareOrdinal(_wide, other._wide);
        }

        var order = _limb0.CompareTo(other._limb0);
        order = order != 0 ? order : _limb1.CompareTo(other._limb1);
        order = order != 0 ? order : _limb2.CompareTo(other._limb2);
        return order != 0 ? order : _limb3.CompareTo(other._limb3);
    }

    /// <inheritdoc/>
    public bool Equals(SequenceNumber other) =>
        _limb3 == other._limb3 && _limb2 == other._limb2 && _limb1 == other._limb1 && _limb0 == other._limb0 && string.Equals(_wide, other._wide, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SequenceNumber other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_limb0, _limb1, _limb2, _limb3, _wide);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(SequenceNumber left, SequenceNumber right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(SequenceNumber left, SequenceNumber right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(SequenceNumber left, SequenceNumber right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(SequenceNumber left, SequenceNumber right) => left.CompareTo(right) >= 0;

    /// <inheritdoc cref="Equals(SequenceNumber)"/>
    public static bool operator ==(SequenceNumber left, SequenceNumber right) => left.Equals(right);

    /// <inheritdoc cref="Equals(SequenceNumber)"/>
    public static bool operator !=(SequenceNumber left, SequenceNumber right) => !left.Equals(right);

    /// <summary>The decimal digits, without leading zeros.</summary>
    public override string ToString() => _wide ?? string.Create(DigitCount, this, static (text, number) => number.TryFormat(text, out _, default, CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        Span<byte> utf8 = stackalloc byte[MaximumDigits];
        TryFormat(utf8, out var length, default, CultureInfo.InvariantCulture);
        charsWritten = 0;
        return length <= destination.Length
            && System.Text.Ascii.ToUtf16(utf8[..length], destination, out charsWritten) == System.Buffers.OperationStatus.Done;
    }

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        bytesWritten = 0;
        var count = DigitCount;
        if (utf8Destination.Length < count)
        {
            return false;
        }

        bytesWritten = count;
        if (_wide is not null)
        {
            System.Text.Encoding.ASCII.GetBytes(_wide, utf8Destination);
            return true;
        }

        var rest = utf8Destination[..count];
        PutLimb(ref rest, _limb3);
        PutLimb(ref rest, _limb2);
        PutLimb(ref rest, _limb1);
        PutLimb(ref rest, _limb0);
        return true;

        static void PutLimb(ref Span<byte> digits, ulong limb)
        {
            var width = Math.Min(LimbDigits, digits.Length);
            for (var i = digits.Length - 1; i >= digits.Length - width; i--)
            {
                (limb, var digit) = Math.DivRem(limb, 10);
                digits[i] = (byte)('0' + digit);
            }

            digits = digits[..^width];
        }
    }

    private static int Digits(ulong value)
    {
        var count = 1;
        while (value >= 10)
        {
            value /= 10;
            count++;
        }

        return count;
    }
}
