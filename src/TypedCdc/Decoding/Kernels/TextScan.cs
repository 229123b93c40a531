using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace TypedCdc.Decoding.Kernels;

/// <summary>Finds the end of a JSON string and checks everything before it: escapes, control characters, UTF-8.</summary>
internal static class TextScan
{
    /// <summary>The offset of the quote that closes a string; -1 where the general path has to say what is wrong with it.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="length">Its length, at least 64.</param>
    /// <param name="start">The first byte behind the opening quote.</param>
    /// <param name="isPlain">Whether the string is ASCII without escapes.</param>
    /// <param name="hasEscapes">Whether it holds a backslash.</param>
    internal static int End(ref byte bytes, int length, int start, out bool isPlain, out bool hasEscapes)
    {
        var position = start;
        var hasHighBytes = false;
        hasEscapes = false;
        while (position < length)
        {
            BlockMasks.LoadAt(ref bytes, length, position, out var quotes, out var special);
            if (special == 0)
            {
                if (quotes != 0)
                {
                    position += BitOperations.TrailingZeroCount(quotes);
                    return Finish(ref bytes, start, position, hasHighBytes, hasEscapes, out isPlain);
                }

                position += BlockMasks.Size;
                continue;
            }

            // Up to the first byte that is either.
            position += BitOperations.TrailingZeroCount(quotes | special);
            var value = Bytes.U8(ref bytes, position);
            if (value == '"')
            {
                return Finish(ref bytes, start, position, hasHighBytes, hasEscapes, out isPlain);
            }

            if (value >= 0x80)
            {
                hasHighBytes = true;
                position = SkipHighBytes(ref bytes, length, position);
            }
            else if (value == '\\')
            {
                hasEscapes = true;
                position = SkipEscape(ref bytes, length, position);
                if (position < 0)
                {
                    break;
                }
            }
            else
            {
                break;
            }
        }

        isPlain = false;
        return -1;
    }

    private static int Finish(ref byte bytes, int start, int end, bool hasHighBytes, bool hasEscapes, out bool isPlain)
    {
        isPlain = !hasHighBytes && !hasEscapes;
        return !hasHighBytes || Utf8.IsValid(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref bytes, start), end - start)) ? end : -1;
    }

    // Runs of them are common in texts that are not in Latin letters, and all are checked at once in the end.
    private static int SkipHighBytes(ref byte bytes, int length, int position)
    {
        const ulong HighBits = 0x8080808080808080;
        while (position <= length - sizeof(ulong))
        {
            var low = ~Bytes.U64(ref bytes, position) & HighBits;
            if (low != 0)
            {
                return position + (BitOperations.TrailingZeroCount(low) >> 3);
            }

            position += sizeof(ulong);
        }

        while (position < length && Bytes.U8(ref bytes, position) >= 0x80)
        {
            position++;
        }

        return position;
    }

    /// <summary>The offset behind an escape; -1 where JSON does not know it, or half of a surrogate pair is missing.</summary>
    private static int SkipEscape(ref byte bytes, int length, int position)
    {
        if (position + 1 >= length)
        {
            return -1;
        }

        switch (Bytes.U8(ref bytes, position + 1))
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return position + 2;
            case (byte)'u':
                var record = MemoryMarshal.CreateReadOnlySpan(ref bytes, length);
                var unit = JsonText.HexUnit(record, position + 2);
                if (unit is >= 0 and < 0xD800 or > 0xDFFF)
                {
                    return position + 6;
                }

                var isPair = unit is >= 0xD800 and <= 0xDBFF && position + 12 <= length && Bytes.U16(ref bytes, position + 6) == ('\\' | 'u' << 8)
                    && JsonText.HexUnit(record, position + 8) is >= 0xDC00 and <= 0xDFFF;
                return isPair ? position + 12 : -1;
            default:
                return -1;
        }
    }
}
