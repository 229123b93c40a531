using TypedCdc.Decoding;

namespace TypedCdc.Sql.Rows;

/// <summary>Walks a map of attribute values, <c>{"name":{"S":"…"},…}</c>, in place.</summary>
internal ref struct ItemScanner
{
    // A nested map is scanned from its own first byte, so that its depth begins anew; the record as a whole was checked before.
    private const int Depth = 0;

    private JsonScanner _json;
    private bool _isFirst;

    public ItemScanner(ReadOnlySpan<byte> map)
    {
        _json = new(map, 0);
        _isFirst = true;
        _json.Expect((byte)'{');
    }

    /// <summary>The attribute's name, as it is spelled between its quotes.</summary>
    public JsonSlice Name { get; private set; }

    /// <summary>The attribute's value.</summary>
    public AttributeSlot Value { get; private set; }

    /// <summary>Goes to the next attribute; false behind the last.</summary>
    public bool Read()
    {
        if (_isFirst)
        {
            _isFirst = false;
            if (_json.TryTake((byte)'}'))
            {
                return false;
            }
        }
        else if (!_json.TakeCommaOrEnd((byte)'}'))
        {
            return false;
        }

        Name = _json.TakeString();
        _json.Expect((byte)':');
        _json.Peek();
        Value = TakeValue(ref _json);
        return true;
    }

    /// <summary>Takes one attribute value, <c>{"N":"8"}</c>.</summary>
    public static AttributeSlot TakeValue(ref JsonScanner json)
    {
        json.Expect((byte)'{');
        var slot = default(AttributeSlot);
        do
        {
            var name = json.TakeString();
            var kind = KindOf(name.Of(json.Utf8));
            if (kind == AttributeKind.None)
            {
                Malformed.Throw(name.Start, "An attribute value has a type descriptor that DynamoDB does not know.");
            }

            json.Expect((byte)':');
            if (json.TryTakeLiteral("null"u8))
            {
                continue; // serialized SDK objects have every descriptor, all but one null
            }

            if (slot.Kind != AttributeKind.None)
            {
                Malformed.Throw(name.Start, "An attribute value has more than one type descriptor.");
            }

            if (kind is AttributeKind.S or AttributeKind.N or AttributeKind.B)
            {
                var text = json.TakeString();
                slot = new(kind, text.Start, text.Length, text.IsPlain);
            }
            else
            {
                var value = json.SkipValue(Depth);
                slot = new(kind, value.Start, value.Length, isPlain: false);
            }
        }
        while (json.TakeCommaOrEnd((byte)'}'));

        if (slot.Kind == AttributeKind.None)
        {
            Malformed.Throw(json.Position, "An attribute value has no type descriptor with a value.");
        }

        return slot;
    }

    private static AttributeKind KindOf(ReadOnlySpan<byte> descriptor) => descriptor switch
    {
        [(byte)'S'] => AttributeKind.S,
        [(byte)'N'] => AttributeKind.N,
        [(byte)'B'] => AttributeKind.B,
        [(byte)'M'] => AttributeKind.M,
        [(byte)'L'] => AttributeKind.L,
        [(byte)'S', (byte)'S'] => AttributeKind.SS,
        [(byte)'N', (byte)'S'] => AttributeKind.NS,
        [(byte)'B', (byte)'S'] => AttributeKind.BS,
        _ when descriptor.SequenceEqual("BOOL"u8) => AttributeKind.BOOL,
        _ when descriptor.SequenceEqual("NULL"u8) => AttributeKind.NULL,
        _ => AttributeKind.None,
    };
}
