using System.Buffers.Binary;
using System.Numerics;

namespace TypedCdc.Decoding;

/// <summary>
/// A 64-bit hash that is the same in every process, on every machine and in every version: lanes and their watermarks are stored by it. Each piece is hashed with
/// its length, so that <c>ab, c</c> and <c>a, bc</c> differ.
/// </summary>
internal struct StableHash
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;

    private ulong _state = Prime3;

    public StableHash()
    {
    }

    internal static ulong Of(ReadOnlySpan<byte> piece)
    {
        var hash = new StableHash();
        hash.Add(piece);
        return hash.Value;
    }

    internal void Add(ulong value)
    {
        _state ^= BitOperations.RotateLeft(value * Prime2, 31) * Prime1;
        _state = BitOperations.RotateLeft(_state, 27) * Prime1 + Prime3;
    }

    internal void Add(ReadOnlySpan<byte> piece)
    {
        Add((ulong)piece.Length);
        while (piece.Length >= sizeof(ulong))
        {
            Add(BinaryPrimitives.ReadUInt64LittleEndian(piece));
            piece = piece[sizeof(ulong)..];
        }

        if (!piece.IsEmpty)
        {
            Span<byte> tail = stackalloc byte[sizeof(ulong)];
            tail.Clear();
            piece.CopyTo(tail);
            Add(BinaryPrimitives.ReadUInt64LittleEndian(tail));
        }
    }

    internal readonly ulong Value
    {
        get
        {
            var value = _state;
            value = (value ^ value >> 33) * Prime2;
            value = (value ^ value >> 29) * Prime3;
            return value ^ value >> 32;
        }
    }
}
