using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// What 64 bytes of JSON hold, one bit a byte, as simdjson's first stage sees it (Langdale, Lemire, "Parsing gigabytes of JSON per second", 2019). One vector of 512 bits, two of 256
/// or four of 128: the JIT keeps the branch of the machine and drops the others.
/// </summary>
internal static class BlockMasks
{
    internal const int Size = 64;

    /// <summary>Quotes, and whatever else needs a look in a string: backslashes, control characters, bytes of non-ASCII characters.</summary>
    /// <param name="block">The first of 64 bytes that can be read.</param>
    /// <param name="quotes">The quotes, escaped ones too.</param>
    /// <param name="special">Backslashes, bytes below 0x20 and bytes from 0x80 on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Load(ref byte block, out ulong quotes, out ulong special)
    {
        // As signed numbers, control characters and non-ASCII bytes are those below a space.
        if (Vector512.IsHardwareAccelerated)
        {
            var bytes = Vector512.LoadUnsafe(ref block);
            quotes = Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits();
            special = (Vector512.Equals(bytes, Vector512.Create((byte)'\\')) | Vector512.LessThan(bytes.AsSByte(), Vector512.Create((sbyte)' ')).AsByte()).ExtractMostSignificantBits();
            return;
        }

        if (Vector256.IsHardwareAccelerated)
        {
            Load(Vector256.LoadUnsafe(ref block), out var lowQuotes, out var lowSpecial);
            Load(Vector256.LoadUnsafe(ref block, 32), out var highQuotes, out var highSpecial);
            quotes = lowQuotes | (ulong)highQuotes << 32;
            special = lowSpecial | (ulong)highSpecial << 32;
            return;
        }

        quotes = special = 0;
        for (var i = 0; i < Size; i += 16)
        {
            var bytes = Vector128.LoadUnsafe(ref block, (nuint)i);
            var other = Vector128.Equals(bytes, Vector128.Create((byte)'\\')) | Vector128.LessThan(bytes.AsSByte(), Vector128.Create((sbyte)' ')).AsByte();
            quotes |= (ulong)Vector128.Equals(bytes, Vector128.Create((byte)'"')).ExtractMostSignificantBits() << i;
            special |= (ulong)other.ExtractMostSignificantBits() << i;
        }
    }

    /// <summary>The same for the bytes from <paramref name="position"/> on; those behind the end of the record are no quotes and not special.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="length">Its length, at least 64.</param>
    /// <param name="position">Before the end.</param>
    /// <param name="quotes">See <see cref="Load(ref byte, out ulong, out ulong)"/>.</param>
    /// <param name="special">See <see cref="Load(ref byte, out ulong, out ulong)"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LoadAt(ref byte bytes, int length, int position, out ulong quotes, out ulong special)
    {
        var last = length - Size;
        if (position <= last)
        {
            Load(ref Unsafe.Add(ref bytes, (nint)(uint)position), out quotes, out special);
            return;
        }

        // The last 64 bytes of the record, without those before the position.
        Load(ref Unsafe.Add(ref bytes, (nint)(uint)last), out quotes, out special);
        quotes >>= position - last;
        special >>= position - last;
    }

    /// <summary>Leaves only the bit that has <paramref name="count"/> set bits below it; 0 where there are not that many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Nth(ulong bits, int count)
    {
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.ParallelBitDeposit(1UL << count, bits);
        }

        for (; count > 0; count--)
        {
            bits &= bits - 1;
        }

        return bits & (0 - bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(Vector256<byte> bytes, out uint quotes, out uint special)
    {
        quotes = Vector256.Equals(bytes, Vector256.Create((byte)'"')).ExtractMostSignificantBits();
        special = (Vector256.Equals(bytes, Vector256.Create((byte)'\\')) | Vector256.LessThan(bytes.AsSByte(), Vector256.Create((sbyte)' ')).AsByte()).ExtractMostSignificantBits();
    }
}
