using System.Numerics;
using System.Runtime.CompilerServices;

namespace TypedCdc.Decoding;

// The most frequent values by ordinal, without a reader for each.
public readonly ref partial struct ItemReader
{
    /// <summary>Whether the attribute is absent or NULL.</summary>
    public bool IsNull(int ordinal) => SlotReader.IsNull(_slots[ordinal]);

    /// <summary>See <see cref="AttributeValueReader.GetInteger{TInteger}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInteger GetInteger<TInteger>(int ordinal)
        where TInteger : struct, IBinaryInteger<TInteger>
        => SlotReader.GetInteger<TInteger>(_record, _slots[ordinal], Table, ordinal, _start);

    /// <summary>See <see cref="AttributeValueReader.GetDecimal"/>.</summary>
    public decimal GetDecimal(int ordinal) => SlotReader.GetDecimal(_record, _slots[ordinal], Table, ordinal, _start);

    /// <summary>See <see cref="AttributeValueReader.GetDouble"/>.</summary>
    public double GetDouble(int ordinal) => SlotReader.GetDouble(_record, _slots[ordinal], Table, ordinal, _start);

    /// <summary>See <see cref="AttributeValueReader.GetBoolean"/>.</summary>
    public bool GetBoolean(int ordinal) => SlotReader.GetBoolean(_record, _slots[ordinal], Table, ordinal, _start);

    /// <summary>See <see cref="AttributeValueReader.GetString"/>.</summary>
    public string GetString(int ordinal) => SlotReader.GetString(_record, _slots[ordinal], Table, ordinal, _start);
}
