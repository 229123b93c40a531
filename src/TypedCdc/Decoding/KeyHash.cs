using System.Buffers;
using System.Buffers.Text;

namespace TypedCdc.Decoding;

/// <summary>The stable hash of a key: its attributes in the order of their names, each as name, kind and canonical value.</summary>
internal static class KeyHash
{
    // A DynamoDB key has one or two attributes; more than this is no key.
    private const int MaxAttributes = 8;

    internal static ulong Of(ReadOnlySpan<byte> record, in JsonSlice map, CdcModel? model)
    {
        Span<JsonSlice> names = stackalloc JsonSlice[MaxAttributes];
        Span<AttributeSlot> values = stackalloc AttributeSlot[MaxAttributes];
        var count = Collect(record, map, model, names, values);
        var hash = new StableHash();
        for (var i = 0; i < count; i++)
        {
            AddName(ref hash, record, names[i]);
            AddValue(ref hash, record, values[i]);
        }

        return hash.Value;
    }

    private static void AddName(ref StableHash hash, ReadOnlySpan<byte> record, in JsonSlice name)
    {
        using var text = new UnescapedText(name.Of(record), name.HasEscapes ? stackalloc byte[256] : default);
        hash.Add(text.Utf8);
    }

    /// <summary>The key's attributes, sorted by name.</summary>
    private static int Collect(ReadOnlySpan<byte> record, in JsonSlice map, CdcModel? model, Span<JsonSlice> names, Span<AttributeSlot> values)
    {
        var json = new JsonScanner(record, map.Start);
        var count = 0;
        json.Expect((byte)'{');
        if (!json.TryTake((byte)'}'))
        {
            do
            {
                var name = json.TakeString();
                json.Expect((byte)':');
                json.Peek();
                var start = json.Position;
                json.SkipValue(0);
                if (model is null || IsKey(model, record, name))
                {
                    if (count == MaxAttributes)
                    {
                        Malformed.Throw(name.Start, "The record's Keys hold more attributes than a key has.");
                    }

                    Insert(record, names, values, count++, name, AttributeScanner.ScanValue(record, start, out _));
                }
            }
            while (json.TakeCommaOrEnd((byte)'}'));
        }

        if (count == 0)
        {
            Malformed.Throw(map.Start, "The record has no key attributes.");
        }

        return count;
    }

    private static bool IsKey(CdcModel model, ReadOnlySpan<byte> record, in JsonSlice name)
    {
        using var text = new UnescapedText(name.Of(record), name.HasEscapes ? stackalloc byte[256] : default);
        var ordinal = model.Attributes.Find(text.Utf8);
        return ordinal >= 0 && model.IsKeyAttribute(ordinal);
    }

    private static void Insert(ReadOnlySpan<byte> record, Span<JsonSlice> names, Span<AttributeSlot> values, int count, in JsonSlice name, in AttributeSlot value)
    {
        var at = count;
        for (; at > 0; at--)
        {
            var order = JsonText.Compare(names[at - 1].Of(record), name.Of(record));
            if (order == 0)
            {
                Malformed.Throw(name.Start, "A name occurs twice in one JSON object.");
            }

            if (order < 0)
            {
                break;
            }

            names[at] = names[at - 1];
            values[at] = values[at - 1];
        }

        names[at] = name;
        values[at] = value;
    }

    private static void AddValue(ref StableHash hash, ReadOnlySpan<byte> record, in AttributeSlot value)
    {
        var spelled = record.Slice(value.Start, value.Length);
        hash.Add((ulong)value.Kind);
        using var text = new UnescapedText(spelled, value.IsPlain ? default : stackalloc byte[256]);
        switch (value.Kind)
        {
            case AttributeKind.S:
                hash.Add(text.Utf8);
                break;
            case AttributeKind.N:
                NumberGrammar.Read(text.Utf8, out var number);
                Span<byte> canonical = stackalloc byte[DynamoDbNumber.MaxTextLength];
                hash.Add(canonical[..number.Format(canonical)]);
                break;
            case AttributeKind.B:
                var bytes = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(text.Utf8.Length));
                Base64.DecodeFromUtf8(text.Utf8, bytes, out _, out var length);
                hash.Add(bytes.AsSpan(0, length));
                ArrayPool<byte>.Shared.Return(bytes);
                break;
            default:
                Malformed.Throw(value.Start, "A key attribute is none of S, N, B.");
                break;
        }
    }
}
