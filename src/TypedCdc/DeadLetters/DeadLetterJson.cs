using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TypedCdc.Changes;
using TypedCdc.Delivery;

namespace TypedCdc.DeadLetters;

/// <summary>
/// Dead letters as JSON, one line each. A payload that is valid UTF-8 is kept as text in <c>payload</c>, so that a person can read it and <c>grep</c> finds it; any other
/// as base64 in <c>payloadBase64</c>; where room is scarce, compressed in <c>payloadGzip</c>. All come back to the very bytes.
/// </summary>
internal static class DeadLetterJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static void Write(IBufferWriter<byte> output, DeadLetter letter)
    {
        WriteObject(output, letter, isCompressed: false);
        output.Write("\n"u8);
    }

    /// <summary>One dead letter without a line break, its payload compressed or not.</summary>
    internal static void WriteObject(IBufferWriter<byte> output, DeadLetter letter, bool isCompressed)
    {
        using (var writer = new Utf8JsonWriter(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("time"u8, letter.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteString("application"u8, letter.Application);
            writer.WriteString("subscriber"u8, letter.Subscriber);
            writer.WriteString("table"u8, letter.TableName);
            writer.WriteString("operation"u8, letter.Operation?.ToString());
            writer.WriteString("eventId"u8, letter.EventId);
            writer.WriteString("stream"u8, letter.Position.Shard?.Stream);
            writer.WriteString("shard"u8, letter.Position.Shard?.Shard);
            writer.WriteString("sequenceNumber"u8, letter.Position.Shard is null ? null : letter.Position.SequenceNumber.ToString(null, CultureInfo.InvariantCulture));
            if (letter.Range.Length > 0)
            {
                writer.WriteNumber("byteStart"u8, letter.Range.Start);
                writer.WriteNumber("byteLength"u8, letter.Range.Length);
            }

            writer.WriteNumber("attempts"u8, letter.Attempts);
            writer.WriteString("exception"u8, letter.ExceptionType);
            writer.WriteString("message"u8, letter.Message);
            if (isCompressed)
            {
                writer.WriteBase64String("payloadGzip"u8, Compress(letter.Payload.Span));
            }
            else if (TryGetText(letter.Payload.Span, out var text))
            {
                writer.WriteString("payload"u8, text);
            }
            else
            {
                writer.WriteBase64String("payloadBase64"u8, letter.Payload.Span);
            }

            writer.WriteEndObject();
        }
    }

    /// <summary>Whether bytes are the beginning of a line that <see cref="Write"/> began and a crash cut off.</summary>
    internal static bool IsTorn(ReadOnlyMemory<byte> line)
    {
        var beginning = "{\"time\":"u8;
        var begins = line.Span[..Math.Min(line.Length, beginning.Length)];
        if (!beginning.StartsWith(begins))
        {
            return false; // a line of somebody else's
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    /// <summary>Reads a line that <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    internal static DeadLetter Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var letter = document.RootElement;
        if (letter.ValueKind != JsonValueKind.Object || Text("subscriber") is not { } subscriber)
        {
            throw new JsonException("The line is not a dead letter.");
        }

        var shard = Text("stream") is { } stream && Text("shard") is { } name ? new ShardId(stream, name) : null;
        return new()
        {
            Time = letter.GetProperty("time"u8).GetDateTimeOffset(),
            Application = Text("application") ?? "",
            Subscriber = subscriber,
            TableName = Text("table"),
            Operation = Enum.TryParse<ChangeOperation>(Text("operation"), out var operation) ? operation : null,
            EventId = Text("eventId") ?? "",
            Position = new(shard, Text("sequenceNumber") is { } sequenceNumber ? SequenceNumber.Parse(sequenceNumber) : default),
            Range = letter.TryGetProperty("byteStart"u8, out var start) ? new(start.GetInt64(), letter.GetProperty("byteLength"u8).GetInt64()) : default,
            Attempts = letter.TryGetProperty("attempts"u8, out var attempts) ? attempts.GetInt32() : 0,
            ExceptionType = Text("exception") ?? "",
            Message = Text("message") ?? "",
            Payload = Text("payload") is { } text ? Strict.GetBytes(text)
                : letter.TryGetProperty("payloadGzip"u8, out var gzip) ? Decompress(gzip.GetBytesFromBase64())
                : letter.GetProperty("payloadBase64"u8).GetBytesFromBase64(),
        };

        string? Text(string property) => letter.TryGetProperty(property, out var value) ? value.GetString() : null;
    }

    private static byte[] Compress(ReadOnlySpan<byte> payload)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(payload);
        }

        return compressed.ToArray();
    }

    private static byte[] Decompress(byte[] compressed)
    {
        using var payload = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress))
        {
            gzip.CopyTo(payload);
        }

        return payload.ToArray();
    }

    private static bool TryGetText(ReadOnlySpan<byte> payload, out string text)
    {
        try
        {
            text = Strict.GetString(payload);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
