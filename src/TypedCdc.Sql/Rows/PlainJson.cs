using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using TypedCdc.Decoding;

namespace TypedCdc.Sql.Rows;

/// <summary>
/// Writes an attribute value as plain JSON under DynamoDB's names: N as a number, B as base64 text, sets as sorted arrays. Names are sorted too, so that two
/// deliveries of one change that spell a map in another order leave the same bytes.
/// </summary>
internal static class PlainJson
{
    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private static readonly JsonWriterOptions Options = new()
    {
        // The scanner has checked what goes in; only what JSON demands is escaped, so that text stays readable and short.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = JsonScanner.MaxDepth,
        SkipValidation = true,
    };

    /// <summary>Writes one value.</summary>
    /// <exception cref="CdcDecodeException">It is not a value of DynamoDB, or a name or an element of a set occurs twice in it.</exception>
    public static void Write(IBufferWriter<byte> destination, ReadOnlySpan<byte> image, AttributeSlot slot)
    {
        var writer = _writer ??= new(destination, Options);
        writer.Reset(destination);
        WriteValue(writer, image, slot);
        writer.Flush();
    }

    private static void WriteValue(Utf8JsonWriter writer, ReadOnlySpan<byte> image, AttributeSlot slot)
    {
        var slice = image.Slice(slot.Start, slot.Length);
        switch (slot.Kind)
        {
            case AttributeKind.S or AttributeKind.B:
                WriteText(writer, slice);
                break;
            case AttributeKind.N:
                WriteNumber(writer, slice);
                break;
            case AttributeKind.BOOL:
                writer.WriteBooleanValue(slice.SequenceEqual("true"u8));
                break;
            case AttributeKind.NULL:
                writer.WriteNullValue();
                break;
            case AttributeKind.L:
                WriteList(writer, slice);
                break;
            case AttributeKind.M:
                WriteMap(writer, slice);
                break;
            case AttributeKind.SS or AttributeKind.NS or AttributeKind.BS:
                WriteSet(writer, slice, slot.Kind);
                break;
        }
    }

