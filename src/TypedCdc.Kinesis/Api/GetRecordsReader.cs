using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace TypedCdc.Kinesis.Api;

/// <summary>
/// Reads a GetRecords answer where it lies: records are found in place and their base64 is decoded straight into the batch. No string, array or stream is made a record.
/// </summary>
internal static class GetRecordsReader
{
    // Seconds beyond this are the year 5138; some emulators give milliseconds.
    private const double MillisecondsFrom = 1e11;

    /// <exception cref="KinesisException">The bytes are not such an answer.</exception>
    internal static GetRecordsAnswer Read(ReadOnlySpan<byte> utf8, KinesisRecords records)
    {
        try
        {
            return ReadAnswer(utf8, records);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // The text of the cause may hold a piece of a record.
            throw JsonAnswer.Unreadable("GetRecords", "it is not JSON, or a field is missing or of another type");
        }
    }

    private static GetRecordsAnswer ReadAnswer(ReadOnlySpan<byte> utf8, KinesisRecords records)
    {
        string? next = null;
        TimeSpan? behind = null;
        var hasRecords = false;
        var hasChildren = false;
        var reader = new Utf8JsonReader(utf8);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("Records"u8))
            {
                Expect(ref reader, JsonTokenType.StartArray);
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadRecord(ref reader, records);
                }

                hasRecords = reader.TokenType == JsonTokenType.EndArray ? true : throw new FormatException();
            }
            else if (reader.ValueTextEquals("NextShardIterator"u8))
            {
                reader.Read();
                next = reader.GetString();
            }
            else if (reader.ValueTextEquals("MillisBehindLatest"u8))
            {
                reader.Read();
                behind = reader.TokenType == JsonTokenType.Null ? null
                    : TimeSpan.FromMilliseconds(Math.Clamp(reader.GetInt64(), 0, (long)TimeSpan.FromDays(10_000).TotalMilliseconds));
            }
            else if (reader.ValueTextEquals("ChildShards"u8))
            {
                reader.Read();
                hasChildren = reader.TokenType != JsonTokenType.Null && ReadChildren(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (reader.TokenType != JsonTokenType.EndObject || reader.Read() || !hasRecords)
        {
            throw new FormatException();
        }

        return new(string.IsNullOrEmpty(next) ? null : next, behind, hasChildren);
    }

    /// <summary>Whether there is a child; each has to be named.</summary>
    private static bool ReadChildren(ref Utf8JsonReader reader)
    {
        var count = 0;
        ExpectNow(reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var isNamed = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("ShardId"u8))
                {
                    Expect(ref reader, JsonTokenType.String);
                    isNamed = reader.ValueSpan.Length > 0;
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            count += isNamed ? 1 : throw new FormatException();
        }

        ExpectNow(reader, JsonTokenType.EndArray);
        return count > 0;
    }

    private static void ReadRecord(ref Utf8JsonReader reader, KinesisRecords records)
    {
        // The fields come in any order, so the data waits until the record's end.
        scoped ReadOnlySpan<byte> data = default;
        var hasData = false;
        var isEscaped = false;
        SequenceNumber? sequenceNumber = null;
        DateTimeOffset? arrival = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("Data"u8))
            {
                Expect(ref reader, JsonTokenType.String);
                data = reader.ValueSpan;
                isEscaped = reader.ValueIsEscaped;
                hasData = true;
            }
            else if (reader.ValueTextEquals("SequenceNumber"u8))
            {
                Expect(ref reader, JsonTokenType.String);
                sequenceNumber = SequenceNumber.TryParse(reader.ValueSpan, out var parsed) ? parsed : throw new FormatException();
            }
            else if (reader.ValueTextEquals("ApproximateArrivalTimestamp"u8))
            {
                reader.Read();
                arrival = reader.TokenType == JsonTokenType.Number ? ReadInstant(reader.GetDouble()) : null;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (reader.TokenType != JsonTokenType.EndObject || !hasData || sequenceNumber is not { } number)
        {
            throw new FormatException();
        }

        records.Commit(number, Decode(data, isEscaped, records), arrival);
    }

    private static int Decode(ReadOnlySpan<byte> base64, bool isEscaped, KinesisRecords records)
    {
        var room = records.Reserve(Base64.GetMaxDecodedFromUtf8Length(base64.Length));
        int written;
        if (!isEscaped)
        {
            return Base64.DecodeFromUtf8(base64, room, out _, out written) == OperationStatus.Done ? written : throw new FormatException();
        }

        // A producer of JSON may write "/" as "\/"; nothing else of base64 can be escaped usefully. Rare, so it may copy.
        var plain = ArrayPool<byte>.Shared.Rent(base64.Length);
        try
        {
            var length = 0;
            for (var index = 0; index < base64.Length; index++)
            {
                if (base64[index] == '\\' && ++index < base64.Length && base64[index] != '/')
                {
                    throw new FormatException();
                }

                plain[length++] = base64[Math.Min(index, base64.Length - 1)];
            }

            return Base64.DecodeFromUtf8(plain.AsSpan(0, length), room, out _, out written) == OperationStatus.Done ? written : throw new FormatException();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private static DateTimeOffset? ReadInstant(double value)
    {
        var seconds = value > MillisecondsFrom ? value / 1000 : value;
        return seconds is >= 0 and < MillisecondsFrom ? DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(seconds * 1000)) : null;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        reader.Read();
        ExpectNow(reader, type);
    }

    private static void ExpectNow(in Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
        {
            throw new FormatException();
        }
    }
}
