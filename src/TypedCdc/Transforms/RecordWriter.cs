using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TypedCdc.Changes;
using TypedCdc.Schema;

namespace TypedCdc.Transforms;

/// <summary>Writes change records in the shape of Kinesis Data Streams for DynamoDB, with timestamps in microseconds.</summary>
internal static class RecordWriter
{
    // What is written is read by us; nothing here is ever pasted into a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>One record.</summary>
    /// <param name="header">Everything but the images.</param>
    /// <param name="operation">What happened.</param>
    /// <param name="keys">The <c>Keys</c> map; empty only for snapshots.</param>
    /// <param name="newImage">The new image; empty for none.</param>
    /// <param name="oldImage">The old image; empty for none.</param>
    internal static byte[] Write(in ChangeHeader header, ChangeOperation operation, ReadOnlyMemory<byte> keys, ReadOnlyMemory<byte> newImage, ReadOnlyMemory<byte> oldImage)
    {
        var buffer = new ArrayBufferWriter<byte>(512 + keys.Length + newImage.Length + oldImage.Length);
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        if (operation == ChangeOperation.Snapshot)
        {
            // The shape of a full export: an item and nothing else.
            writer.WritePropertyName("Item"u8);
            writer.WriteRawValue(newImage.Span, skipInputValidation: true);
            writer.WriteEndObject();
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }

        writer.WriteString("awsRegion"u8, header.Region);
        writer.WriteString("eventID"u8, header.EventId.ToString());
        writer.WriteString("eventName"u8, operation switch
        {
            ChangeOperation.Insert => "INSERT"u8,
            ChangeOperation.Modify => "MODIFY"u8,
            _ => "REMOVE"u8,
        });
        if (header.UserIdentity is { } identity)
        {
            writer.WriteStartObject("userIdentity"u8);
            writer.WriteString("type"u8, identity.Type);
            writer.WriteString("principalId"u8, identity.PrincipalId);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("userIdentity"u8);
        }

        writer.WriteString("recordFormat"u8, "application/json"u8);
        writer.WriteString("tableName"u8, header.TableName);
        writer.WriteStartObject("dynamodb"u8);
        if (!header.IsTimeUnknown)
        {
            writer.WriteNumber("ApproximateCreationDateTime"u8, header.TimestampMicroseconds);
        }

        writer.WritePropertyName("Keys"u8);
        writer.WriteRawValue(keys.Span, skipInputValidation: true);
        if (!newImage.IsEmpty)
        {
            writer.WritePropertyName("NewImage"u8);
            writer.WriteRawValue(newImage.Span, skipInputValidation: true);
        }

        if (!oldImage.IsEmpty)
        {
            writer.WritePropertyName("OldImage"u8);
            writer.WriteRawValue(oldImage.Span, skipInputValidation: true);
        }

        writer.WriteNumber("SizeBytes"u8, header.SizeBytes);
        writer.WriteString("ApproximateCreationDateTimePrecision"u8, "MICROSECOND"u8);
        writer.WriteEndObject();
        writer.WriteString("eventSource"u8, "aws:dynamodb"u8);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a written record again, at the position that the header says.</summary>
    internal static CdcRecord Parse(ReadOnlyMemory<byte> utf8, in ChangeHeader header) =>
        CdcRecord.Parse(utf8, header.Position, new() { TableName = header.TableName });

    /// <summary>The <c>Keys</c> map of an item.</summary>
    internal static ReadOnlyMemory<byte> SelectKeys(TableSchema schema, ReadOnlyMemory<byte> item)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        var reader = new Utf8JsonReader(item.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = reader.ValueTextEquals(schema.PartitionKeyName) || (schema.SortKeyName is { } sortKey && reader.ValueTextEquals(sortKey));
            var name = isKey ? reader.GetString() : null;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (name is not null)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(item.Span[start..(int)reader.BytesConsumed], skipInputValidation: true);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
