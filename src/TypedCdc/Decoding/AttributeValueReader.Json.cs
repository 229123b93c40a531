using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TypedCdc.Decoding;

// Values of any kind as JSON, for columns, overflow and members of type JsonElement and JsonNode.
public readonly ref partial struct AttributeValueReader
{
    /// <summary>
    /// Writes the value as plain JSON: S as a string, N as a number with all its digits, B as base64, BOOL, NULL as null, M as an object with its names sorted,
    /// L as an array, sets as sorted arrays.
    /// </summary>
    public void WritePlainJson(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        RequireAny();
        new AttributeJson(_record, destination, isPlain: true).Write(Slot);
    }

    /// <summary>Writes the value as DynamoDB JSON (<c>{"N":"8"}</c>), lossless, with names and sets sorted and numbers canonical: one text for each value.</summary>
    public void WriteDynamoDbJson(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        RequireAny();
        new AttributeJson(_record, destination, isPlain: false).Write(Slot);
    }

    /// <summary>The value as plain JSON; see <see cref="WritePlainJson"/>.</summary>
    public JsonElement GetJsonElement()
    {
        var buffer = new ArrayBufferWriter<byte>(Math.Max(_length, 16));
        WritePlainJson(buffer);
        var reader = new Utf8JsonReader(buffer.WrittenSpan, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>The value as plain JSON; see <see cref="WritePlainJson"/>. Null for a NULL.</summary>
    public JsonNode? GetJsonNode()
    {
        var buffer = new ArrayBufferWriter<byte>(Math.Max(_length, 16));
        WritePlainJson(buffer);
        return JsonNode.Parse(buffer.WrittenSpan, nodeOptions: null, new JsonDocumentOptions { MaxDepth = JsonScanner.MaxDepth });
    }

    private void RequireAny()
    {
        if (_kind == AttributeKind.None)
        {
            ThrowKind();
        }
    }
}