    /// <summary>Writes a property's name.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="spelled">The name as it stands between its quotes in the record.</param>
    public static void WriteName(Utf8JsonWriter writer, ReadOnlySpan<byte> spelled)
    {
        using var text = new UnescapedText(spelled, stackalloc byte[256]);
        writer.WritePropertyName(text.Utf8);
    }

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> spelled)
    {
        using var text = new UnescapedText(spelled, stackalloc byte[256]);
        writer.WriteStringValue(text.Utf8);
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> spelled)
    {
        using var text = new UnescapedText(spelled, stackalloc byte[128]);

        // DynamoDB takes "+1", ".5" and "007", JSON does not; whatever the spelling, one value is written in one way.
        Span<byte> number = stackalloc byte[DynamoDbNumber.MaxTextLength];
        DynamoDbNumber.Parse(text.Utf8).TryFormat(number, out var length, default, CultureInfo.InvariantCulture);
        writer.WriteRawValue(number[..length], skipInputValidation: true);
    }

    private static void WriteList(Utf8JsonWriter writer, ReadOnlySpan<byte> list)
    {
        writer.WriteStartArray();
        var json = new JsonScanner(list, 0);
        json.Expect((byte)'[');
        if (!json.TryTake((byte)']'))
        {
            do
            {
                WriteValue(writer, list, ItemScanner.TakeValue(ref json));
            }
            while (json.TakeCommaOrEnd((byte)']'));
        }

        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, ReadOnlySpan<byte> map)
    {
        writer.WriteStartObject();
        var entries = ArrayPool<(JsonSlice Name, AttributeSlot Value)>.Shared.Rent(16);
        var count = 0;
        var item = new ItemScanner(map);
        while (item.Read())
        {
            if (count == entries.Length)
            {
                Grow(ref entries);
            }

            entries[count++] = (item.Name, item.Value);
        }

        SortByName(entries.AsSpan(0, count), map);
        for (var i = 0; i < count; i++)
        {
            var name = entries[i].Name.Of(map);
            if (i > 0 && JsonText.Compare(entries[i - 1].Name.Of(map), name) == 0)
            {
                throw new CdcDecodeException("A name occurs twice in a map.");
            }

            WriteName(writer, name);
            WriteValue(writer, map, entries[i].Value);
        }

        ArrayPool<(JsonSlice, AttributeSlot)>.Shared.Return(entries);
        writer.WriteEndObject();
    }

    private static void WriteSet(Utf8JsonWriter writer, ReadOnlySpan<byte> set, AttributeKind kind)
    {
        writer.WriteStartArray();
        var elements = ArrayPool<JsonSlice>.Shared.Rent(16);
        var count = 0;
        var json = new JsonScanner(set, 0);
        json.Expect((byte)'[');
        if (!json.TryTake((byte)']'))
        {
            do
            {
                if (count == elements.Length)
                {
                    Grow(ref elements);
                }

                elements[count++] = json.TakeString();
            }
            while (json.TakeCommaOrEnd((byte)']'));
        }

        SortElements(elements.AsSpan(0, count), set, kind);
        for (var i = 0; i < count; i++)
        {
            if (kind == AttributeKind.NS)
            {
                WriteNumber(writer, elements[i].Of(set));
            }
            else
            {
                WriteText(writer, elements[i].Of(set));
            }
        }

        ArrayPool<JsonSlice>.Shared.Return(elements);
        writer.WriteEndArray();
    }

    // Spans cannot be captured by a comparison, and maps and sets are short: insertion is enough up to some dozens, and a heap keeps thousands from hurting.
    private static void SortByName(Span<(JsonSlice Name, AttributeSlot Value)> entries, ReadOnlySpan<byte> map)
    {
        for (var root = entries.Length / 2 - 1; root >= 0; root--)
        {
            Sift(entries, root, map);
        }

        for (var end = entries.Length - 1; end > 0; end--)
        {
            (entries[0], entries[end]) = (entries[end], entries[0]);
            Sift(entries[..end], 0, map);
        }

        static void Sift(Span<(JsonSlice Name, AttributeSlot Value)> heap, int root, ReadOnlySpan<byte> map)
        {
            while (2 * root + 1 < heap.Length)
            {
                var child = 2 * root + 1;
                if (child + 1 < heap.Length && JsonText.Compare(heap[child].Name.Of(map), heap[child + 1].Name.Of(map)) < 0)
                {
                    child++;
                }

                if (JsonText.Compare(heap[root].Name.Of(map), heap[child].Name.Of(map)) >= 0)
                {
                    return;
                }

                (heap[root], heap[child]) = (heap[child], heap[root]);
                root = child;
            }
        }
    }

    private static void SortElements(Span<JsonSlice> elements, ReadOnlySpan<byte> set, AttributeKind kind)
    {
        for (var root = elements.Length / 2 - 1; root >= 0; root--)
        {
            Sift(elements, root, set, kind);
        }

        for (var end = elements.Length - 1; end > 0; end--)
        {
            (elements[0], elements[end]) = (elements[end], elements[0]);
            Sift(elements[..end], 0, set, kind);
        }

        static void Sift(Span<JsonSlice> heap, int root, ReadOnlySpan<byte> set, AttributeKind kind)
        {
            while (2 * root + 1 < heap.Length)
            {
                var child = 2 * root + 1;
                if (child + 1 < heap.Length && Compare(heap[child].Of(set), heap[child + 1].Of(set), kind) < 0)
                {
                    child++;
                }

                if (Compare(heap[root].Of(set), heap[child].Of(set), kind) >= 0)
                {
                    return;
                }

                (heap[root], heap[child]) = (heap[child], heap[root]);
                root = child;
            }
        }
    }

    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, AttributeKind kind)
    {
        if (kind != AttributeKind.NS)
        {
            return JsonText.Compare(left, right);
        }

        using var leftText = new UnescapedText(left, stackalloc byte[128]);
        using var rightText = new UnescapedText(right, stackalloc byte[128]);
        return DynamoDbNumber.Parse(leftText.Utf8).CompareTo(DynamoDbNumber.Parse(rightText.Utf8));
    }

    private static void Grow<T>(ref T[] array)
    {
        var larger = ArrayPool<T>.Shared.Rent(array.Length * 2);
        array.CopyTo(larger, 0);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }
}
