using System.Buffers;
using System.Buffers.Binary;

namespace TypedCdc.Decoding;

/// <summary>
/// Finds a name that occurs twice in one map. Names are noted as (hash, offset) on one growing stack that all nested maps share; when a map ends,
/// its part of the stack is looked through and given back. Nothing is allocated up to the caller's buffer, and pooled beyond.
/// </summary>
internal ref struct DuplicateNames
{
    // Only speed depends on it: a record cannot be made to collide on purpose.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly ReadOnlySpan<byte> _record;
    private Span<ulong> _noted; // hash in the upper half, the offset of the name's opening quote in the lower
    private ulong[]? _rented;
    private int _count;

    internal DuplicateNames(ReadOnlySpan<byte> record, Span<ulong> scratch)
    {
        _record = record;
        _noted = scratch;
    }

    /// <summary>Where a map's names begin: to be given to <see cref="End"/>.</summary>
    internal readonly int Begin() => _count;

    internal void Note(in JsonSlice name)
    {
        if (_count == _noted.Length)
        {
            Grow();
        }

        _noted[_count++] = (ulong)Hash(name) << 32 | (uint)name.Start;
    }

    /// <summary>Throws where two names noted since <paramref name="begin"/> are the same.</summary>
    internal void End(int begin)
    {
        var names = _noted[begin.._count];
        _count = begin;
        if (names.Length < 2)
        {
            return;
        }

        if (names.Length > 8)
        {
            names.Sort();
            for (var i = 1; i < names.Length; i++)
            {
                for (var j = i - 1; j >= 0 && names[j] >> 32 == names[i] >> 32; j--)
                {
                    ThrowIfSame(names[j], names[i]);
                }
            }

            return;
        }

        for (var i = 1; i < names.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (names[j] >> 32 == names[i] >> 32)
                {
                    ThrowIfSame(names[j], names[i]);
                }
            }
        }
    }

    internal void Dispose()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            _noted = default;
            ArrayPool<ulong>.Shared.Return(rented);
        }
    }

    private readonly void ThrowIfSame(ulong left, ulong right)
    {
        var scanner = new JsonScanner(_record, (int)(uint)left - 1);
        var one = scanner.TakeString().Of(_record);
        scanner.Position = (int)(uint)right - 1;
        var other = scanner.TakeString().Of(_record);
        if (JsonText.Compare(one, other) == 0)
        {
            Malformed.Throw((int)Math.Max((uint)left, (uint)right), "A name occurs twice in one JSON object.");
        }
    }

    private readonly uint Hash(in JsonSlice name)
    {
        if (name.HasEscapes)
        {
            using var text = new UnescapedText(name.Of(_record), stackalloc byte[256]);
            return Hash(text.Utf8);
        }

        return Hash(name.Of(_record));
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = Seed ^ (uint)text.Length;
        while (text.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text)) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 29;
            text = text[8..];
        }

        foreach (var value in text)
        {
            hash = (hash ^ value) * 0x9E3779B97F4A7C15;
        }

        hash ^= hash >> 32;
        return (uint)((hash * Seed) >> 32);
    }

    private void Grow()
    {
        var larger = ArrayPool<ulong>.Shared.Rent(Math.Max(128, checked(_noted.Length * 2)));
        _noted.CopyTo(larger);
        if (_rented is not null)
        {
            ArrayPool<ulong>.Shared.Return(_rented);
        }

        _noted = _rented = larger;
    }
}
