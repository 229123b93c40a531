using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>The entries of a map in place; for <c>foreach</c>. See <see cref="AttributeValueReader.EnumerateMap"/>.</summary>
public ref struct AttributeEntries
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly AttributeSlot _map;
    private readonly string? _expected;
    private JsonScanner _json;
    private JsonSlice _name;
    private AttributeSlot _value;
    private State _state;

    private enum State : byte
    {
        Before,
        Within,
        Behind,
    }

    internal AttributeEntries(ReadOnlySpan<byte> record, AttributeSlot map, string? expected)
    {
        _record = record;
        _map = map;
        _expected = expected;
    }

    /// <summary>How many entries there are, to size what takes them; counts them first.</summary>
    public readonly int Count => CollectionWalk.Count(_record, _map);

    /// <summary>The entry at hand.</summary>
    public readonly AttributeEntry Current => new(_record, _name, _value, _expected);

    /// <summary>For <c>foreach</c>.</summary>
    public readonly AttributeEntries GetEnumerator() => this;

    /// <summary>Goes to the next entry.</summary>
    public bool MoveNext()
    {
        if (_state == State.Before)
        {
            _state = State.Within;
            _json = new(_record, _map.Start + 1);
            if (_json.TryTake((byte)'}'))
            {
                _state = State.Behind;
                return false;
            }
        }
        else if (_state == State.Behind || !_json.TakeCommaOrEnd((byte)'}'))
        {
            _state = State.Behind;
            return false;
        }

        _name = _json.TakeString();
        _json.Expect((byte)':');
        _value = ValueScanner.TakeChecked(_record, ref _json);
        return true;
    }
}

/// <summary>One entry of a map.</summary>
public readonly ref struct AttributeEntry
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly JsonSlice _name;
    private readonly AttributeSlot _value;
    private readonly string? _expected;

    internal AttributeEntry(ReadOnlySpan<byte> record, JsonSlice name, AttributeSlot value, string? expected)
    {
        _record = record;
        _name = name;
        _value = value;
        _expected = expected;
    }

    /// <summary>The entry's value.</summary>
    public AttributeValueReader Value => new(_record, _value, _expected);

    /// <summary>The entry's name as a new string.</summary>
    public string GetName() => JsonText.GetString(_name.Of(_record), _name.IsPlain);

    /// <summary>Whether the entry has this name.</summary>
    public bool NameEquals(ReadOnlySpan<byte> utf8Name) => JsonText.Equals(_name.Of(_record), utf8Name);
}
