using System.ComponentModel;

namespace TypedCdc.Decoding;

/// <summary>
/// For generated code: the attributes of one map (an item or a nested model), ready to be found by name. Slot <c>i</c> of a scanned map belongs to
/// attribute <c>i</c> of this table.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed partial class AttributeTable
{
    private const AttributeKind AnyKind = (AttributeKind)((1 << 10) - 1);

    private static int _count;

    private readonly AttributeSpec[] _attributes;
    private readonly KeyPattern[] _patterns;
    private readonly int[] _required; // the ordinals of those whose absence is an error

    /// <param name="attributes">The attributes in the model's order; names are unique.</param>
    /// <exception cref="ArgumentException">Two attributes have one name.</exception>
    public AttributeTable(params ReadOnlySpan<AttributeSpec> attributes)
        : this(attributes, [])
    {
    }

    /// <param name="attributes">The attributes in the model's order, and behind them those that no member has; names are unique.</param>
    /// <param name="patterns">How key attributes are made of members.</param>
    /// <exception cref="ArgumentException">Two attributes have one name.</exception>
    public AttributeTable(ReadOnlySpan<AttributeSpec> attributes, ReadOnlySpan<KeyPattern> patterns)
    {
        _attributes = attributes.ToArray();
        _patterns = patterns.ToArray();
        _required = [.. Enumerable.Range(0, _attributes.Length).Where(i => _attributes[i].IsRequired)];
        _names = new byte[_attributes.Length][];
        _next = new int[_attributes.Length];
        (_heads, _shift) = MakeLookup();
    }

    /// <summary>A small number of its own, by which threads keep what they learn about the table.</summary>
    internal int Id { get; } = Interlocked.Increment(ref _count);

    /// <summary>How many attributes there are, and so how many slots a scan needs.</summary>
    public int Count => _attributes.Length;

    internal ref readonly AttributeSpec this[int ordinal] => ref _attributes[ordinal];

    internal ReadOnlySpan<KeyPattern> Patterns => _patterns;

    /// <summary>The same attributes and key patterns, whatever kind a value is of: for those who ask what an item is before they judge its values.</summary>
    internal AttributeTable OfAnyKind => field ??= MakeOfAnyKind();

    private AttributeTable MakeOfAnyKind()
    {
        var attributes = new AttributeSpec[_attributes.Length];
        for (var i = 0; i < attributes.Length; i++)
        {
            attributes[i] = _attributes[i] with { Kinds = AnyKind, IsRequired = false, Expected = "" };
        }

        return new(attributes, _patterns);
    }

    /// <summary>Whether all required attributes are among the slots, and the keys of the form of their patterns; fills the slots of key parts.</summary>
    internal bool TryComplete(ReadOnlySpan<byte> record, Span<AttributeSlot> slots)
    {
        return (_patterns.Length == 0 || TryFillKeyParts(record, slots)) && HasAllRequired(slots);
    }

    /// <summary>Whether all required attributes are among the slots.</summary>
    internal bool HasAllRequired(ReadOnlySpan<AttributeSlot> slots)
    {
        foreach (var ordinal in _required)
        {
            if (slots[ordinal].Kind == AttributeKind.None)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a key pattern takes its parts from this attribute.</summary>
    internal bool IsPatternSource(int ordinal)
    {
        foreach (var pattern in _patterns)
        {
            if (pattern.Source == ordinal)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Fills the slots of key parts; false where a key is absent or not of its pattern's form, and then not all of them are filled.</summary>
    internal bool TryFillKeyParts(ReadOnlySpan<byte> record, Span<AttributeSlot> slots)
    {
        foreach (var pattern in _patterns)
        {
            if (!pattern.TryFill(record, slots))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether the keys nearly match: each has the literals of its pattern, but the value of some part is not of its form. Asked where <see cref="TryFillKeyParts"/> says no.
    /// </summary>
    /// <param name="record">What the slots stand in.</param>
    /// <param name="slots">The scanned keys.</param>
    /// <param name="reason">Why they do not match; without any value.</param>
    /// <returns>The first pattern that does not match; null where the keys are those of something else.</returns>
    internal KeyPattern? FindKeyMismatch(ReadOnlySpan<byte> record, ReadOnlySpan<AttributeSlot> slots, out string reason)
    {
        reason = "";
        KeyPattern? mismatch = null;
        foreach (var pattern in _patterns)
        {
            var slot = slots[pattern.Source];
            if (slot.Kind != AttributeKind.S)
            {
                return null;
            }

            if (!HasLiterals(pattern, record, slot, out var found))
            {
                return null;
            }

            if (found is not null && mismatch is null)
            {
                (mismatch, reason) = (pattern, found);
            }
        }

        if (mismatch is null && _patterns.Length > 1)
        {
            reason = "a part that both keys have is not the same in both";
            return _patterns[^1];
        }

        return mismatch;
    }

    // Whether a key matches, or nearly does, and then why not.
    private static bool HasLiterals(KeyPattern pattern, ReadOnlySpan<byte> record, in AttributeSlot slot, out string? mismatch)
    {
        using var text = new UnescapedText(record.Slice(slot.Start, slot.Length), slot.IsPlain ? default : stackalloc byte[256]);
        mismatch = pattern.FindMismatch(text.Utf8);
        return mismatch is not null || pattern.Matches(text.Utf8);
    }

    /// <summary>Fills the slots of key parts.</summary>
    /// <exception cref="CdcDecodeException">A key is absent or not of its pattern's form.</exception>
    internal void FillKeyParts(ReadOnlySpan<byte> record, int map, Span<AttributeSlot> slots)
    {
        foreach (var pattern in _patterns)
        {
            if (!pattern.TryFill(record, slots))
            {
                ThrowNotOfForm(map, pattern, slots[pattern.Source]);
            }
        }
    }

    private void ThrowNotOfForm(int map, KeyPattern pattern, AttributeSlot slot)
    {
        ref readonly var spec = ref _attributes[pattern.Source];
        if (slot.Kind == AttributeKind.None)
        {
            Malformed.ThrowAbsent(map, spec.Name, spec.Expected);
        }

        throw new CdcDecodeException($"The key is not of the form '{pattern.Text}', written in the one way that gives the same text again.") { ByteOffset = slot.Start, FoundKind = slot.Kind, Expected = spec.Expected };
    }
}
