using System.ComponentModel;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>
/// A model's attributes read in place, over the record's own bytes: <c>Customer.View</c>. The generator implements it; get one from <see cref="CdcRecord.View{TView}(ReadOnlySpan{byte}, Images)"/>.
/// A value is converted when its property is read, and that may throw <see cref="CdcDecodeException"/>.
/// </summary>
/// <typeparam name="TView">The view itself.</typeparam>
public interface ICdcView<TView>
    where TView : struct, ICdcView<TView>, allows ref struct
{
    /// <summary>For generated code: the model; null for the view of a nested one.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    static virtual CdcModel? Model => null;

    /// <summary>For generated code: the attributes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    static abstract AttributeTable Attributes { get; }

    /// <summary>For generated code: makes the view of a scanned map; copies the slots.</summary>
    /// <param name="record">The record's bytes.</param>
    /// <param name="map">Where the map begins.</param>
    /// <param name="slots">One slot an attribute.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    static abstract TView Create(ReadOnlySpan<byte> record, int map, scoped ReadOnlySpan<AttributeSlot> slots);

    /// <summary>For generated code: an attribute's slot.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    AttributeSlot GetSlot(int ordinal);
}
