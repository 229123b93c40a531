using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TypedCdc.Decoding;

namespace TypedCdc.Sql;

/// <summary>Writes attributes as they stand in a record, in DynamoDB JSON: lossless, with sorted names at the top.</summary>
internal static class DynamoDbJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes an object of attributes.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="image">What the slices stand in.</param>
    /// <param name="attributes">Names between their quotes, and values with their type descriptors. Sorted here.</param>
    public static void WriteObject(IBufferWriter<byte> destination, ReadOnlySpan<byte> image, List<(JsonSlice Name, JsonSlice Value)> attributes)
    {
        // Few: an insertion sort. A comparison cannot capture a span.
        for (var i = 1; i < attributes.Count; i++)
        {
            for (var j = i; j > 0 && JsonText.Compare(attributes[j - 1].Name.Of(image), attributes[j].Name.Of(image)) > 0; j--)
            {
                (attributes[j - 1], attributes[j]) = (attributes[j], attributes[j - 1]);
            }
        }

        using var writer = new Utf8JsonWriter(destination, Options);
        writer.WriteStartObject();
        foreach (var (name, value) in attributes)
        {
            PlainJson.WriteName(writer, name.Of(image));
            writer.WriteRawValue(value.Of(image), skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.Flush();
    }
}
