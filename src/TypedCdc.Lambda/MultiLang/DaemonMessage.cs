using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using TypedCdc.Kinesis;
using TypedCdc.Kinesis.Aggregation;
using TypedCdc.Sources;

namespace TypedCdc.Lambda.MultiLang;

/// <summary>One message of the MultiLangDaemon (amazon-kinesis-client-multilang, package <c>messages</c>): one line of JSON.</summary>
internal sealed class DaemonMessage : IDisposable
{
    internal string Action { get; private set; } = "";

    /// <summary>The shard, of <c>initialize</c>.</summary>
    internal string? ShardId { get; private set; }

    /// <summary>The simple name of the exception, of a <c>checkpoint</c> that failed.</summary>
    internal string? Error { get; private set; }

    /// <summary>Of <c>shutdown</c>, which KCL 1.x sends: <c>TERMINATE</c> at a shard's end, <c>ZOMBIE</c> when the lease is lost.</summary>
    internal string? Reason { get; private set; }

    /// <summary>The records, of <c>processRecords</c>; taken over by whoever publishes it.</summary>
    internal RecordBatch? Batch { get; set; }

    /// <summary>Of each record of the batch: where a checkpoint behind it is.</summary>
    internal List<DaemonPosition> Positions { get; } = [];

    /// <param name="line">The line.</param>
    /// <param name="shard">The shard that was initialized; null before.</param>
    /// <exception cref="InvalidDataException">Not a message of the daemon's.</exception>
    internal static DaemonMessage Parse(ReadOnlySpan<byte> line, ShardId? shard)
    {
        var message = new DaemonMessage();
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException("The daemon sent something that is not a JSON object.");
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("action"u8))
                {
                    message.Action = TakeString(ref json) ?? "";
                }
                else if (json.ValueTextEquals("shardId"u8))
                {
                    message.ShardId = TakeString(ref json);
                }
                else if (json.ValueTextEquals("error"u8))
                {
                    message.Error = TakeString(ref json);
                }
                else if (json.ValueTextEquals("reason"u8))
                {
                    message.Reason = TakeString(ref json);
                }
                else if (json.ValueTextEquals("records"u8))
                {
                    message.TakeRecords(ref json, line, shard ?? throw new InvalidDataException("The daemon sent records before it named a shard."));
                }
                else
                {
                    json.Skip();
                }
            }

            json.Read();
            return message;
        }
        catch (JsonException exception)
        {
            message.Dispose();
            throw new InvalidDataException("The daemon sent a line that is not JSON.", exception);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Batch?.Dispose();
        Batch = null;
    }

    private void TakeRecords(ref Utf8JsonReader json, ReadOnlySpan<byte> line, ShardId shard)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Batch = new(shard, line.Length);
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            ReadOnlySpan<byte> data = default;
            var isEscaped = false;
            string? number = null;
            long? subNumber = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("data"u8))
                {
                    json.Read();
                    data = json.TokenType == JsonTokenType.String ? json.ValueSpan : default;
                    isEscaped = json.TokenType == JsonTokenType.String && json.ValueIsEscaped;
                }
                else if (json.ValueTextEquals("sequenceNumber"u8))
                {
                    number = TakeString(ref json);
                }
                else if (json.ValueTextEquals("subSequenceNumber"u8))
                {
                    json.Read();
                    subNumber = json.TokenType == JsonTokenType.Number ? json.GetInt64() : null;
                }
                else
                {
                    json.Skip();
                }
            }

            if (!SequenceNumber.TryParse(number, out var sequenceNumber))
            {
                throw new InvalidDataException("The daemon sent a record without a sequence number.");
            }

            Add(sequenceNumber, isEscaped ? Unescape(data) : data);
            while (Positions.Count < Batch.Count)
            {
                Positions.Add(new(number!, subNumber));
            }
        }
    }

    private void Add(SequenceNumber sequenceNumber, ReadOnlySpan<byte> base64)
    {
        var target = Batch!.Reserve(Base64.GetMaxDecodedFromUtf8Length(base64.Length));
        if (Base64.DecodeFromUtf8(base64, target, out _, out var written) != OperationStatus.Done)
        {
            Batch.Add(sequenceNumber, base64, problem: "Not a change record: its data is not base64.");
        }
        else if (AggregatedRecord.IsAggregated(target[..written]))
        {
            AggregatedRecord.Add(Batch, sequenceNumber, written); // a KCL of old versions leaves them whole
        }
        else
        {
            Batch.Commit(sequenceNumber, written);
        }
    }

    private static byte[] Unescape(ReadOnlySpan<byte> value)
    {
        byte[] quoted = [(byte)'"', .. value, (byte)'"'];
        var json = new Utf8JsonReader(quoted);
        json.Read();
        var text = new byte[value.Length];
        return text[..json.CopyString(text)];
    }

    private static string? TakeString(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            return json.GetString();
        }

        json.Skip();
        return null;
    }
}

/// <summary>A position that a checkpoint may name.</summary>
/// <param name="SequenceNumber">The record's sequence number, as the daemon wrote it.</param>
/// <param name="SubSequenceNumber">Its place in an aggregate; null where the daemon says none.</param>
internal readonly record struct DaemonPosition(string SequenceNumber, long? SubSequenceNumber);
