using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TypedCdc.Decoding;

// Lists, sets, maps and plain JSON as DynamoDB JSON.
public static partial class AttributeValueWriter
{
    /// <summary>Writes an L; an element that is null becomes NULL.</summary>
    public static void WriteList<T>(Utf8JsonWriter writer, IEnumerable<T> value, AttributeWriter<T> element)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WriteStartArray("L"u8);
        foreach (var one in value)
        {
            WriteElement(writer, one, element);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes an M in the order of the dictionary; a value that is null becomes NULL.</summary>
    public static void WriteMap<T>(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, T>> value, AttributeWriter<T> element)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WriteStartObject("M"u8);
        foreach (var (name, one) in value)
        {
            writer.WritePropertyName(name);
            WriteElement(writer, one, element);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes an SS, NS or BS, sorted and each element once, so that equal sets have equal bytes in every process.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="kind">SS, NS or BS.</param>
    /// <param name="value">The elements.</param>
    /// <param name="element">Writes an element as the S, N or B that it is.</param>
    public static void WriteSet<T>(Utf8JsonWriter writer, AttributeKind kind, IEnumerable<T> value, AttributeWriter<T> element)
    {
        ArgumentNullException.ThrowIfNull(value);

        var elements = ReadElements(kind, value, element);
        elements.Sort((left, right) => Compare(kind, left, right));
        writer.WriteStartObject();
        writer.WriteStartArray(kind switch { AttributeKind.SS => "SS"u8, AttributeKind.NS => "NS"u8, _ => "BS"u8 });
        for (var i = 0; i < elements.Count; i++)
        {
            if (i == 0 || Compare(kind, elements[i - 1], elements[i]) != 0)
            {
                writer.WriteStringValue(elements[i].Text);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes plain JSON as what it looks like: S, N, BOOL, NULL, L and M.</summary>
    /// <exception cref="ArgumentException">Undefined, or a number that DynamoDB cannot hold.</exception>
    public static void WriteJsonElement(Utf8JsonWriter writer, JsonElement value)
    {
        writer.WriteStartObject();
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                writer.WriteString("S"u8, value.GetString());
                break;
            case JsonValueKind.Number:
                writer.WriteString("N"u8, DynamoDbNumber.TryParse(value.GetRawText(), out var number)
                    ? number.ToString(null, CultureInfo.InvariantCulture)
                    : throw new ArgumentException("DynamoDB cannot hold a number of this JSON.", nameof(value)));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.WriteBoolean("BOOL"u8, value.ValueKind == JsonValueKind.True);
                break;
            case JsonValueKind.Null:
                writer.WriteBoolean("NULL"u8, true);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray("L"u8);
                foreach (var element in value.EnumerateArray())
                {
                    WriteJsonElement(writer, element);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject("M"u8);
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    WriteJsonElement(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            default:
                throw new ArgumentException("The JSON is undefined.", nameof(value));
        }

        writer.WriteEndObject();
    }

    /// <summary>As <see cref="WriteJsonElement"/>; null is NULL.</summary>
    public static void WriteJsonNode(Utf8JsonWriter writer, JsonNode? value)
    {
        if (value is null)
        {
            WriteNull(writer);
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var plain = new Utf8JsonWriter(buffer))
        {
            value.WriteTo(plain);
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        WriteJsonElement(writer, JsonElement.ParseValue(ref reader));
    }

    /// <summary>Writes what no member maps as attributes of the map that is open: names, and values in DynamoDB JSON as they were read.</summary>
    public static void WriteOverflow(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, JsonElement>> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        foreach (var (name, attribute) in value)
        {
            writer.WritePropertyName(name);
            attribute.WriteTo(writer);
        }
    }

    private static void WriteElement<T>(Utf8JsonWriter writer, T value, AttributeWriter<T> element)
    {
        if (value is null)
        {
            WriteNull(writer);
        }
        else
        {
            element(writer, value);
        }
    }

    // Each element is written as an attribute value of its own, {"S":"…"}, and its text is taken out of that.
    private static List<SetElement> ReadElements<T>(AttributeKind kind, IEnumerable<T> value, AttributeWriter<T> element)
    {
        var elements = new List<SetElement>();
        var buffer = new ArrayBufferWriter<byte>(64);
        using var single = new Utf8JsonWriter(buffer);
        foreach (var one in value)
        {
            element(single, one);
            single.Flush();
            var reader = new Utf8JsonReader(buffer.WrittenSpan);
            reader.Read();
            reader.Read();
            reader.Read();
            var text = new byte[reader.ValueSpan.Length];
            var length = reader.CopyString(text);
            elements.Add(new(
                text[..length],
                kind == AttributeKind.BS ? reader.GetBytesFromBase64() : [],
                kind == AttributeKind.NS ? DynamoDbNumber.Parse(text.AsSpan(0, length)) : default));
            buffer.Clear();
            single.Reset();
        }

        return elements;
    }

    private static int Compare(AttributeKind kind, in SetElement left, in SetElement right) => kind switch
    {
        AttributeKind.SS => left.Text.AsSpan().SequenceCompareTo(right.Text),
        AttributeKind.NS => left.Number.CompareTo(right.Number),
        _ => left.Bytes.AsSpan().SequenceCompareTo(right.Bytes),
    };

    private readonly record struct SetElement(byte[] Text, byte[] Bytes, DynamoDbNumber Number);
}
