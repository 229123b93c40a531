using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace TypedCdc.Kinesis;

/// <summary>Kinesis Data Streams over its JSON protocol (application/x-amz-json-1.1, target prefix <c>Kinesis_20131202</c>).</summary>
internal sealed class KinesisHttpApi(AwsJsonTransport transport) : IKinesisApi, IDisposable
{
    public void Dispose() => transport.Dispose();

    public async Task<KinesisStreamSummary> DescribeStreamAsync(string stream, CancellationToken cancellationToken)
    {
        using var answer = await transport.SendAsync("DescribeStreamSummary", Request(stream, static (_, _) => { }, 0), cancellationToken);
        using var json = Parse(answer.Utf8);
        var summary = json.RootElement.GetProperty("StreamDescriptionSummary");
        var created = summary.TryGetProperty("StreamCreationTimestamp", out var timestamp) && timestamp.ValueKind == JsonValueKind.Number ? timestamp.GetDouble() : 0;
        var hours = summary.TryGetProperty("RetentionPeriodHours", out var retention) && retention.ValueKind == JsonValueKind.Number ? retention.GetInt32() : 24;
        return new(DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(created * 1000)), TimeSpan.FromHours(hours));
    }

    public async Task<KinesisShardPage> ListShardsAsync(string stream, string? nextToken, CancellationToken cancellationToken)
    {
        // A token says by itself which stream it is of; the service refuses both.
        var request = nextToken is null
            ? Request(stream, static (_, _) => { }, 0)
            : Request(null, static (json, token) => json.WriteString("NextToken"u8, token), nextToken);
        using var answer = await transport.SendAsync("ListShards", request, cancellationToken);
        using var json = Parse(answer.Utf8);
        var shards = new List<KinesisShard>();
        foreach (var shard in json.RootElement.GetProperty("Shards").EnumerateArray())
        {
            var range = shard.TryGetProperty("SequenceNumberRange", out var sequence) ? sequence : default;
            var isOpen = range.ValueKind != JsonValueKind.Object || Text(range, "EndingSequenceNumber") is null;
            shards.Add(new(Text(shard, "ShardId") ?? "", Text(shard, "ParentShardId"), Text(shard, "AdjacentParentShardId"), isOpen));
        }

        return new(shards, Text(json.RootElement, "NextToken"));
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
        using var json = Parse(answer.Utf8);
        return Text(json.RootElement, "ShardIterator") ?? throw new KinesisException(KinesisErrorKind.Transient, "GetShardIterator answered without an iterator.");
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
        using var json = Parse(answer.Utf8);
        var codes = json.RootElement.TryGetProperty("Records", out var answers) && answers.ValueKind == JsonValueKind.Array
            ? answers.EnumerateArray().Select(record => Text(record, "ErrorCode")).ToArray()
            : [];
        return codes.Length == records.Count
            ? codes
            : throw new KinesisException(KinesisErrorKind.Transient, "PutRecords answered for another number of records than it was given.");
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

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8);
        }
        catch (JsonException)
        {
            throw new KinesisException(KinesisErrorKind.Transient, "The service's answer is not JSON.");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
