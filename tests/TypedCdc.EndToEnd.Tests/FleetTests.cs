using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TypedCdc.Services;
using Xunit.Abstractions;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>Several workers of one application on kinesis-mock, with their leases in DynamoDB Local.</summary>
[Collection(RealServices.Name)]
public sealed class FleetTests(KinesisMock kinesis, DynamoDbLocal dynamoDb, ITestOutputHelper output)
{
    private readonly ConcurrentQueue<(string Worker, string Shard, int Id, long? Token)> _written = new();

    [ServiceFact(ServiceKind.Kinesis, ServiceKind.DynamoDb)]
    public async Task Workers_share_the_shards_hand_them_over_at_a_stop_and_follow_a_reshard()
    {
        await dynamoDb.EnsureStartedAsync();
        await kinesis.CreateStreamAsync("fleet", shards: 4);
        using var client = kinesis.Client;
        await PutAsync(client, 0, 100);
        var one = await StartAsync("one", "fleet-leases");
        await Until(() => _written.Count == 100, "everything is read by the first worker");
        var two = await StartAsync("two", "fleet-leases");
        await Until(async () => (await LeasesAsync("fleet-leases")).GroupBy(Owner).Count(owner => owner.Key is "one" or "two" && owner.Count() == 2) == 2, "each worker has two leases");
        await PutAsync(client, 100, 200);
        await Until(() => _written.Select(record => record.Id).Distinct().Count() == 200, "everything is read");
        Assert.Contains(_written, record => record is { Worker: "two", Id: >= 100 });

        // A graceful stop gives the leases back, and nothing is delivered twice.
        var watch = Stopwatch.StartNew();
        await one.StopAsync();
        var stopped = watch.Elapsed;
        await Until(async () => (await LeasesAsync("fleet-leases")).All(lease => Owner(lease) == "two"), "the second worker has all leases");
        output.WriteLine($"stopped after {stopped}, all leases handed over after {watch.Elapsed}");
        var count = _written.Count;
        await PutAsync(client, 200, 300);
        await Until(() => _written.Count == count + 100, "everything is read by the second worker");
        Assert.All(_written.Skip(count), record => Assert.Equal("two", record.Worker));

        // A split: the parent ends, its children are read.
        var shards = (await client.CallAsync("ListShards", new() { ["StreamName"] = "fleet" }))["Shards"]!.AsArray();
        var range = shards[0]!["HashKeyRange"]!;
        var middle = (UInt128.Parse((string)range["StartingHashKey"]!, CultureInfo.InvariantCulture) + UInt128.Parse((string)range["EndingHashKey"]!, CultureInfo.InvariantCulture)) / 2;
        await client.CallAsync("SplitShard", new() { ["StreamName"] = "fleet", ["ShardToSplit"] = (string)shards[0]!["ShardId"]!, ["NewStartingHashKey"] = middle.ToString(CultureInfo.InvariantCulture) });
        await KinesisMock.WaitUntilActiveAsync(client, "fleet");
        await PutAsync(client, 300, 400);
        await Until(() => _written.Select(record => record.Id).Distinct().Count() == 400, "everything is read after the split");
        await Until(
            async () => (await LeasesAsync("fleet-leases")).Any(lease => (string?)lease["checkpoint"]?["S"] == "SHARD_END" && lease["childShardIds"]?["SS"]?.AsArray().Count == 2), "the parent has ended");
        await two.StopAsync();

        // Only what was read while shards moved to the second worker may have come twice.
        Assert.Equal(Enumerable.Range(0, 400), _written.Select(record => record.Id).Distinct().Order());
        Assert.All(_written.GroupBy(record => record.Id).Where(records => records.Count() > 1), records => Assert.InRange(records.Key, 0, 199));
        Assert.DoesNotContain(await LeasesAsync("fleet-leases"), lease => Owner(lease) is not null && (string?)lease["checkpoint"]?["S"] != "SHARD_END");
        Assert.All(_written, record => Assert.NotNull(record.Token));
    }

    private async Task<IHost> StartAsync(string worker, string application)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(new ToOutput(output, worker));
        builder.Services.AddTypedCdc(cdc => cdc
            .FromKinesis(kinesis.Endpoint + "fleet?region=us-east-1", o =>
            {
                o.Application = application;
                o.Leases.WorkerId = worker;
                o.Leases.Endpoint = dynamoDb.Endpoint;
                o.IdleDelay = TimeSpan.FromMilliseconds(200);
                o.CheckpointInterval = TimeSpan.FromMilliseconds(500);
                o.ShardListInterval = TimeSpan.FromSeconds(1);
            })
            .Model<Order>()
            .DeadLettersToFile(Path.Combine(Path.GetTempPath(), $"fleet-{Guid.NewGuid():N}.jsonl"))
            .To(new Sink(this, worker)));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task<List<JsonObject>> LeasesAsync(string table)
    {
        using var tables = dynamoDb.Tables;
        var answer = await tables.CallAsync("Scan", new() { ["TableName"] = table, ["ConsistentRead"] = true });
        return [.. answer["Items"]!.AsArray().Select(item => item!.AsObject())];
    }

    private static string? Owner(JsonObject lease) => (string?)lease["leaseOwner"]?["S"];

    private static async Task PutAsync(AwsJsonClient client, int from, int to)
    {
        var records = new JsonArray();
        for (var id = from; id < to; id++)
        {
            var change = $$$"""
                {"awsRegion":"us-east-1","eventID":"00000000-0000-0000-0000-{{{id:D12}}}","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"orders","dynamodb":{"ApproximateCreationDateTime":1720740233012995,"Keys":{"id":{"N":"{{{id}}}"}},"NewImage":{"id":{"N":"{{{id}}}"}},"SizeBytes":9,"ApproximateCreationDateTimePrecision":"MICROSECOND"},"eventSource":"aws:dynamodb"}
                """;
            records.Add(new JsonObject { ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(change)), ["PartitionKey"] = $"key-{id}" });
        }

        await client.CallAsync("PutRecords", new() { ["StreamName"] = "fleet", ["Records"] = records });
    }

    private static Task Until(Func<bool> condition, string what) => Until(() => Task.FromResult(condition()), what);

    private static async Task Until(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"It did not come to be that {what}.");
            await Task.Delay(50);
        }
    }

    private sealed class Sink(FleetTests test, string worker) : ISink
    {
        public ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
        {
            foreach (var record in records)
            {
                var id = int.Parse((string)JsonNode.Parse(record.Keys.Span)!["id"]!["N"]!, CultureInfo.InvariantCulture);
                test._written.Enqueue((worker, record.Position.Shard!.Shard, id, record.Lease?.Token));
            }

            return default;
        }
    }

    private sealed class ToOutput(ITestOutputHelper output, string worker) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                output.WriteLine($"{DateTime.UtcNow:mm:ss.fff} {worker} {logLevel} {formatter(state, exception)} {exception}");
            }
            catch (InvalidOperationException)
            {
                // The test is over.
            }
        }

        public void Dispose()
        {
        }
    }
}
