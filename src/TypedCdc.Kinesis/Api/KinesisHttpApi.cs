using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace TypedCdc.Kinesis.Api;

/// <summary>Kinesis Data Streams over its JSON protocol (application/x-amz-json-1.1, target prefix <c>Kinesis_20131202</c>).</summary>
internal sealed class KinesisHttpApi(AwsJsonTransport transport) : IKinesisApi, IDisposable
{
    public void Dispose() => transport.Dispose();

    public async Task<KinesisStreamSummary> DescribeStreamAsync(string stream, CancellationToken cancellationToken)
    {
        using var answer = await transport.SendAsync("DescribeStreamSummary", Request(stream, static (_, _) => { }, 0), cancellationToken);
        return JsonAnswer.Read("DescribeStreamSummary", answer.Utf8, static root =>
        {
            // The creation time says which stream of the name it is, and the retention whether records may be gone: neither has a default.
            var summary = JsonAnswer.Required(root, "StreamDescriptionSummary", JsonValueKind.Object);
            var created = JsonAnswer.Required(summary, "StreamCreationTimestamp", JsonValueKind.Number).GetDouble();
            var hours = JsonAnswer.Required(summary, "RetentionPeriodHours", JsonValueKind.Number);
            return created is > 0 and < 1e11 && hours.TryGetInt32(out var retention) && retention is > 0 and <= 24 * 366
                ? new KinesisStreamSummary(DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(created * 1000)), TimeSpan.FromHours(retention))
                : throw new FormatException("'StreamCreationTimestamp' or 'RetentionPeriodHours' is out of range");
        });
    }

    public async Task<KinesisShardPage> ListShardsAsync(string stream, string? nextToken, CancellationToken cancellationToken)
    {
        // A token says by itself which stream it is of; the service refuses both.
        var request = nextToken is null
            ? Request(stream, static (_, _) => { }, 0)
            : Request(null, static (json, token) => json.WriteString("NextToken"u8, token), nextToken);
        using var answer = await transport.SendAsync("ListShards", request, cancellationToken);
        return JsonAnswer.Read("ListShards", answer.Utf8, static root => new KinesisShardPage(
            [.. JsonAnswer.Required(root, "Shards", JsonValueKind.Array).EnumerateArray().Select(ReadShard)], JsonAnswer.OptionalText(root, "NextToken")));
    }

    public async Task<string> GetShardIteratorAsync(string stream, string shardId, ShardPosition position, CancellationToken cancellationToken)
    {
        var request = Request(stream, static (json, asked) =>
        {
            json.WriteString("ShardId"u8, asked.shardId);
            json.WriteString("ShardIteratorType"u8, asked.position.Kind switch
            {
                ShardPositionKind.TrimHorizon => "TRIM_HORIZON"u8,
                ShardPositionKind.Latest => "LATEST"u8,
                ShardPositionKind.AtTimestamp => "AT_TIMESTAMP"u8,
                ShardPositionKind.AtSequenceNumber => "AT_SEQUENCE_NUMBER"u8,
                _ => "AFTER_SEQUENCE_NUMBER"u8,
            });
            if (asked.position.Kind is ShardPositionKind.AtSequenceNumber or ShardPositionKind.AfterSequenceNumber)
            {
                json.WriteString("StartingSequenceNumber"u8, asked.position.SequenceNumber.ToString(null, CultureInfo.InvariantCulture));
            }
            else if (asked.position.Kind == ShardPositionKind.AtTimestamp)
            {
                // Epoch seconds with a fraction of milliseconds.
                json.WriteNumber("Timestamp"u8, asked.position.Timestamp.ToUnixTimeMilliseconds() / 1000m);
            }
        }, (shardId, position));
        using var answer = await transport.SendAsync("GetShardIterator", request, cancellationToken);
        return JsonAnswer.Read("GetShardIterator", answer.Utf8, static root => JsonAnswer.RequiredText(root, "ShardIterator"));
    }

    public async Task<GetRecordsAnswer> GetRecordsAsync(string shardIterator, int limit, KinesisRecords records, CancellationToken cancellationToken)
    {
        var request = Request(null, static (json, asked) =>
        {
            json.WriteString("ShardIterator"u8, asked.shardIterator);
            json.WriteNumber("Limit"u8, asked.limit);
        }, (shardIterator, limit));
        using var answer = await transport.SendAsync("GetRecords", request, cancellationToken);
        return GetRecordsReader.Read(answer.Utf8.Span, records);
    }

    public async Task<IReadOnlyList<string?>> PutRecordsAsync(string stream, IReadOnlyList<KinesisPutRecord> records, CancellationToken cancellationToken)
    {
        var request = Request(stream, static (json, records) =>
        {
            json.WriteStartArray("Records"u8);
            foreach (var record in records)
            {
                json.WriteStartObject();
                json.WriteString("PartitionKey"u8, record.PartitionKey);
                json.WriteBase64String("Data"u8, record.Data.Span);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }, records);
        using var answer = await transport.SendAsync("PutRecords", request, cancellationToken);
        return JsonAnswer.Read("PutRecords", answer.Utf8, root =>
        {
            var codes = JsonAnswer.Required(root, "Records", JsonValueKind.Array).EnumerateArray().Select(ReadPut).ToArray();
            return codes.Length == records.Count ? codes : throw new FormatException("it answers another number of records than it was given");
        });
    }

    private static KinesisShard ReadShard(JsonElement shard)
    {
        var range = JsonAnswer.Required(shard, "SequenceNumberRange", JsonValueKind.Object);
        return new(
            JsonAnswer.RequiredText(shard, "ShardId"),
            JsonAnswer.OptionalText(shard, "ParentShardId"),
            JsonAnswer.OptionalText(shard, "AdjacentParentShardId"),
            JsonAnswer.OptionalText(range, "EndingSequenceNumber") is null)
        {
            HashKeys = shard.TryGetProperty("HashKeyRange", out var keys) ? new(HashKey(keys, "StartingHashKey"), HashKey(keys, "EndingHashKey")) : null,
        };
    }

    private static UInt128 HashKey(JsonElement range, string name) =>
        UInt128.TryParse(JsonAnswer.RequiredText(range, name), NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? key : throw new FormatException($"'{name}' is not a number");

    /// <summary>Null where the record was stored, which its sequence number says; the absence of an error code alone does not.</summary>
    private static string? ReadPut(JsonElement record)
    {
        var code = JsonAnswer.OptionalText(record, "ErrorCode");
        if (code is null)
        {
            JsonAnswer.RequiredText(record, "SequenceNumber");
        }

        return code;
    }

    private static ReadOnlyMemory<byte> Request<TArgument>(string? stream, Action<Utf8JsonWriter, TArgument> write, TArgument argument)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        if (stream is not null)
        {
            json.WriteString(stream.StartsWith("arn:", StringComparison.Ordinal) ? "StreamARN"u8 : "StreamName"u8, stream);
        }

        write(json, argument);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
