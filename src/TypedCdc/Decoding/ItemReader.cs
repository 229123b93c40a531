using System.ComponentModel;

namespace TypedCdc.Decoding;

/// <summary>For generated code: a scanned map, its values by ordinal.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref partial struct ItemReader
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly ReadOnlySpan<AttributeSlot> _slots;

    // The map itself, '{' to '}', for the overflow: attributes that the table does not name are found by walking it again.
    private readonly int _start;
    private readonly int _length;

    internal ItemReader(ReadOnlySpan<byte> record, ReadOnlySpan<AttributeSlot> slots, AttributeTable table, int start, int length, bool hasUnmapped)
    {
        _record = record;
        _slots = slots;
        Table = table;
        _start = start;
        _length = length;
        HasUnmapped = hasUnmapped;
    }

    internal AttributeTable Table { get; }

    /// <summary>Whether the map holds attributes that the table does not name.</summary>
    public bool HasUnmapped { get; }

    /// <summary>The attribute's value; its <see cref="AttributeValueReader.Kind"/> is <see cref="AttributeKind.None"/> where it is absent.</summary>
    public AttributeValueReader this[int ordinal] => AttributeValueReader.Create(_record, _slots[ordinal], Table, ordinal, _start);

    /// <summary>Whether the attribute is there, be it with the value NULL.</summary>
    public bool Has(int ordinal) => _slots[ordinal].Kind != AttributeKind.None;

    /// <summary>The attributes that the table does not name, lossless; <see cref="AttributeMap.Empty"/> where there are none.</summary>
    public AttributeMap GetUnmapped() => HasUnmapped ? AttributeMap.FromMap(_record, new(AttributeKind.M, _start, _length, isPlain: false), Table) : AttributeMap.Empty;

    /// <summary>The map as it stands in the record.</summary>
    public ReadOnlySpan<byte> Utf8 => _record.Slice(_start, _length);
}
