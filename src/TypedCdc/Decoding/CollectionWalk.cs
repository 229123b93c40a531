using System.Buffers;
using System.Buffers.Text;

namespace TypedCdc.Decoding;

/// <summary>What lists, sets and maps have in common that have been scanned: counting and sorting their elements in pooled arrays.</summary>
internal static class CollectionWalk
{
    internal static int Count(ReadOnlySpan<byte> record, AttributeSlot collection)
    {
        var json = new JsonScanner(record, collection.Start + 1);
        var close = collection.Kind == AttributeKind.M ? (byte)'}' : (byte)']';
        if (json.TryTake(close))
        {
            return 0;
        }

        var count = 0;
        do
        {
            if (close == '}')
            {
                json.TakeString();
                json.Expect((byte)':');
            }

            json.SkipValue(0);
            count++;
        }
        while (json.TakeCommaOrEnd(close));

        return count;
    }

    /// <summary>The elements of a set, sorted and each once, in an array to be given back to the pool; null for none.</summary>
    internal static AttributeSlot[]? RentSortedSet(ReadOnlySpan<byte> record, AttributeSlot set, out int count)
    {
        count = Count(record, set);
        if (count == 0)
        {
            return null;
        }

        var element = AttributeKinds.ElementOf(set.Kind);
        var slots = ArrayPool<AttributeSlot>.Shared.Rent(count);
        var json = new JsonScanner(record, set.Start + 1);
        for (var i = 0; i < count; i++)
        {
            var text = json.TakeString();
            slots[i] = new(element, text.Start, text.Length, text.IsPlain);
            json.TakeCommaOrEnd((byte)']');
        }

        switch (element)
        {
            case AttributeKind.N:
                count = SortNumbers(record, slots, count);
                break;
            case AttributeKind.S:
                Sort<AttributeSlot, TextOrder>(record, slots.AsSpan(0, count));
                count = Distinct<TextOrder>(record, slots, count);
                break;
            default:
                Sort<AttributeSlot, BinaryOrder>(record, slots.AsSpan(0, count));
                count = Distinct<BinaryOrder>(record, slots, count);
                break;
        }

        return slots;
    }

    /// <summary>The entries of a map sorted by name (code points), in an array to be given back to the pool; null for none.</summary>
    internal static MapEntry[]? RentSortedMap(ReadOnlySpan<byte> record, AttributeSlot map, out int count)
    {
        count = Count(record, map);
        if (count == 0)
        {
            return null;
        }

        var entries = ArrayPool<MapEntry>.Shared.Rent(count);
        var json = new JsonScanner(record, map.Start + 1);
        for (var i = 0; i < count; i++)
        {
            var name = json.TakeString();
            json.Expect((byte)':');
            var value = AttributeScanner.ScanValue(record, json.Position, out var end);
            json.Position = end;
            entries[i] = new(name, value);
            json.TakeCommaOrEnd((byte)'}');
        }

        Sort<MapEntry, NameOrder>(record, entries.AsSpan(0, count));
        return entries;
    }

    internal static int CompareBinary(ReadOnlySpan<byte> record, in AttributeSlot left, in AttributeSlot right)
    {
        var leftBytes = RentBytes(record, left, out var leftLength);
        var rightBytes = RentBytes(record, right, out var rightLength);
        var order = leftBytes.AsSpan(0, leftLength).SequenceCompareTo(rightBytes.AsSpan(0, rightLength));
        ArrayPool<byte>.Shared.Return(leftBytes);
        ArrayPool<byte>.Shared.Return(rightBytes);
        return order;
    }

    internal static DynamoDbNumber NumberOf(ReadOnlySpan<byte> record, in AttributeSlot slot) => new AttributeValueReader(record, slot, null).GetNumber();

    private static byte[] RentBytes(ReadOnlySpan<byte> record, in AttributeSlot slot, out int length)
    {
        var value = new AttributeValueReader(record, slot, null);
        var bytes = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(slot.Length));
        length = value.CopyBytesTo(bytes);
        return bytes;
    }

    private static int SortNumbers(ReadOnlySpan<byte> record, AttributeSlot[] slots, int count)
    {
        // Parsed once each, not at every comparison.
        var numbers = ArrayPool<DynamoDbNumber>.Shared.Rent(count);
        for (var i = 0; i < count; i++)
        {
            numbers[i] = NumberOf(record, slots[i]);
        }

        MemoryExtensions.Sort(numbers.AsSpan(0, count), slots.AsSpan(0, count));
        var distinct = 1;
        for (var i = 1; i < count; i++)
        {
            if (numbers[i] != numbers[distinct - 1])
            {
                numbers[distinct] = numbers[i];
                slots[distinct++] = slots[i];
            }
        }

        ArrayPool<DynamoDbNumber>.Shared.Return(numbers);
        return distinct;
    }

    private static int Distinct<TOrder>(ReadOnlySpan<byte> record, AttributeSlot[] slots, int count)
        where TOrder : IOrder<AttributeSlot>
    {
        var distinct = 1;
        for (var i = 1; i < count; i++)
        {
            if (TOrder.Compare(record, slots[i], slots[distinct - 1]) != 0)
            {
                slots[distinct++] = slots[i];
            }
        }

        return distinct;
    }

    /// <summary>A heap sort: the platform's sort takes no comparer that can look into a span.</summary>
    private static void Sort<TItem, TOrder>(ReadOnlySpan<byte> record, Span<TItem> items)
        where TOrder : IOrder<TItem>
    {
        for (var i = items.Length / 2 - 1; i >= 0; i--)
        {
            Sift<TItem, TOrder>(record, items, i);
        }

        for (var end = items.Length - 1; end > 0; end--)
        {
            (items[0], items[end]) = (items[end], items[0]);
            Sift<TItem, TOrder>(record, items[..end], 0);
        }
    }

    private static void Sift<TItem, TOrder>(ReadOnlySpan<byte> record, Span<TItem> items, int parent)
        where TOrder : IOrder<TItem>
    {
        while (true)
        {
            var child = 2 * parent + 1;
            if (child >= items.Length)
            {
                return;
            }

            if (child + 1 < items.Length && TOrder.Compare(record, items[child], items[child + 1]) < 0)
            {
                child++;
            }

            if (TOrder.Compare(record, items[parent], items[child]) >= 0)
            {
                return;
            }

            (items[parent], items[child]) = (items[child], items[parent]);
            parent = child;
        }
    }

    private interface IOrder<TItem>
    {
        static abstract int Compare(ReadOnlySpan<byte> record, in TItem left, in TItem right);
    }

    private readonly struct TextOrder : IOrder<AttributeSlot>
    {
        public static int Compare(ReadOnlySpan<byte> record, in AttributeSlot left, in AttributeSlot right) =>
            JsonText.Compare(record.Slice(left.Start, left.Length), record.Slice(right.Start, right.Length));
    }

    private readonly struct BinaryOrder : IOrder<AttributeSlot>
    {
        public static int Compare(ReadOnlySpan<byte> record, in AttributeSlot left, in AttributeSlot right) => CompareBinary(record, left, right);
    }

    private readonly struct NameOrder : IOrder<MapEntry>
    {
        public static int Compare(ReadOnlySpan<byte> record, in MapEntry left, in MapEntry right) => JsonText.Compare(left.Name.Of(record), right.Name.Of(record));
    }
}

/// <summary>One entry of a map that has been scanned.</summary>
internal readonly record struct MapEntry(JsonSlice Name, AttributeSlot Value);
