using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>What lists, sets and maps have in common that have been scanned: counting and sorting their elements in pooled arrays.</summary>
internal static class CollectionWalk
{
    private const int InsertionLimit = 16;

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

            Skip(ref json);
            count++;
        }
        while (json.TakeCommaOrEnd(close));

        return count;
    }

    /// <summary>The elements of a set, sorted and each once, in an array to be given back to the pool; null for none.</summary>
    internal static AttributeSlot[]? RentSortedSet(ReadOnlySpan<byte> record, AttributeSlot set, out int count)
    {
        count = 0;
        var json = new JsonScanner(record, set.Start + 1);
        if (json.TryTake((byte)']'))
        {
            return null;
        }

        var element = AttributeKinds.ElementOf(set.Kind);
        var slots = ArrayPool<AttributeSlot>.Shared.Rent(16);
        do
        {
            if (count == slots.Length)
            {
                Grow(ref slots);
            }

            slots[count++] = TakeElement(ref json, element);
        }
        while (json.TakeCommaOrEnd((byte)']'));

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

    /// <summary>Passes a value that has been checked before.</summary>
    internal static void Skip(ref JsonScanner json)
    {
        if (json.Peek() is (byte)'{' or (byte)'[' && Bytes.CanUseKernels(json.Utf8.Length))
        {
            json.Position = ContainerSkip.End(ref MemoryMarshal.GetReference(json.Utf8), json.Utf8.Length, json.Position);
        }
        else
        {
            json.SkipValue(0);
        }
    }

    private static AttributeSlot TakeElement(ref JsonScanner json, AttributeKind element)
    {
        if (json.Peek() == '"' && Bytes.CanUseKernels(json.Utf8.Length))
        {
            var end = ValueScanner.TextEnd(ref MemoryMarshal.GetReference(json.Utf8), json.Utf8.Length, json.Position + 1, element, out var slot);
            if (end >= 0)
            {
                json.Position = end + 1;
                return slot;
            }
        }

        var text = json.TakeString();
        return new(element, text.Start, text.Length, text.IsPlain);
    }

    private static void Grow(ref AttributeSlot[] slots)
    {
        var larger = ArrayPool<AttributeSlot>.Shared.Rent(slots.Length * 2);
        slots.CopyTo(larger, 0);
        ArrayPool<AttributeSlot>.Shared.Return(slots);
        slots = larger;
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

    /// <summary>Sorts a few short integers by insertion, each converted once; -1 where they are others.</summary>
    private static int SortShortNumbers(ReadOnlySpan<byte> record, AttributeSlot[] slots, int count)
    {
        Span<ulong> numbers = stackalloc ulong[InsertionLimit];
        if (count > InsertionLimit)
        {
            return -1;
        }

        for (var i = 0; i < count; i++)
        {
            if (slots[i].Form != NumberForm.Digits)
            {
                return -1;
            }

            numbers[i] = NumberKernel.Digits(ref MemoryMarshal.GetReference(record), slots[i].Start, slots[i].Start + slots[i].Length);
        }

        var distinct = 0;
        for (var i = 0; i < count; i++)
        {
            var (number, slot) = (numbers[i], slots[i]);
            var place = distinct;
            while (place > 0 && numbers[place - 1] > number)
            {
                place--;
            }

            if (place > 0 && numbers[place - 1] == number)
            {
                continue;
            }

            numbers[place..distinct].CopyTo(numbers[(place + 1)..]);
            slots.AsSpan(place, distinct - place).CopyTo(slots.AsSpan(place + 1));
            numbers[place] = number;
            slots[place] = slot;
            distinct++;
        }

        return distinct;
    }

    private static int SortNumbers(ReadOnlySpan<byte> record, AttributeSlot[] slots, int count)
    {
        var sorted = SortShortNumbers(record, slots, count);
        if (sorted >= 0)
        {
            return sorted;
        }

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

    /// <summary>Insertion for a few, else a heap sort: the platform's sort takes no comparer that can look into a span.</summary>
    private static void Sort<TItem, TOrder>(ReadOnlySpan<byte> record, Span<TItem> items)
        where TOrder : IOrder<TItem>
    {
        if (items.Length <= InsertionLimit)
        {
            for (var i = 1; i < items.Length; i++)
            {
                for (var place = i; place > 0 && TOrder.Compare(record, items[place - 1], items[place]) > 0; place--)
                {
                    (items[place - 1], items[place]) = (items[place], items[place - 1]);
                }
            }

            return;
        }

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
            left.IsPlain && right.IsPlain
                ? record.Slice(left.Start, left.Length).SequenceCompareTo(record.Slice(right.Start, right.Length))
                : JsonText.Compare(record.Slice(left.Start, left.Length), record.Slice(right.Start, right.Length));
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
