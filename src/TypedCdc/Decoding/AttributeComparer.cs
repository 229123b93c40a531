using System.Buffers;
using System.Runtime.InteropServices;
using TypedCdc.Changes;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>
/// Compares two values of one record by meaning: text unescaped, numbers and binaries by value, sets and maps whatever their order, lists in order. Absent and NULL differ.
/// Equal bytes are the fast answer.
/// </summary>
internal static class AttributeComparer
{
    /// <summary>The attributes that differ between two scanned images.</summary>
    internal static AttributeMask Compare(ReadOnlySpan<byte> record, ReadOnlySpan<AttributeSlot> before, ReadOnlySpan<AttributeSlot> after)
    {
        ulong first = 0, second = 0;
        ulong[]? rest = null;
        for (var i = 0; i < after.Length; i++)
        {
            if (AreEqual(record, before[i], after[i]))
            {
                continue;
            }

            var bit = 1UL << (i & 63);
            switch (i >> 6)
            {
                case 0:
                    first |= bit;
                    break;
                case 1:
                    second |= bit;
                    break;
                default:
                    rest ??= new ulong[(after.Length - 128 + 63) >> 6];
                    rest[(i >> 6) - 2] |= bit;
                    break;
            }
        }

        return new(first, second, rest);
    }

    internal static bool AreEqual(ReadOnlySpan<byte> record, in AttributeSlot left, in AttributeSlot right)
    {
        if (left.Kind != right.Kind)
        {
            return false;
        }

        var leftBytes = record.Slice(left.Start, left.Length);
        var rightBytes = record.Slice(right.Start, right.Length);
        if (leftBytes.SequenceEqual(rightBytes))
        {
            return true;
        }

        return left.Kind switch
        {
            AttributeKind.S => (!left.IsPlain || !right.IsPlain) && JsonText.Compare(leftBytes, rightBytes) == 0,
            AttributeKind.N => NumbersAreEqual(record, left, right),
            AttributeKind.B => CollectionWalk.CompareBinary(record, left, right) == 0,
            AttributeKind.L => ListsAreEqual(record, left, right),
            AttributeKind.M => MapsAreEqual(record, left, right),
            AttributeKind.SS or AttributeKind.NS or AttributeKind.BS => SetsAreEqual(record, left, right),
            _ => false,
        };
    }

    private static bool NumbersAreEqual(ReadOnlySpan<byte> record, in AttributeSlot left, in AttributeSlot right) =>
        (left.Form != NumberForm.Unknown && right.Form != NumberForm.Unknown ? NumberKernel.AreEqual(ref MemoryMarshal.GetReference(record), left, right) : null)
        ?? CollectionWalk.NumberOf(record, left) == CollectionWalk.NumberOf(record, right);

    private static bool ListsAreEqual(ReadOnlySpan<byte> record, in AttributeSlot left, in AttributeSlot right)
    {
        var leftElements = new AttributeElements(record, left, null);
        var rightElements = new AttributeElements(record, right, null);
        while (true)
        {
            var hasLeft = leftElements.MoveNext();
            if (hasLeft != rightElements.MoveNext())
            {
                return false;
            }

            if (!hasLeft)
            {
                return true;
            }

            if (!AreEqual(record, leftElements.Current.Slot, rightElements.Current.Slot))
            {
                return false;
            }
        }
    }

    private static bool SetsAreEqual(ReadOnlySpan<byte> record, in AttributeSlot left, in AttributeSlot right)
    {
        var leftSlots = CollectionWalk.RentSortedSet(record, left, out var leftCount);
        var rightSlots = CollectionWalk.RentSortedSet(record, right, out var rightCount);
        var areEqual = leftCount == rightCount;
        for (var i = 0; areEqual && i < leftCount; i++)
        {
            areEqual = AreEqual(record, leftSlots![i], rightSlots![i]);
        }

        Return(leftSlots);
        Return(rightSlots);
        return areEqual;
    }

    private static bool MapsAreEqual(ReadOnlySpan<byte> record, in AttributeSlot left, in AttributeSlot right)
    {
        var leftEntries = CollectionWalk.RentSortedMap(record, left, out var leftCount);
        var rightEntries = CollectionWalk.RentSortedMap(record, right, out var rightCount);
        var areEqual = leftCount == rightCount;
        for (var i = 0; areEqual && i < leftCount; i++)
        {
            areEqual = JsonText.Compare(leftEntries![i].Name.Of(record), rightEntries![i].Name.Of(record)) == 0
                && AreEqual(record, leftEntries[i].Value, rightEntries[i].Value);
        }

        Return(leftEntries);
        Return(rightEntries);
        return areEqual;
    }

    private static void Return<TItem>(TItem[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<TItem>.Shared.Return(rented);
        }
    }
}
