using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>
/// Whole items in DynamoDB JSON, <c>{"userid":{"N":"8"},…}</c>, to models and back: the generated <c>ToItem</c> and <c>FromItem</c> of a model, for code that is generic over models.
/// What is written is read back as an equal model.
/// </summary>
public static class CdcItem
{
    // An item's bytes are read by programs; nothing here is ever pasted into a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The item as UTF-8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number that DynamoDB cannot hold: more than 38 significant digits, not a number, infinite.</exception>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model.</exception>
    public static byte[] ToUtf8<[CdcModelType] T>(T item)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, item);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the item as UTF-8.</summary>
    /// <inheritdoc cref="ToUtf8{T}(T)"/>
    public static void Write<[CdcModelType] T>(IBufferWriter<byte> output, T item)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (item is null)
        {
            throw new ArgumentNullException(nameof(item));
        }

        using var writer = new Utf8JsonWriter(output, Options);
        CdcModel.Get<T>().Write(writer, item);
        writer.Flush();
    }

    /// <summary>Reads an item, with the checks that an image of a change gets.</summary>
    /// <param name="utf8">One JSON object of attributes; white space may stand around it.</param>
    /// <exception cref="CdcDecodeException">Not an object of attribute values, or it does not fit the model.</exception>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not a model.</exception>
    public static T Read<[CdcModelType] T>(ReadOnlySpan<byte> utf8)
    {
        var model = CdcModel.Get<T>();
        var start = utf8.IndexOfAnyExcept(" \t\r\n"u8);
        var end = utf8.LastIndexOfAnyExcept(" \t\r\n"u8) + 1;
        if (start < 0 || utf8[start] != '{')
        {
            throw new CdcDecodeException("An item is a JSON object of attributes.") { TableName = model.Schema.TableName, ByteOffset = Math.Max(start, 0) };
        }

        if (!Utf8.IsValid(utf8))
        {
            throw new CdcDecodeException("The item is not UTF-8.") { TableName = model.Schema.TableName };
        }

        return RecordDecoder.ReadItem(model, utf8, new(start, end - start, false, false));
    }
}
