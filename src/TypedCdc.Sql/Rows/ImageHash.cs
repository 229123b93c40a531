using System.Buffers.Binary;
using System.Numerics;
using TypedCdc.Decoding;

namespace TypedCdc.Sql.Rows;

/// <summary>
/// A hash of an item's image, to see which change led to which: the new image of one is the old image of the next. The same in every process, since it is kept
/// with the row. Does not depend on the order of attributes and of sets' elements, which differs from record to record.
/// </summary>
internal static class ImageHash
{
    /// <summary>The item is not there: before an INSERT, after a REMOVE.</summary>
    public const long Absent = 0;

    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>The hash of a map of attributes that has been scanned before.</summary>
    public static long Of(ReadOnlySpan<byte> image)
    {
        var hash = (long)OfMap(image);
        return hash == Absent ? 1 : hash;
    }

    /// <summary>A number of a change's own, for one whose images are not known.</summary>
    public static long OfVersion(ReadOnlySpan<byte> version) => (long)OfText(version);

    private static ulong OfMap(ReadOnlySpan<byte> map)
    {
        var sum = Multiplier;
        var item = new ItemScanner(map);
        while (item.Read())
        {
            sum += Mix(OfText(item.Name.Of(map)) ^ BitOperations.RotateLeft(OfValue(map, item.Value), 23));
        }

        return sum;
    }

    private static ulong OfValue(ReadOnlySpan<byte> image, AttributeSlot slot)
    {
        var value = image.Slice(slot.Start, slot.Length);
        var hash = slot.Kind switch
        {
            AttributeKind.M => OfMap(value),
            AttributeKind.L => OfList(value),
            AttributeKind.SS or AttributeKind.NS or AttributeKind.BS => OfSet(value),
            _ => OfText(value),
        };
        return Mix(hash + (ulong)slot.Kind);
    }

    private static ulong OfList(ReadOnlySpan<byte> list)
    {
        var hash = 1UL;
        var json = new JsonScanner(list, 0);
        json.Expect((byte)'[');
        if (!json.TryTake((byte)']'))
        {
            do
            {
                hash = Mix(hash ^ OfValue(list, ItemScanner.TakeValue(ref json)));
            }
            while (json.TakeCommaOrEnd((byte)']'));
        }

        return hash;
    }

    private static ulong OfSet(ReadOnlySpan<byte> set)
    {
        var sum = 2UL;
        var json = new JsonScanner(set, 0);
        json.Expect((byte)'[');
        if (!json.TryTake((byte)']'))
        {
            do
            {
                sum += Mix(OfText(json.TakeString().Of(set)));
            }
            while (json.TakeCommaOrEnd((byte)']'));
        }

        return sum;
    }

    private static ulong OfText(ReadOnlySpan<byte> spelled)
    {
        using var text = new UnescapedText(spelled, stackalloc byte[256]);
        return OfBytes(text.Utf8);
    }

    /// <summary>The hash of bytes as they are.</summary>
    public static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length * Multiplier;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        var rest = 0UL;
        foreach (var value in bytes)
        {
            rest = rest << 8 | value;
        }

        return Mix(hash ^ rest);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ value >> 32) * 0xD6E8FEB86659FD93;
        value = (value ^ value >> 32) * Multiplier;
        return value ^ value >> 29;
    }
}
