using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TypedCdc.Decoding;

/// <summary>
/// A strict walk over JSON (RFC 8259) in place: no tokens are kept and nothing is copied. Offsets are absolute in the record, so that a slice
/// found once can be read again later. Stricter than Utf8JsonReader in one thing: a lone surrogate in a <c>\u</c> escape is an error, since it has no
/// UTF-8 form. UTF-8 itself is checked once for the whole record, by <see cref="EnvelopeParser"/>.
/// </summary>
internal ref struct JsonScanner
{
    /// <summary>
    /// How deep JSON may nest. An item of DynamoDB's 32 levels takes 2 a level and 3 for the envelope; twice as much room costs nothing, and a bound keeps
    /// a hostile record from the end of the stack.
    /// </summary>
    internal const int MaxDepth = 128;

    private readonly ReadOnlySpan<byte> _utf8;

    internal JsonScanner(ReadOnlySpan<byte> utf8, int position)
    {
        _utf8 = utf8;
        Position = position;
    }

    /// <summary>The byte looked at next.</summary>
    internal int Position;

    internal readonly ReadOnlySpan<byte> Utf8 => _utf8;

    internal readonly bool IsAtEnd => (uint)Position >= (uint)_utf8.Length;

    /// <summary>Skips whitespace and returns the byte behind it, without passing it; 0 at the end (a NUL byte is no JSON either).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte Peek()
    {
        var utf8 = _utf8;
        var position = Position;
        while ((uint)position < (uint)utf8.Length)
        {
            var value = utf8[position];
            if (value > ' ' || (value != ' ' && value != '\n' && value != '\r' && value != '\t'))
            {
                Position = position;
                return value;
            }

            position++;
        }

        Position = position;
        return 0;
    }

    /// <summary>Skips whitespace and passes one structural byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Expect(byte expected)
    {
        if (Peek() != expected)
        {
            ThrowExpected(expected);
        }

        Position++;
    }

    /// <summary>Passes <paramref name="expected"/> where it stands next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTake(byte expected)
    {
        if (Peek() != expected)
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>Between two elements: passes a comma and returns true, or passes the closing byte and returns false.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TakeCommaOrEnd(byte close)
    {
        var next = Peek();
        if (next == ',')
        {
            Position++;
            return true;
        }

        if (next != close)
        {
            ThrowExpected(close);
        }

        Position++;
        return false;
    }

    /// <summary>Passes a string and gives what stands between its quotes, as it is spelled.</summary>
    internal JsonSlice TakeString()
    {
        Expect((byte)'"');
        var utf8 = _utf8;
        var start = Position;
        var position = start;
        var isAscii = true;
        var hasEscapes = false;
        while (true)
        {
            // 16 bytes at a time up to the next quote, backslash or control character.
            while (Vector128.IsHardwareAccelerated && position <= utf8.Length - Vector128<byte>.Count)
            {
                var block = Vector128.Create(utf8.Slice(position, Vector128<byte>.Count));
                var special = Vector128.Equals(block, Vector128.Create((byte)'"'))
                    | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                    | Vector128.LessThan(block, Vector128.Create((byte)' '));
                var stops = special.ExtractMostSignificantBits();
                var high = block.ExtractMostSignificantBits();
                if (stops == 0)
                {
                    isAscii &= high == 0;
                    position += Vector128<byte>.Count;
                    continue;
                }

                var stop = BitOperations.TrailingZeroCount(stops);
                isAscii &= (high & ((1u << stop) - 1)) == 0;
                position += stop;
                break;
            }

            if ((uint)position >= (uint)utf8.Length)
            {
                Malformed.Throw(start - 1, "A JSON string has no end.");
            }

            var value = utf8[position];
            if (value == '"')
            {
                Position = position + 1;
                return new(start, position - start, isAscii && !hasEscapes, hasEscapes);
            }

            if (value == '\\')
            {
                hasEscapes = true;
                position = TakeEscape(position);
            }
            else if (value < ' ')
            {
                Malformed.Throw(position, "A control character in a JSON string is not escaped.");
            }
            else
            {
                isAscii &= value < 0x80;
                position++;
            }
        }
    }

    /// <summary>Checks the escape at <paramref name="position"/> and returns the position behind it.</summary>
    private readonly int TakeEscape(int position)
    {
        var utf8 = _utf8;
        if (position + 1 < utf8.Length)
        {
            switch (utf8[position + 1])
            {
                case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                    return position + 2;
                case (byte)'u':
                    var unit = JsonText.HexUnit(utf8, position + 2);
                    if (unit < 0)
                    {
                        break;
                    }

                    if (!char.IsSurrogate((char)unit))
                    {
                        return position + 6;
                    }

                    if (char.IsHighSurrogate((char)unit) && position + 7 < utf8.Length && utf8[position + 6] == '\\' && utf8[position + 7] == 'u'
                        && JsonText.HexUnit(utf8, position + 8) is >= 0xDC00 and <= 0xDFFF)
                    {
                        return position + 12;
                    }

                    Malformed.Throw(position, "A JSON string holds half of a surrogate pair.");
                    break;
            }
        }

        Malformed.Throw(position, "A JSON string holds an escape that JSON does not know.");
        return 0;
    }

    /// <summary>Passes a value of any kind and gives its slice (a string's with its quotes).</summary>
    internal JsonSlice SkipValue(int depth)
    {
        Peek();
        var start = Position;
        SkipValueCore(depth);
        return new(start, Position - start, false, false);
    }

    private void SkipValueCore(int depth)
    {
        // One bit a level: set in an object, clear in an array.
        UInt128 isObject = 0;
        var level = 0;
        while (true)
        {
            var next = Peek();
            if (next == '{' || next == '[')
            {
                if (depth + ++level > MaxDepth)
                {
                    Malformed.Throw(Position, "The record nests deeper than 128 JSON levels.");
                }

                Position++;
                isObject = (isObject << 1) | (next == '{' ? UInt128.One : UInt128.Zero);
                if (Peek() != (next == '{' ? '}' : ']'))
                {
                    if (next == '{')
                    {
                        TakeString();
                        Expect((byte)':');
                    }

                    continue;
                }

                Position++;
                isObject >>= 1;
                level--;
            }
            else if (next == '"')
            {
                TakeString();
            }
            else
            {
                TakeScalar(next);
            }

            // Behind a value: go on in its container, or close containers.
            while (level > 0)
            {
                var inObject = (isObject & 1) != 0;
                if (TakeCommaOrEnd(inObject ? (byte)'}' : (byte)']'))
                {
                    if (inObject)
                    {
                        TakeString();
                        Expect((byte)':');
                    }

                    break;
                }

                isObject >>= 1;
                level--;
            }

            if (level == 0)
            {
                return;
            }
        }
    }

    private void TakeScalar(byte next)
    {
        switch (next)
        {
            case (byte)'t':
                TakeLiteral("true"u8);
                break;
            case (byte)'f':
                TakeLiteral("false"u8);
                break;
            case (byte)'n':
                TakeLiteral("null"u8);
                break;
            default:
                TakeNumber();
                break;
        }
    }

    /// <summary>Passes a literal where it stands next.</summary>
    internal bool TryTakeLiteral(ReadOnlySpan<byte> literal)
    {
        Peek();
        if (!_utf8[Math.Min(Position, _utf8.Length)..].StartsWith(literal))
        {
            return false;
        }

        Position += literal.Length;
        return true;
    }

    private void TakeLiteral(ReadOnlySpan<byte> literal)
    {
        if (!TryTakeLiteral(literal))
        {
            Malformed.Throw(Position, "A JSON value was expected.");
        }
    }

    /// <summary>Passes a JSON number and gives its slice.</summary>
    internal JsonSlice TakeNumber()
    {
        var next = Peek();
        var start = Position;
        var utf8 = _utf8;
        var position = start;
        if (next == '-')
        {
            position++;
        }

        var integer = Digits(utf8, position);
        if (integer == 0 || (integer > 1 && utf8[position] == '0'))
        {
            Malformed.Throw(start, "A JSON value was expected.");
        }

        position += integer;
        if (position < utf8.Length && utf8[position] == '.')
        {
            var fraction = Digits(utf8, position + 1);
            if (fraction == 0)
            {
                Malformed.Throw(start, "A JSON number is malformed.");
            }

            position += 1 + fraction;
        }

        if (position < utf8.Length && (utf8[position] | 0x20) == 'e')
        {
            position++;
            if (position < utf8.Length && utf8[position] is (byte)'+' or (byte)'-')
            {
                position++;
            }

            var exponent = Digits(utf8, position);
            if (exponent == 0)
            {
                Malformed.Throw(start, "A JSON number is malformed.");
            }

            position += exponent;
        }

        Position = position;
        return new(start, position - start, true, false);
    }

    private static int Digits(ReadOnlySpan<byte> utf8, int position)
    {
        var end = position;
        while ((uint)end < (uint)utf8.Length && (uint)(utf8[end] - '0') <= 9)
        {
            end++;
        }

        return end - position;
    }

    private readonly void ThrowExpected(byte expected)
    {
        var what = expected switch
        {
            (byte)'}' => "A comma or the end of a JSON object was expected.",
            (byte)']' => "A comma or the end of a JSON array was expected.",
            (byte)'{' => "A JSON object was expected.",
            (byte)'[' => "A JSON array was expected.",
            (byte)'"' => "A JSON string was expected.",
            _ => "A colon was expected.",
        };
        Malformed.Throw(Position, what);
    }
}
