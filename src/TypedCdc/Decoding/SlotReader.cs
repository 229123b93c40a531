using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>
/// For generated code: the most frequent values straight from their slots. Each is a few instructions where the scanner has seen that the value is of the usual form; all others, and all errors, are
/// those of <see cref="AttributeValueReader"/>, which is only made then.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SlotReader
{
    /// <summary>True where the attribute is absent or NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNull(scoped in AttributeSlot slot) => (slot.Kind & ~AttributeKind.NULL) == AttributeKind.None;

    /// <summary>True where the attribute exists, be it with the value NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Has(scoped in AttributeSlot slot) => slot.Kind != AttributeKind.None;

    /// <summary>See <see cref="AttributeValueReader.GetInteger{TInteger}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInteger GetInteger<TInteger>(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map)
        where TInteger : struct, IBinaryInteger<TInteger>
    {
        if (slot.Form == NumberForm.Digits && IsWithin(record, slot)
            && AttributeValueReader.TryNarrow((long)NumberKernel.Digits(ref MemoryMarshal.GetReference(record), slot.Start, slot.Start + slot.Length), out TInteger result))
        {
            return result;
        }

        return ReadInteger<TInteger>(record, slot, table, ordinal, map);
    }

    /// <summary>See <see cref="AttributeValueReader.GetDecimal"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static decimal GetDecimal(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) =>
        TryGetDecimal(record, slot, out var result) ? result : ReadDecimal(record, slot, table, ordinal, map);

    /// <summary>See <see cref="AttributeValueReader.GetDouble"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double GetDouble(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) =>
        TryGetDouble(record, slot, out var result) ? result : ReadDouble(record, slot, table, ordinal, map);

    /// <summary>See <see cref="AttributeValueReader.GetBoolean"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool GetBoolean(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) =>
        slot.Kind == AttributeKind.BOOL ? slot.Length == 4 : AttributeValueReader.Create(record, slot, table, ordinal, map).GetBoolean();

    /// <summary>See <see cref="AttributeValueReader.GetText"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CdcText GetText(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) =>
        slot.Kind == AttributeKind.S ? new(record.Slice(slot.Start, slot.Length), slot.IsPlain) : ReadText(record, slot, table, ordinal, map);

    /// <summary>See <see cref="AttributeValueReader.GetString"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static string GetString(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) =>
        slot.Kind == AttributeKind.S ? JsonText.GetString(record.Slice(slot.Start, slot.Length), slot.IsPlain) : AttributeValueReader.Create(record, slot, table, ordinal, map).GetString();

    /// <summary>A decimal of the digits as they are spelled; false where the general path gives other bits for the same value, or none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryGetDecimal(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, out decimal result)
    {
        if (slot.Form != NumberForm.Unknown && IsWithin(record, slot))
        {
            var digits = NumberKernel.Decimal(ref MemoryMarshal.GetReference(record), slot.Start, slot.Start + slot.Length, out var scale, out var isNegative);

            // Zeros at the end of a fraction do not count, and zero has no sign.
            result = new((int)digits, (int)(digits >> 32), 0, isNegative, (byte)scale);
            return scale == 0 ? digits != 0 : digits % 10 != 0;
        }

        result = 0;
        return false;
    }

    /// <summary>The nearest double; false where one division does not give it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryGetDouble(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, out double result)
    {
        if (slot.Form != NumberForm.Unknown && IsWithin(record, slot))
        {
            var digits = NumberKernel.Decimal(ref MemoryMarshal.GetReference(record), slot.Start, slot.Start + slot.Length, out var scale, out var isNegative);
            return NumberKernel.TryGetDouble(digits, scale, isNegative, out result);
        }

        result = 0;
        return false;
    }

    // A scanner made the slot of this record; that no other memory is read does not depend on it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsWithin(ReadOnlySpan<byte> record, scoped in AttributeSlot slot) => (uint)(slot.Start + slot.Length) <= (uint)record.Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TInteger ReadInteger<TInteger>(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map)
        where TInteger : struct, IBinaryInteger<TInteger>
        => AttributeValueReader.Create(record, slot, table, ordinal, map).GetInteger<TInteger>();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static decimal ReadDecimal(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) =>
        AttributeValueReader.Create(record, slot, table, ordinal, map).GetDecimal();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double ReadDouble(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) =>
        AttributeValueReader.Create(record, slot, table, ordinal, map).GetDouble();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CdcText ReadText(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) =>
        AttributeValueReader.Create(record, slot, table, ordinal, map).GetText();
}
