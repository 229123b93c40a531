using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// Passes an object or an array that has been checked before, by counting its brackets outside of strings, 64 bytes at a time (simdjson's string mask: Langdale, Lemire, 2019, section 3.1).
/// </summary>
internal static class ContainerSkip
{
    /// <summary>The offset behind the bracket that closes the container; -1 where there is none.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="length">Its length, at least 64.</param>
    /// <param name="start">The bracket that opens the container.</param>
    internal static int End(ref byte bytes, int length, int start)
    {
        var open = Bytes.U8(ref bytes, start);
        var depth = 0;
        var inString = 0UL; // all bits set where the block begins within a string
        var escape = 0UL;   // the first byte of the block is escaped
        for (var position = start; position < length; position += BlockMasks.Size)
        {
            // The last block is read from before its position, and shifted.
            var from = Math.Min(position, length - BlockMasks.Size);
            var block = Vector512.LoadUnsafe(ref bytes, (nuint)(uint)from);
            var shift = position - from;
            var quotes = Mask(block, (byte)'"') >> shift;
            var backslashes = Mask(block, (byte)'\\') >> shift;
            if ((backslashes | escape) != 0)
            {
                quotes &= ~Escaped(backslashes, ref escape);
            }

            var strings = PrefixXor(quotes) ^ inString;
            inString = (ulong)((long)strings >> 63);
            var opens = (Mask(block, open) >> shift) & ~strings;
            var closes = (Mask(block, (byte)(open + 2)) >> shift) & ~strings; // {} and [] are two apart
            if (shift > 0)
            {
                var seen = (1UL << (BlockMasks.Size - shift)) - 1;
                opens &= seen;
                closes &= seen;
            }

            var count = BitOperations.PopCount(closes);
            if (depth <= count)
            {
                for (var ends = closes; ends != 0; ends &= ends - 1)
                {
                    var below = (ends & (0 - ends)) - 1;
                    if (depth + BitOperations.PopCount(opens & below) == BitOperations.PopCount(closes & below) + 1)
                    {
                        return position + BitOperations.TrailingZeroCount(ends) + 1;
                    }
                }
            }

            depth += BitOperations.PopCount(opens) - count;
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mask(Vector512<byte> block, byte value) => Vector512.Equals(block, Vector512.Create(value)).ExtractMostSignificantBits();

    /// <summary>The bytes behind an odd number of backslashes.</summary>
    private static ulong Escaped(ulong backslashes, ref ulong carry)
    {
        const ulong EvenBits = 0x5555555555555555;
        backslashes &= ~carry;
        var follows = backslashes << 1 | carry;
        var oddStarts = backslashes & ~EvenBits & ~follows;
        var sequences = oddStarts + backslashes;
        carry = sequences < oddStarts ? 1UL : 0UL;
        return (EvenBits ^ (sequences << 1)) & follows;
    }

    /// <summary>Sets each bit that has an odd number of set bits at or below it: what is within quotes.</summary>
    private static ulong PrefixXor(ulong bits)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        }

        for (var shift = 1; shift < 64; shift *= 2)
        {
            bits ^= bits << shift;
        }

        return bits;
    }
}
