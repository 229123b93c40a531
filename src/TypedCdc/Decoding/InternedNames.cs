using System.Text;

namespace TypedCdc.Decoding;

/// <summary>
/// One string object a table or region name. Bounded: a slot is overwritten by the last name that hashes to it, so that a stream of ever new names costs a
/// string each and no memory.
/// </summary>
internal static class InternedNames
{
    private const int MaxLength = 255; // DynamoDB's own limit for a table's name

    private static readonly Entry?[] Entries = new Entry[1024];

    private sealed record Entry(byte[] Utf8, string Name);

    /// <summary>The name in a slice of the record; empty where there is none.</summary>
    internal static string Get(ReadOnlySpan<byte> record, in JsonSlice slice)
    {
        using var text = new UnescapedText(slice.Of(record), slice.HasEscapes ? stackalloc byte[256] : default);
        return Get(text.Utf8);
    }

    internal static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }

        if (utf8.Length > MaxLength)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        ref var slot = ref Entries[StableHash.Of(utf8) % (uint)Entries.Length];
        var entry = Volatile.Read(ref slot);
        if (entry is null || !utf8.SequenceEqual(entry.Utf8))
        {
            entry = new(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
            Volatile.Write(ref slot, entry);
        }

        return entry.Name;
    }
}
