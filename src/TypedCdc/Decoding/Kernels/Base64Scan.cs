using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TypedCdc.Decoding.Kernels;

/// <summary>Checks a B as the general path does: canonical base64 (RFC 4648) without whitespace.</summary>
internal static class Base64Scan
{
    /// <summary>Whether the bytes between two offsets are base64.</summary>
    internal static bool IsValid(ref byte bytes, int start, int end)
    {
        if ((end - start) % 4 != 0)
        {
            return false;
        }

        // All but the last group, which may be padded and is left to the platform.
        var last = Math.Max(start, end - 4);
        var position = start;
        for (; position <= last - Vector256<byte>.Count; position += Vector256<byte>.Count)
        {
            if (!IsAlphabet(Vector256.LoadUnsafe(ref bytes, (nuint)(uint)position)))
            {
                return false;
            }
        }

        for (; position < last; position += 4)
        {
            if (!IsGroup(ref bytes, position) || Bytes.U8(ref bytes, position + 3) == '=')
            {
                return false;
            }
        }

        return position == end || IsGroup(ref bytes, position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsAlphabet(Vector256<byte> bytes)
    {
        var letters = Vector256.LessThanOrEqual((bytes | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)25));
        var digits = Vector256.LessThanOrEqual(bytes - Vector256.Create((byte)'0'), Vector256.Create((byte)9));
        var signs = Vector256.Equals(bytes, Vector256.Create((byte)'+')) | Vector256.Equals(bytes, Vector256.Create((byte)'/'));
        return (letters | digits | signs).ExtractMostSignificantBits() == uint.MaxValue;
    }

    private static bool IsGroup(ref byte bytes, int position)
    {
        var group = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref bytes, position), 4);
        return !group.ContainsAny(" \t\r\n"u8) && Base64.IsValid(group);
    }
}
