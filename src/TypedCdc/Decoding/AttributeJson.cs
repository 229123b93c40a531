using System.Buffers;
using System.Diagnostics;

namespace TypedCdc.Decoding;

/// <summary>
/// Writes scanned values as JSON, one text for each meaning: names of maps and elements of sets sorted, numbers canonical, escapes only where JSON needs them.
/// So that two spellings of one value give the same bytes in a column, whatever order they came in.
/// </summary>
internal readonly ref struct AttributeJson
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly IBufferWriter<byte> _destination;
    private readonly bool _isPlain;

    /// <param name="record">The record that the values stand in.</param>
    /// <param name="destination">Where to write.</param>
    /// <param name="isPlain">Plain JSON (<c>{"zip":8000}</c>) instead of DynamoDB's (<c>{"zip":{"N":"8000"}}</c>).</param>
    internal AttributeJson(ReadOnlySpan<byte> record, IBufferWriter<byte> destination, bool isPlain)
    {
        _record = record;
        _destination = destination;
        _isPlain = isPlain;
    }

    internal void Write(in AttributeSlot slot)
    {
        if (_isPlain)
        {
            WriteContent(slot);
            return;
        }

        Put("{\""u8);
        Put(AttributeKinds.DescriptorOf(slot.Kind));
        Put("\":"u8);
        WriteContent(slot);
        Put("}"u8);
    }

    /// <summary>Writes a whole item, in DynamoDB's JSON without a descriptor around it: <c>{"zip":{"N":"8000"}}</c>.</summary>
    /// <param name="item">The map, from its first brace to its last.</param>
    /// <param name="destination">Where to write.</param>
    /// <param name="format">How values are written.</param>
    /// <exception cref="CdcDecodeException">It is not a map of attribute values, or a name occurs twice in it.</exception>
    internal static void WriteItem(ReadOnlySpan<byte> item, IBufferWriter<byte> destination, DocumentFormat format) =>
        new AttributeJson(item, destination, format == DocumentFormat.Plain).WriteMap(new AttributeSlot(AttributeKind.M, 0, item.Length, isPlain: false));

    /// <summary>Writes a string that is spelled in the record, in its one spelling.</summary>
    internal void WriteText(ReadOnlySpan<byte> spelled)
    {
        Put("\""u8);
        if (!spelled.Contains((byte)'\\'))
        {
            Put(spelled);
        }
        else
        {
            using var text = new UnescapedText(spelled, stackalloc byte[256]);
            PutEscaped(text.Utf8);
        }

        Put("\""u8);
    }

    private void WriteContent(in AttributeSlot slot)
    {
        var raw = _record.Slice(slot.Start, slot.Length);
        switch (slot.Kind)
        {
            case AttributeKind.S or AttributeKind.B:
                WriteText(raw);
                break;
            case AttributeKind.N:
                WriteNumber(slot);
                break;
            case AttributeKind.BOOL:
                Put(raw);
                break;
            case AttributeKind.NULL:
                Put(_isPlain ? "null"u8 : "true"u8);
                break;
            case AttributeKind.M:
                WriteMap(slot);
                break;
            case AttributeKind.L:
                WriteList(slot);
                break;
            default:
                WriteSet(slot);
                break;
        }
    }

    private void WriteNumber(in AttributeSlot slot)
    {
        Span<byte> text = stackalloc byte[DynamoDbNumber.MaxTextLength];
        text = text[..CollectionWalk.NumberOf(_record, slot).Format(text)];
        if (_isPlain)
        {
            Put(text);
            return;
        }

        Put("\""u8);
        Put(text);
        Put("\""u8);
    }

    private void WriteMap(in AttributeSlot slot)
    {
        var entries = CollectionWalk.RentSortedMap(_record, slot, out var count);
        Put("{"u8);
        for (var i = 0; i < count; i++)
        {
            var name = entries![i].Name.Of(_record);
            if (i > 0 && JsonText.Compare(entries[i - 1].Name.Of(_record), name) == 0)
            {
                throw new CdcDecodeException("A name occurs twice in a map.") { ByteOffset = entries[i].Name.Start };
            }

            Put(i == 0 ? default : ","u8);
            WriteText(name);
            Put(":"u8);
            Write(entries[i].Value);
        }

        Put("}"u8);
        if (entries is not null)
        {
            ArrayPool<MapEntry>.Shared.Return(entries);
        }
    }

    private void WriteList(in AttributeSlot slot)
    {
        Put("["u8);
        var isFirst = true;
        foreach (var element in new AttributeElements(_record, slot, null))
        {
            Put(isFirst ? default : ","u8);
            Write(element.Slot);
            isFirst = false;
        }

        Put("]"u8);
    }

    private void WriteSet(in AttributeSlot slot)
    {
        Put("["u8);
        var isFirst = true;
        foreach (var element in new AttributeElements(_record, slot, null))
        {
            // Elements have no descriptors of their own.
            Put(isFirst ? default : ","u8);
            WriteContent(element.Slot);
            isFirst = false;
        }

        Put("]"u8);
    }

    private void PutEscaped(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var special = text.IndexOfAny(NeedsEscape);
            if (special < 0)
            {
                Put(text);
                return;
            }

            Put(text[..special]);
            var value = text[special];
            ReadOnlySpan<byte> hex = "0123456789abcdef"u8;
            Debug.Assert(value is < (byte)' ' or (byte)'"' or (byte)'\\', "Only these must be escaped.");
            Put(value switch
            {
                (byte)'"' => "\\\""u8,
                (byte)'\\' => "\\\\"u8,
                (byte)'\n' => "\\n"u8,
                (byte)'\r' => "\\r"u8,
                (byte)'\t' => "\\t"u8,
                (byte)'\b' => "\\b"u8,
                (byte)'\f' => "\\f"u8,
                _ => [(byte)'\\', (byte)'u', (byte)'0', (byte)'0', hex[value >> 4], hex[value & 15]],
            });
            text = text[(special + 1)..];
        }
    }

    private void Put(scoped ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            _destination.Write(bytes);
        }
    }

    private static readonly SearchValues<byte> NeedsEscape = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, ' ').Select(value => (byte)value)]);
}
