using System.ComponentModel;

namespace TypedCdc.Decoding;

/// <summary>
/// For generated code: the attributes of one map (an item or a nested model), ready to be found by name. Slot <c>i</c> of a scanned map belongs to
/// attribute <c>i</c> of this table.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed partial class AttributeTable
{
    private readonly AttributeSpec[] _attributes;

    /// <param name="attributes">The attributes in the model's order; names are unique.</param>
    /// <exception cref="ArgumentException">Two attributes have one name.</exception>
    public AttributeTable(params ReadOnlySpan<AttributeSpec> attributes)
    {
        _attributes = attributes.ToArray();
        _names = new byte[_attributes.Length][];
        _next = new int[_attributes.Length];
        (_heads, _shift) = MakeLookup();
    }

    /// <summary>How many attributes there are, and so how many slots a scan needs.</summary>
    public int Count => _attributes.Length;

    internal ref readonly AttributeSpec this[int ordinal] => ref _attributes[ordinal];
}
