using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Checkpoints;
using TypedCdc.Services;
using TypedCdc.Sqlite;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>Items written to DynamoDB come out of its stream, through Kinesis, at handlers and in tables, and everything ends up equal to a scan of DynamoDB.</summary>
[Collection(RealServices.Name)]
public sealed class DynamoDbToSqliteTests(KinesisMock kinesis, DynamoDbLocal dynamoDb) : IDisposable
{
    private const string Stream = "orders-cdc";

    private readonly string _folder = Directory.CreateTempSubdirectory("typedcdc-end-to-end-").FullName;
    private readonly OrderBook _book = new();
    private readonly LatestImages _images = new();

    [ServiceFact(ServiceKind.Kinesis, ServiceKind.DynamoDb)]
    public async Task Handlers_and_tables_equal_a_scan_of_the_table()
    {
        await dynamoDb.EnsureStartedAsync();
        await kinesis.CreateStreamAsync(Stream, shards: 2);
        using var tables = dynamoDb.Tables;
        using var streams = kinesis.Client;
        var orders = new OrderWriter(tables, seed: 20260306);
        await orders.CreateTableAsync();
        await using var pump = new StreamsToKinesisPump(dynamoDb, "orders", kinesis, Stream, microseconds: false);

        // A first run, which meets changes that were there before it.
        await orders.WriteAsync(150);
        await pump.WaitForAsync(orders.Changes, TimeSpan.FromSeconds(60));
        var host = await StartAsync();
        await SettleAsync(orders, pump);

        // The stream is split while it is read, and the timestamps become µs.
        pump.Microseconds = true;
        await SplitAsync(streams, "shardId-000000000000");
        await orders.WriteAsync(150);
        await SettleAsync(orders, pump);
        await StopAsync(host);

        // While nobody reads; then a second run goes on where the first ended.
        await orders.WriteAsync(100);
        await pump.WaitForAsync(orders.Changes, TimeSpan.FromSeconds(60));
        host = await StartAsync();
        await SettleAsync(orders, pump);
        await StopAsync(host);

        var scan = await orders.ScanAsync();
        Assert.InRange(scan.Count, 10, 24);
        Assert.Empty(_book.Mistakes);
        Assert.Equal(orders.Changes, _images.Count); // nothing twice, over both runs
        Assert.Equal(Texts(scan), Texts(_images.Items));
        Assert.Equal(scan.Select(DescribeAsOrder).Order(StringComparer.Ordinal), _book.Orders.Values.Select(Describe).Order(StringComparer.Ordinal));
        Assert.Equal(scan.Select(DescribeAsRow).Order(StringComparer.Ordinal), Rows());
        Assert.False(File.Exists(Path.Combine(_folder, "dead.jsonl")) && new FileInfo(Path.Combine(_folder, "dead.jsonl")).Length > 0, "There are dead letters.");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<IHost> StartAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(_book);
        builder.Services.AddTypedCdc(cdc => cdc
            .FromKinesis($"{kinesis.Endpoint}{Stream}", o =>
            {
                o.Checkpoints = new FileCheckpointStore(Path.Combine(_folder, "checkpoints.json"));
                o.IdleDelay = TimeSpan.FromMilliseconds(200);
            })
            .DeadLettersToFile(Path.Combine(_folder, "dead.jsonl"))
            .OnUnmapped(UnmappedAttributes.Ignore)
            .Handle<Order, KeepOrders>()
            .To(_images)
            .ToSqlite(Path.Combine(_folder, "orders.db"), tables => tables.Add<OrderRow>()));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task StopAsync(IHost host)
    {
        await host.StopAsync();
        host.Dispose();
    }

    private async Task SettleAsync(OrderWriter orders, StreamsToKinesisPump pump)
    {
        await pump.WaitForAsync(orders.Changes, TimeSpan.FromSeconds(60));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (_images.Count < orders.Changes)
        {
            Assert.False(limit.IsCancellationRequested, $"{_images.Count} of {orders.Changes} changes came out.");
            await Task.Delay(50);
        }
    }

    private static async Task SplitAsync(AwsJsonClient client, string shard)
    {
        var described = (await client.CallAsync("ListShards", new() { ["StreamName"] = Stream }))["Shards"]!.AsArray().Single(listed => (string?)listed!["ShardId"] == shard)!;
        var range = described["HashKeyRange"]!;
        var from = System.Numerics.BigInteger.Parse((string)range["StartingHashKey"]!, CultureInfo.InvariantCulture);
        var to = System.Numerics.BigInteger.Parse((string)range["EndingHashKey"]!, CultureInfo.InvariantCulture);
        await client.CallAsync("SplitShard", new()
        {
            ["StreamName"] = Stream,
            ["ShardToSplit"] = shard,
            ["NewStartingHashKey"] = ((from + to) / 2).ToString(CultureInfo.InvariantCulture),
        });
        await KinesisMock.WaitUntilActiveAsync(client, Stream);
    }

    private List<string> Rows()
    {
        using var connection = new SqliteConnection(Path.Combine(_folder, "orders.db"));
        using var statement = connection.Prepare("SELECT customer, number, note, amount, exact, paid, hex(proof), typeof(exact) FROM order_rows");
        var rows = new List<string>();
        while (statement.Step())
        {
            var row = statement.Row();
            Assert.Equal("text", row[7]); // never a REAL
            rows.Add(string.Join('|', row[..7]));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    private static string DescribeAsRow(JsonObject item) => string.Join('|', new[]
    {
        (string)item["customer"]!["S"]!, (string)item["number"]!["N"]!, (string?)item["note"]?["S"], (string?)item["amount"]?["N"], (string?)item["exact"]?["N"],
        (bool?)item["paid"]?["BOOL"] switch { true => "1", false => "0", null => null },
        Convert.ToHexString(Convert.FromBase64String((string?)item["proof"]?["B"] ?? "")),
    });

    private static string DescribeAsOrder(JsonObject item) => Describe(new()
    {
        Customer = (string)item["customer"]!["S"]!,
        Number = long.Parse((string)item["number"]!["N"]!, CultureInfo.InvariantCulture),
        Note = (string?)item["note"]?["S"],
        Amount = item["amount"] is { } amount ? decimal.Parse((string)amount["N"]!, CultureInfo.InvariantCulture) : null,
        Paid = (bool?)item["paid"]?["BOOL"],
        Proof = Convert.FromBase64String((string?)item["proof"]?["B"] ?? ""),
    });

    private static string Describe(Order order) =>
        string.Create(CultureInfo.InvariantCulture, $"{order.Customer}|{order.Number}|{order.Note}|{order.Amount}|{order.Paid}|{Convert.ToHexString(order.Proof ?? [])}");

    private static IEnumerable<string> Texts(IEnumerable<JsonObject> items) => items.Select(item => Ordered(item).ToJsonString()).Order(StringComparer.Ordinal);

    /// <summary>Names and sets have no order in DynamoDB.</summary>
    private static JsonNode Ordered(JsonNode node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(
            pair.Key,
            pair.Key is "SS" or "NS" or "BS" && pair.Value is JsonArray set
                ? new JsonArray(set.Select(value => (string)value!).Order(StringComparer.Ordinal).Select(value => (JsonNode)value).ToArray())
                : pair.Value is null ? null : (JsonNode?)Ordered(pair.Value)))),
        JsonArray list => new JsonArray(list.Select(value => value is null ? null : Ordered(value)).ToArray()),
        _ => node.DeepClone(),
    };
}
