using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Sinks;
using TypedCdc.Transforms;

namespace TypedCdc.JsonLines;

/// <summary>
/// Writes one change as one line. Nothing in it depends on when or by whom it is written: a change that is delivered twice gives the same bytes twice.
/// </summary>
internal sealed class ChangeLine(JsonLinesOptions options, ITableRouter tables)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>How every line begins.</summary>
    public static ReadOnlySpan<byte> Beginning => "{\"operation\":\""u8;

    private readonly ArrayBufferWriter<byte> _document = new();
    private readonly ArrayBufferWriter<byte> _line = new();

    /// <summary>Adds a record's line, with its line feed.</summary>
    /// <exception cref="CdcDecodeException">An image is malformed; nothing was added.</exception>
    public void Write(IBufferWriter<byte> destination, in CdcRecord record)
    {
        _line.ResetWrittenCount();
        try
        {
            using var writer = new Utf8JsonWriter(_line, WriterOptions);
            Write(writer, record);
        }
        catch (CdcDecodeException error)
        {
            throw record.Explain(error);
        }

        destination.Write(_line.WrittenSpan);
        destination.Write("\n"u8);
    }

    // Both are null where the time is unknown: 1970 would be a lie. An export without a time has always had 0.
    private static void WriteTime(Utf8JsonWriter writer, in CdcRecord record)
    {
        if (!record.HasTimestamp && record.Operation != ChangeOperation.Snapshot)
        {
            writer.WriteNull("time"u8);
            writer.WriteNull("timestamp"u8);
            return;
        }

        writer.WriteString("time"u8, DateTime.UnixEpoch.AddTicks(record.TimestampMicroseconds * TimeSpan.TicksPerMicrosecond)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        writer.WriteNumber("timestamp"u8, record.TimestampMicroseconds);
    }

    private void Write(Utf8JsonWriter writer, in CdcRecord record)
    {
        writer.WriteStartObject();
        writer.WriteString("operation"u8, record.Operation switch
        {
            ChangeOperation.Insert => "INSERT"u8,
            ChangeOperation.Modify => "MODIFY"u8,
            ChangeOperation.Remove => "REMOVE"u8,
            _ => "SNAPSHOT"u8,
        });
        writer.WriteString("table"u8, record.TableName);
        WriteTime(writer, record);
        WriteDocument(writer, "key"u8, KeysOf(record).Span);
        WriteDocument(writer, "before"u8, options.Images.HasFlag(Images.Before) ? record.OldImage.Span : default);
        WriteDocument(writer, "after"u8, options.Images.HasFlag(Images.After) ? record.NewImage.Span : default);
        WriteText(writer, "eventId"u8, record.EventId);
        WriteText(writer, "region"u8, record.Region);
        if (record.UserIdentity is { } identity)
        {
            writer.WriteStartObject("userIdentity"u8);
            writer.WriteString("type"u8, identity.Type);
            writer.WriteString("principalId"u8, identity.PrincipalId);
            writer.WriteEndObject();
        }

        writer.WriteBoolean("timeToLive"u8, record.IsTimeToLive);
        if (record.SizeBytes > 0)
        {
            writer.WriteNumber("sizeBytes"u8, record.SizeBytes);
        }

        if (record.Position.Shard is { } shard)
        {
            writer.WriteString("stream"u8, shard.Stream);
            writer.WriteString("shard"u8, shard.Shard);

            // As text: no JSON reader's number holds its digits.
            writer.WriteString("sequenceNumber"u8, record.Position.SequenceNumber.ToString(null, CultureInfo.InvariantCulture));
        }

        writer.WriteEndObject();
    }

    /// <summary>A full export has no map of keys: a model of its table says which attributes they are.</summary>
    private ReadOnlyMemory<byte> KeysOf(in CdcRecord record) => !record.Keys.IsEmpty || record.NewImage.IsEmpty ? record.Keys
        : tables.Find(record.TableName) is [var model, ..] ? RecordWriter.SelectKeys(model.Schema, record.NewImage)
        : default;

    private void WriteDocument(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> item)
    {
        if (!item.IsEmpty)
        {
            _document.ResetWrittenCount();
            AttributeJson.WriteItem(item, _document, options.Documents);
            writer.WritePropertyName(name);
            writer.WriteRawValue(_document.WrittenSpan, skipInputValidation: true);
        }
    }

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string text)
    {
        if (text.Length > 0)
        {
            writer.WriteString(name, text);
        }
    }
}
