using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// A table's attributes as literals, by ordinal, and a hash that finds the ordinal of a name without a collision: the generator found the multiplier of most tables, and a table without
/// one searches for it. A name that is in no literal (too long, or in need of escapes) is found by the table itself.
/// </summary>
internal sealed unsafe class AttributeLiterals
{
    private const int MaxLiteralLength = 32;
    private const int MaxSearches = 4096;

    private readonly byte[] _memory; // pinned: the literals, aligned to their size so that none crosses a cache line
    private readonly AttributeLiteral* _literals;
    private readonly ushort[] _byHash;
    private readonly ulong _multiplier;
    private readonly int _shift;

    internal AttributeLiterals(AttributeTable table)
    {
        Count = table.Count;
        _memory = GC.AllocateArray<byte>((Count + 2) * AttributeLiteral.Size, pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _literals = (AttributeLiteral*)((start + AttributeLiteral.Size - 1) / AttributeLiteral.Size * AttributeLiteral.Size);
        for (var i = 0; i < Count; i++)
        {
            _literals[i] = LiteralOf(table, i);
        }

        // Behind the last one, a literal that matches nothing.
        _literals[Count] = Nothing(Count);
        (_byHash, _multiplier, _shift) = Arrange(table);
    }

    /// <summary>How many attributes there are.</summary>
    internal int Count { get; }

    /// <summary>The literal of an ordinal; that of <see cref="Count"/> matches nothing.</summary>
    internal AttributeLiteral* First => _literals;

    /// <summary>The literal that a name must be, if it is one of the table's.</summary>
    /// <param name="bytes">The record; eight bytes can be read from the name on.</param>
    /// <param name="name">The first byte of the name.</param>
    /// <param name="length">The name's length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal AttributeLiteral* Find(ref byte bytes, int name, int length) =>
        _literals + Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_byHash), (nint)(Hash(ref bytes, name, length) * _multiplier >> _shift));

    // Its first and last eight bytes and its length tell nearly all names apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ref byte bytes, int name, int length)
    {
        var first = Bytes.U64(ref bytes, name);
        if (length < sizeof(ulong))
        {
            return (first & ((1UL << (length * 8)) - 1)) + ((ulong)(uint)length << 56);
        }

        return first + BitOperations.RotateLeft(Bytes.U64(ref bytes, name + length - sizeof(ulong)), 23) + (uint)length;
    }

    private static AttributeLiteral Nothing(int ordinal) => new() { Mask = 1, NameMask = 1, Ordinal = (ushort)ordinal, Shape = LiteralShape.Other };

    private static AttributeLiteral LiteralOf(AttributeTable table, int ordinal)
    {
        ref readonly var spec = ref table[ordinal];
        var kinds = spec.Kinds & ~AttributeKind.NULL;
        var isOneKind = kinds != 0 && BitOperations.IsPow2((uint)kinds);
        var (shape, opening) = !isOneKind ? (LiteralShape.Other, "") : kinds switch
        {
            AttributeKind.S => (LiteralShape.Text, "S\":\""),
            AttributeKind.N => (LiteralShape.Number, "N\":\""),
            AttributeKind.BOOL => (LiteralShape.Boolean, "BOOL\":"),
            _ => (LiteralShape.Other, ""),
        };
        var name = "\"" + spec.Name + "\":{\"";
        var text = Encoding.UTF8.GetBytes(name + opening);
        if (spec.IsKeyPart || text.Length > MaxLiteralLength || !IsSpelledAsItIs(spec.Name))
        {
            return Nothing(ordinal);
        }

        Span<byte> padded = stackalloc byte[MaxLiteralLength];
        padded.Clear();
        text.CopyTo(padded);
        var nameLength = Encoding.UTF8.GetByteCount(name);
        return new()
        {
            Text = Vector256.Create<byte>(padded),
            Mask = LowBits(text.Length),
            NameMask = LowBits(nameLength),
            Length = text.Length,
            NameLength = nameLength,
            Shape = shape,
            Ordinal = (ushort)ordinal,
            Kind = isOneKind ? kinds : AttributeKind.None,
            Kinds = spec.Kinds,
        };
    }

    private static uint LowBits(int count) => (uint)((1UL << count) - 1);

    private static bool IsSpelledAsItIs(string name)
    {
        foreach (var character in name)
        {
            if (character is < ' ' or '"' or '\\')
            {
                return false;
            }
        }

        return true;
    }

    private (ushort[] ByHash, ulong Multiplier, int Shift) Arrange(AttributeTable table)
    {
        // Room enough that a random multiplier is good in one of some ten tries.
        var bits = Math.Clamp(2 * BitOperations.Log2((uint)Math.Max(Count, 1)) + 1, 3, 14);
        var byHash = new ushort[1 << bits];
        var random = new Random(12);
        ulong multiplier;
        var searches = 0;
        do
        {
            multiplier = (ulong)random.NextInt64() << 1 | 1;
        }
        while (!TryArrange(table, byHash, multiplier, 64 - bits) && ++searches < MaxSearches);

        // Two names that cannot be told apart share a place: whichever is not there is found by the table.
        return (byHash, multiplier, 64 - bits);
    }

    private bool TryArrange(AttributeTable table, ushort[] byHash, ulong multiplier, int shift)
    {
        Array.Fill(byHash, (ushort)Count);
        var isPerfect = true;
        var buffer = new byte[MaxLiteralLength + sizeof(ulong)];
        for (var i = 0; i < Count; i++)
        {
            if (_literals[i].Length == 0)
            {
                continue;
            }

            var name = table.NameOf(i);
            Array.Clear(buffer);
            name.CopyTo(buffer);
            ref var place = ref byHash[Hash(ref buffer[0], 0, name.Length) * multiplier >> shift];
            isPerfect &= place == Count;
            place = (ushort)i;
        }

        return isPerfect;
    }
}
