using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TypedCdc.Decoding.Kernels;

/// <summary>Strings of texts that are known to be ASCII: two overlapping stores for short ones instead of a transcoder's loop and its tail.</summary>
internal static class AsciiText
{
    /// <summary>The string of bytes below 0x80.</summary>
    internal static string ToString(ReadOnlySpan<byte> ascii)
    {
        if (ascii.IsEmpty)
        {
            return "";
        }

        // Nobody else has seen it yet.
        var text = new string('\0', ascii.Length);
        ref var target = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text.AsSpan()));
        Widen(ref MemoryMarshal.GetReference(ascii), ref target, (nuint)ascii.Length);
        return text;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(ref byte source, ref ushort target, nuint length)
    {
        if (length >= 16)
        {
            // The last block overlaps the one before it.
            var last = length - 16;
            for (nuint i = 0; i < last; i += 16)
            {
                Widen16(ref source, ref target, i);
            }

            Widen16(ref source, ref target, last);
        }
        else if (length >= 8)
        {
            Widen8(ref source, ref target, 0);
            Widen8(ref source, ref target, length - 8);
        }
        else if (length >= 4)
        {
            Widen4(ref source, ref target, 0);
            Widen4(ref source, ref target, length - 4);
        }
        else
        {
            target = source;
            Unsafe.Add(ref target, length >> 1) = Unsafe.Add(ref source, length >> 1);
            Unsafe.Add(ref target, length - 1) = Unsafe.Add(ref source, length - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen16(ref byte source, ref ushort target, nuint offset)
    {
        var bytes = Vector128.LoadUnsafe(ref source, offset);
        Vector128.WidenLower(bytes).StoreUnsafe(ref target, offset);
        Vector128.WidenUpper(bytes).StoreUnsafe(ref target, offset + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen8(ref byte source, ref ushort target, nuint offset) =>
        Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, offset))).AsByte()).StoreUnsafe(ref target, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen4(ref byte source, ref ushort target, nuint offset)
    {
        var wide = Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, offset))).AsByte());
        Unsafe.WriteUnaligned(ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref target, offset)), wide.AsUInt64().ToScalar());
    }
}
