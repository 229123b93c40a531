using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace TypedCdc.Services;

/// <summary>
/// Does what AWS does between a table and a Kinesis stream, and no emulator does: reads the table's DynamoDB Stream and puts every change on the Kinesis stream, in
/// the form of Kinesis Data Streams for DynamoDB.
/// </summary>
public sealed class StreamsToKinesisPump : IAsyncDisposable
{
    private const int RecordsPerPut = 100;

    private readonly AwsJsonClient _tables;
    private readonly AwsJsonClient _streams;
    private readonly AwsJsonClient _kinesis;
    private readonly string _table;
    private readonly string _stream;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _shardsBegun = [];
    private readonly Task _running;
    private volatile bool _microseconds;
    private long _count;

    /// <summary>Begins to pump. The table must have a stream of new and old images.</summary>
    /// <param name="dynamoDb">Where the table is.</param>
    /// <param name="table">The table.</param>
    /// <param name="kinesis">Where the Kinesis stream is.</param>
    /// <param name="stream">The Kinesis stream.</param>
    /// <param name="microseconds">Whether timestamps are in µs, with the field that says so, or in ms, without it.</param>
    public StreamsToKinesisPump(DynamoDbLocal dynamoDb, string table, KinesisMock kinesis, string stream, bool microseconds)
    {
        _tables = dynamoDb.Tables;
        _streams = dynamoDb.Streams;
        _kinesis = kinesis.Client;
        _table = table;
        _stream = stream;
        _microseconds = microseconds;
        _running = Task.Run(RunAsync);
    }

    /// <summary>How many changes were put on the Kinesis stream.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Whether timestamps are in µs, with the field that says so, or in ms, without it. AWS may change it on a live stream.</summary>
    public bool Microseconds
    {
        get => _microseconds;
        set => _microseconds = value;
    }

    /// <summary>Waits until so many changes were put.</summary>
    public async Task WaitForAsync(long count, TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        while (Count < count)
        {
            if (_running.IsCompleted)
                await _running.ConfigureAwait(false);
            if (timer.IsCancellationRequested)
                throw new TimeoutException($"{Count} of {count} changes were pumped within {limit}.");
            await Task.Delay(20).ConfigureAwait(false);
        }
    }

    /// <summary>Stops, and throws what stopped it before.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Asked to.
        }

        _stop.Dispose();
        _tables.Dispose();
        _streams.Dispose();
        _kinesis.Dispose();
    }

    private async Task RunAsync()
    {
        var cancel = _stop.Token;
        var description = await _tables.CallAsync("DescribeTable", new() { ["TableName"] = _table }, cancel).ConfigureAwait(false);
        var arn = (string?)description["Table"]!["LatestStreamArn"] ?? throw new InvalidOperationException($"The table {_table} has no stream.");
        while (true)
        {
            var shards = (await _streams.CallAsync("DescribeStream", new() { ["StreamArn"] = arn }, cancel).ConfigureAwait(false))["StreamDescription"]!["Shards"]!.AsArray();
            // A parent is listed before its children and read to its end before them, so that an item's changes keep their order.
            foreach (var shard in shards.Select(shard => (string)shard!["ShardId"]!).Where(_shardsBegun.Add).ToList())
                await PumpShardAsync(arn, shard, cancel).ConfigureAwait(false);
            await Task.Delay(50, cancel).ConfigureAwait(false);
        }
    }

    private async Task PumpShardAsync(string arn, string shard, CancellationToken cancel)
    {
        var iterator = (string?)(await _streams.CallAsync(
            "GetShardIterator", new() { ["StreamArn"] = arn, ["ShardId"] = shard, ["ShardIteratorType"] = "TRIM_HORIZON" }, cancel).ConfigureAwait(false))["ShardIterator"];
        while (iterator is not null)
        {
            var answer = await _streams.CallAsync("GetRecords", new() { ["ShardIterator"] = iterator, ["Limit"] = 1000 }, cancel).ConfigureAwait(false);
            iterator = (string?)answer["NextShardIterator"];
            var records = answer["Records"]?.AsArray() ?? [];
            foreach (var part in records.Chunk(RecordsPerPut))
                await PutAsync(part, cancel).ConfigureAwait(false);
            if (records.Count == 0)
                await Task.Delay(50, cancel).ConfigureAwait(false);
        }
    }

    private async Task PutAsync(JsonNode?[] changes, CancellationToken cancel)
    {
        var records = new JsonArray();
        foreach (var change in changes)
        {
            var keys = change!["dynamodb"]!["Keys"]!.ToJsonString();
            records.Add(new JsonObject
            {
                ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(ToWireContract(change.AsObject()).ToJsonString())),
                ["PartitionKey"] = Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(keys))),
            });
        }

        var answer = await _kinesis.CallAsync("PutRecords", new() { ["StreamName"] = _stream, ["Records"] = records }, cancel).ConfigureAwait(false);
        if ((int?)answer["FailedRecordCount"] is > 0)
            throw new InvalidOperationException($"kinesis-mock refused records: {answer.ToJsonString()}");
        Interlocked.Add(ref _count, changes.Length);
    }

    private JsonObject ToWireContract(JsonObject change)
    {
        var microseconds = _microseconds;
        var source = change["dynamodb"]!.AsObject();
        // Epoch seconds in the low-level protocol, with a fraction or without.
        var seconds = decimal.Parse(source["ApproximateCreationDateTime"]!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
        var dynamodb = new JsonObject
        {
            ["ApproximateCreationDateTime"] = (long)(seconds * (microseconds ? 1_000_000 : 1_000)),
            ["Keys"] = source["Keys"]!.DeepClone(),
        };
        foreach (var image in new[] { "NewImage", "OldImage" })
        {
            if (source[image] is { } attributes)
                dynamodb[image] = attributes.DeepClone();
        }

        dynamodb["SizeBytes"] = source["SizeBytes"]?.DeepClone();
        if (microseconds)
            dynamodb["ApproximateCreationDateTimePrecision"] = "MICROSECOND";
        return new()
        {
            ["awsRegion"] = change["awsRegion"]?.DeepClone(),
            ["eventID"] = Guid.TryParse((string?)change["eventID"], out var id) ? id.ToString("D", CultureInfo.InvariantCulture) : Guid.NewGuid().ToString(),
            ["eventName"] = change["eventName"]!.DeepClone(),
            ["userIdentity"] = change["userIdentity"]?.DeepClone(),
            ["recordFormat"] = "application/json",
            ["tableName"] = _table,
            ["dynamodb"] = dynamodb,
            ["eventSource"] = "aws:dynamodb",
        };
    }
}
