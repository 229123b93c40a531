using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

// Names are found by a hash of their length, first and last bytes in a table with room to spare, and then compared: a lookup is one probe but for names
// that agree in all of these.
public sealed partial class AttributeTable
{
    private readonly byte[][] _names;
    private readonly int[] _heads; // ordinal + 1 of the bucket's first attribute; 0 for none
    private readonly int[] _next;  // ordinal + 1 of the next attribute in the same bucket; 0 for none
    private readonly int _shift;

    /// <summary>The attributes as the fast path looks for them.</summary>
    internal AttributeLiterals Literals => field ??= new(this);

    /// <summary>The attribute's name as UTF-8.</summary>
    internal ReadOnlySpan<byte> NameOf(int ordinal) => _names[ordinal];

    /// <summary>The ordinal of a name; -1 where the table does not hold it.</summary>
    internal int Find(ReadOnlySpan<byte> name)
    {
        for (var entry = _heads[Hash(name) >> _shift]; entry != 0; entry = _next[entry - 1])
        {
            if (name.SequenceEqual(_names[entry - 1]))
            {
                return entry - 1;
            }
        }

        return -1;
    }

    /// <summary>The ordinal of a name as a record spells it.</summary>
    internal int FindSpelled(ReadOnlySpan<byte> spelled, bool hasEscapes)
    {
        if (!hasEscapes)
        {
            return Find(spelled);
        }

        using var text = new UnescapedText(spelled, stackalloc byte[256]);
        return Find(text.Utf8);
    }

    private (int[] Heads, int Shift) MakeLookup()
    {
        var bits = BitOperations.Log2((uint)Math.Max(_attributes.Length, 1)) + 3;
        var heads = new int[1 << bits];
        var shift = 64 - bits;
        for (var i = 0; i < _attributes.Length; i++)
        {
            var name = Encoding.UTF8.GetBytes(_attributes[i].Name);
            if (_attributes[i].IsKeyPart)
            {
                _names[i] = name;
                continue;
            }

            ref var head = ref heads[Hash(name) >> shift];
            for (var entry = head; entry != 0; entry = _next[entry - 1])
            {
                if (name.AsSpan().SequenceEqual(_names[entry - 1]))
                {
                    throw new ArgumentException($"Two attributes are named '{_attributes[i].Name}'.", nameof(_attributes));
                }
            }

            _names[i] = name;
            _next[i] = head;
            head = i + 1;
        }

        return (heads, shift);
    }

    private static ulong Hash(ReadOnlySpan<byte> name)
    {
        ulong first, last;
        if (name.Length >= 8)
        {
            first = BinaryPrimitives.ReadUInt64LittleEndian(name);
            last = BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]);
        }
        else if (name.Length >= 4)
        {
            first = BinaryPrimitives.ReadUInt32LittleEndian(name);
            last = BinaryPrimitives.ReadUInt32LittleEndian(name[^4..]);
        }
        else
        {
            first = last = 0;
            foreach (var value in name)
            {
                first = first << 8 | value;
            }
        }

        var hash = (first ^ BitOperations.RotateLeft(last, 29) ^ (ulong)name.Length << 59) * 0x9E3779B97F4A7C15;
        return (hash ^ hash >> 32) * 0xD6E8FEB86659FD93;
    }
}
