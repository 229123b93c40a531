namespace TypedCdc.Decoding;

// Lists, sets and maps, element by element in place.
public readonly ref partial struct AttributeValueReader
{
    /// <summary>
    /// The elements of an L in order, or of an SS, NS or BS sorted (text by code point, numbers by value, bytes by value) and each once.
    /// A set's elements are S, N or B. Use it with <c>foreach</c>.
    /// </summary>
    public AttributeElements EnumerateElements()
    {
        Require(AttributeKind.L | AttributeKinds.Sets);
        return new(_record, Slot, Expected);
    }

    /// <summary>The elements of an L in order.</summary>
    public AttributeElements EnumerateList()
    {
        Require(AttributeKind.L);
        return new(_record, Slot, Expected);
    }

    /// <summary>The elements of an SS, NS or BS, sorted and each once.</summary>
    public AttributeElements EnumerateSet()
    {
        Require(AttributeKinds.Sets);
        return new(_record, Slot, Expected);
    }

    /// <summary>The entries of an M, in the order in which they stand in the record.</summary>
    public AttributeEntries EnumerateMap()
    {
        Require(AttributeKind.M);
        return new(_record, Slot, Expected);
    }

    /// <summary>Scans an M for the attributes of a nested model.</summary>
    /// <param name="table">The nested model's attributes.</param>
    /// <param name="slots">Room for one slot an attribute of the table; the reader looks into it.</param>
    public ItemReader ReadMap(AttributeTable table, Span<AttributeSlot> slots)
    {
        Require(AttributeKind.M);
        slots = slots[..table.Count];
        AttributeScanner.ScanMap(_record, _start, table, slots, out var hasUnmapped);
        if (!table.HasAllRequired(slots))
        {
            AttributeScanner.RequireAll(_start, table, slots);
        }

        return new(_record, slots, table, _start, _length, hasUnmapped);
    }

    /// <summary>For generated code: an M as the view of a nested model.</summary>
    public TView GetView<TView>()
        where TView : struct, ICdcView<TView>, allows ref struct
    {
        Require(AttributeKind.M);
        return RecordDecoder.View<TView>(_record, new(_start, _length, false, false), isKeys: false);
    }
}
