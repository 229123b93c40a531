using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using TypedCdc.Decoding;

namespace TypedCdc;

// From text and to text, whatever the culture.
public readonly partial struct DynamoDbNumber
{
    /// <summary>Reads DynamoDB's number text, whatever the culture.</summary>
    /// <exception cref="FormatException">Not a number.</exception>
    /// <exception cref="OverflowException">More than 38 significant digits, or out of DynamoDB's range.</exception>
    public static DynamoDbNumber Parse(ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[256];
        byte[]? rented = null;
        if (text.Length > utf8.Length)
        {
            utf8 = rented = ArrayPool<byte>.Shared.Rent(text.Length);
        }

        var isAscii = Ascii.FromUtf16(text, utf8, out var length) == OperationStatus.Done;
        DynamoDbNumber result = default;
        var fault = isAscii ? NumberGrammar.Read(utf8[..length], out result) : NumberFault.Grammar;
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        ThrowIf(fault);
        return result;
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static DynamoDbNumber Parse(ReadOnlySpan<byte> utf8Text)
    {
        ThrowIf(NumberGrammar.Read(utf8Text, out var result));
        return result;
    }

    /// <summary>Reads DynamoDB's number text, whatever the culture.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, out DynamoDbNumber result) => NumberGrammar.Read(utf8Text, out result) == NumberFault.None;

    /// <summary>Reads DynamoDB's number text, whatever the culture.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DynamoDbNumber result)
    {
        Span<byte> utf8 = stackalloc byte[256];
        if (text.Length <= utf8.Length)
        {
            result = default;
            return Ascii.FromUtf16(text, utf8, out var length) == OperationStatus.Done && TryParse(utf8[..length], out result);
        }

        return TryParse(Encoding.UTF8.GetBytes(text.ToString()), out result);
    }

    /// <summary>The number's one text.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    /// <summary>The number's one text; format and culture change nothing.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        var length = Format(text);
        charsWritten = 0;
        return length <= destination.Length && Ascii.ToUtf16(text[..length], destination, out charsWritten) == OperationStatus.Done;
    }

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        bytesWritten = Format(text);
        if (text[..bytesWritten].TryCopyTo(utf8Destination))
        {
            return true;
        }

        bytesWritten = 0;
        return false;
    }

    static DynamoDbNumber ISpanParsable<DynamoDbNumber>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<DynamoDbNumber>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out DynamoDbNumber result) => TryParse(s, out result);

    static DynamoDbNumber IParsable<DynamoDbNumber>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<DynamoDbNumber>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DynamoDbNumber result) => TryParse(s, out result);

    static DynamoDbNumber IUtf8SpanParsable<DynamoDbNumber>.Parse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider) => Parse(utf8Text);

    static bool IUtf8SpanParsable<DynamoDbNumber>.TryParse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider, out DynamoDbNumber result) => TryParse(utf8Text, out result);

    private static void ThrowIf(NumberFault fault)
    {
        switch (fault)
        {
            case NumberFault.Grammar:
                throw new FormatException("Not a DynamoDB number.");
            case NumberFault.Precision:
                throw new OverflowException("DynamoDB numbers have at most 38 significant digits.");
            case NumberFault.Range:
                throw new OverflowException("DynamoDB numbers lie between 1E-130 and 9.99…E+125 in magnitude.");
        }
    }

    /// <summary>Writes the one text of this value, at most <see cref="MaxTextLength"/> bytes.</summary>
    internal int Format(Span<byte> destination)
    {
        Span<byte> digits = stackalloc byte[NumberGrammar.MaxDigits];
        int count;
        if (_high == 0)
        {
            Utf8Formatter.TryFormat(_low, digits, out count);
        }
        else
        {
            // Two halves of 19 digits.
            var (upper, lower) = UInt128.DivRem(Coefficient, NumberGrammar.PowersOfTen[19]);
            Utf8Formatter.TryFormat((ulong)upper, digits, out count);
            Utf8Formatter.TryFormat((ulong)lower, digits[count..], out var padded, new StandardFormat('D', 19));
            count += padded;
        }

        digits = digits[..count];
        var written = 0;
        if (_isNegative)
        {
            destination[written++] = (byte)'-';
        }

        int exponent = _exponent;
        if (exponent >= 0 && count + exponent <= NumberGrammar.MaxDigits)
        {
            Put(destination, digits, ref written);
            destination.Slice(written, exponent).Fill((byte)'0');
            return written + exponent;
        }

        if (exponent < 0 && -exponent <= NumberGrammar.MaxDigits)
        {
            var integer = count + exponent;
            if (integer > 0)
            {
                Put(destination, digits[..integer], ref written);
                destination[written++] = (byte)'.';
                Put(destination, digits[integer..], ref written);
                return written;
            }

            Put(destination, "0."u8, ref written);
            destination.Slice(written, -integer).Fill((byte)'0');
            written -= integer;
            Put(destination, digits, ref written);
            return written;
        }

        destination[written++] = digits[0];
        if (count > 1)
        {
            destination[written++] = (byte)'.';
            Put(destination, digits[1..], ref written);
        }

        var magnitude = exponent + count - 1;
        destination[written++] = (byte)'E';
        destination[written++] = magnitude < 0 ? (byte)'-' : (byte)'+';
        Utf8Formatter.TryFormat(Math.Abs(magnitude), destination[written..], out var length);
        return written + length;

        static void Put(Span<byte> destination, ReadOnlySpan<byte> piece, ref int written)
        {
            piece.CopyTo(destination[written..]);
            written += piece.Length;
        }
    }
}
