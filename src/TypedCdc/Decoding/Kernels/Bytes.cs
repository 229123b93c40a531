using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// Reads of one to eight bytes at any offset, without bounds checks. Every caller checks that the bytes belong to the record; the tests place records right before a page
/// that cannot be read.
/// </summary>
internal static class Bytes
{
    /// <summary>Whether the kernels run on this machine: they read words in little-endian order, and without vectors the general path is faster.</summary>
    internal static bool AreKernelsSupported => BitConverter.IsLittleEndian && System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated;

    /// <summary>Whether a record is long enough for the kernels, which read blocks of 64 bytes.</summary>
    internal static bool CanUseKernels(int length) => AreKernelsSupported && length >= BlockMasks.Size;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte U8(ref byte bytes, int offset) => Unsafe.Add(ref bytes, (nint)(uint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint U16(ref byte bytes, int offset) => Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref bytes, (nint)(uint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint U32(ref byte bytes, int offset) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, (nint)(uint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong U64(ref byte bytes, int offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, (nint)(uint)offset));

    /// <summary>The word that up to eight characters of ASCII make in memory.</summary>
    internal static ulong Word(ReadOnlySpan<byte> text)
    {
        Debug.Assert(text.Length <= sizeof(ulong), "A word has eight bytes.");
        var word = 0UL;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            word = word << 8 | text[i];
        }

        return word;
    }
}
