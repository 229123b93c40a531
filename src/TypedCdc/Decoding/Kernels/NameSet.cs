using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TypedCdc.Decoding.Kernels;

/// <summary>The names of one map, to see that none occurs twice. A map with more names than it holds, or with two that are hard to tell apart, is one for the general path.</summary>
internal ref struct NameSet
{
    private const int Capacity = 64;

    private Signatures _signatures; // not initialized behind the count
    private int _count;

    /// <summary>Makes a set of no names, without clearing the room for them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Begin(out NameSet names)
    {
        Unsafe.SkipInit(out names);
        names._count = 0;
    }

    /// <summary>Adds a name; false where the general path has to look at the map.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="length">Its length.</param>
    /// <param name="name">The first byte of the name.</param>
    /// <param name="nameLength">Its length; the closing quote belongs to the record.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Add(ref byte bytes, int length, int name, int nameLength)
    {
        if (_count == Capacity || name + nameLength > length - sizeof(ulong))
        {
            return false;
        }

        var signature = Signature(ref bytes, name, nameLength);
        ref var first = ref Unsafe.As<Signatures, uint>(ref _signatures);
        if (_count > 0 && MemoryMarshal.CreateReadOnlySpan(ref first, _count).Contains(signature))
        {
            return false;
        }

        Unsafe.Add(ref first, _count++) = signature;
        return true;
    }

    // Equal names have equal signatures. Different ones rarely do; then the general path compares them.
    private static uint Signature(ref byte bytes, int name, int length)
    {
        var first = Bytes.U64(ref bytes, name);
        var hash = length < sizeof(ulong)
            ? first & ((1UL << (length * 8)) - 1)
            : first ^ Bytes.U64(ref bytes, name + length - sizeof(ulong)) * 0xC2B2AE3D27D4EB4F;
        for (var i = sizeof(ulong); i < length - sizeof(ulong); i += sizeof(ulong))
        {
            hash = (hash ^ Bytes.U64(ref bytes, name + i)) * 0x9E3779B97F4A7C15;
        }

        return (uint)((hash + (uint)length) * 0x9E3779B97F4A7C15 >> 32);
    }

    [InlineArray(Capacity)]
    private struct Signatures
    {
        private uint _first;
    }
}
