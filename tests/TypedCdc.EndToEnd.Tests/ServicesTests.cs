using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using TypedCdc.Services;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>The services that all suites stand on: each starts, works, and is gone when its fixture is.</summary>
[Collection(RealServices.Name)]
public sealed class ServicesTests(KinesisMock kinesis, DynamoDbLocal dynamoDb, PostgreSql postgres)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSql_takes_connections()
    {
        await postgres.EnsureStartedAsync();
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand("SELECT 6 * 7");
        Assert.Equal(42, await command.ExecuteScalarAsync());
    }

    [ServiceFact(ServiceKind.Kinesis)]
    public async Task Kinesis_returns_what_was_put()
    {
        await kinesis.CreateStreamAsync("services-kinesis", shards: 2);
        using var client = kinesis.Client;
        var put = await client.CallAsync("PutRecord", new() { ["StreamName"] = "services-kinesis", ["Data"] = "e30=", ["PartitionKey"] = "a" });
        var records = await ReadAsync(client, "services-kinesis");
        Assert.Equal((string?)put["SequenceNumber"], (string?)Assert.Single(records)["SequenceNumber"]);
    }

    [ServiceFact(ServiceKind.Kinesis, ServiceKind.DynamoDb)]
    public async Task The_pump_writes_records_of_the_wire_contract()
    {
        await dynamoDb.EnsureStartedAsync();
        await kinesis.CreateStreamAsync("services-pump", shards: 1);
        using var tables = dynamoDb.Tables;
        await tables.CallAsync("CreateTable", JsonNode.Parse("""
            {"TableName":"pumped","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
             "BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}
            """)!.AsObject());
        await using var pump = new StreamsToKinesisPump(dynamoDb, "pumped", kinesis, "services-pump", microseconds: true);
        await tables.CallAsync("PutItem", JsonNode.Parse("""{"TableName":"pumped","Item":{"id":{"N":"1"},"n":{"N":"12345678901234567890123456789012345678"}}}""")!.AsObject());
        await tables.CallAsync("DeleteItem", JsonNode.Parse("""{"TableName":"pumped","Key":{"id":{"N":"1"}}}""")!.AsObject());
        await pump.WaitForAsync(2, TimeSpan.FromSeconds(60));

        using var client = kinesis.Client;
        var changes = (await ReadAsync(client, "services-pump")).Select(record => JsonNode.Parse(Convert.FromBase64String((string)record["Data"]!))!).ToList();
        Assert.Equal(["INSERT", "REMOVE"], changes.Select(change => (string)change["eventName"]!));
        var insert = changes[0];
        Assert.Equal("pumped", (string?)insert["tableName"]);
        Assert.Equal("aws:dynamodb", (string?)insert["eventSource"]);
        Assert.True(Guid.TryParseExact((string?)insert["eventID"], "D", out _));
        Assert.Equal("MICROSECOND", (string?)insert["dynamodb"]!["ApproximateCreationDateTimePrecision"]);
        // DynamoDB Local cuts to the minute; the unit must still be µs.
        var written = DateTimeOffset.UnixEpoch.AddMicroseconds((long)insert["dynamodb"]!["ApproximateCreationDateTime"]!);
        Assert.InRange(DateTimeOffset.UtcNow - written, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(5));
        Assert.Equal("""{"id":{"N":"1"}}""", insert["dynamodb"]!["Keys"]!.ToJsonString());
        Assert.Equal("12345678901234567890123456789012345678", (string?)insert["dynamodb"]!["NewImage"]!["n"]!["N"]);
        Assert.Null(insert["dynamodb"]!["OldImage"]);
        Assert.Null(insert["dynamodb"]!["SequenceNumber"]);
        Assert.Null(changes[1]["dynamodb"]!["NewImage"]);
        Assert.NotNull(changes[1]["dynamodb"]!["OldImage"]);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_stopped_service_leaves_nothing_behind()
    {
        var own = new PostgreSql();
        await own.EnsureStartedAsync();
        var connection = new NpgsqlConnectionStringBuilder(own.ConnectionString);
        await own.StopAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => socket.ConnectAsync("127.0.0.1", connection.Port));
    }

    [Fact]
    public async Task A_service_ends_when_its_starter_is_killed()
    {
        // The starter: a shell that holds the other end of the pipe, and is killed so that it can tidy up nothing.
        var folder = Directory.CreateTempSubdirectory("typedcdc-supervised-").FullName;
        var supervise = Path.Combine(AppContext.BaseDirectory, "supervise.sh");
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"sleep 1000 | /bin/sh '{supervise}' TERM '{folder}' /bin/sh -c 'echo $$; exec sleep 1000' & echo started; wait");
        using var starter = Process.Start(start)!;
        // The starter's word and the service's id, whichever of the two processes is first.
        string?[] said = [await starter.StandardOutput.ReadLineAsync(), await starter.StandardOutput.ReadLineAsync()];
        Assert.Contains("started", said);
        var service = Process.GetProcessById(int.Parse(said.Single(static line => line != "started")!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.False(service.HasExited);
        foreach (var holder in ChildrenOf(starter.Id).Where(child => child.ProcessName == "sleep"))
            holder.Kill();
        starter.Kill();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Directory.Exists(folder))
            await Task.Delay(50, limit.Token);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(service.Id));
    }

    private static IEnumerable<Process> ChildrenOf(int parent) =>
        Process.GetProcesses().Where(process =>
        {
            try
            {
                // The fields after the name in parentheses: state, parent, …
                var fields = File.ReadAllText($"/proc/{process.Id}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return fields[1] == parent.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                return false;
            }
        }).ToList();

    private static async Task<List<JsonNode>> ReadAsync(AwsJsonClient client, string stream)
    {
        var records = new List<JsonNode>();
        foreach (var shard in (await client.CallAsync("ListShards", new() { ["StreamName"] = stream }))["Shards"]!.AsArray())
        {
            var iterator = await client.CallAsync(
                "GetShardIterator", new() { ["StreamName"] = stream, ["ShardId"] = (string)shard!["ShardId"]!, ["ShardIteratorType"] = "TRIM_HORIZON" });
            records.AddRange((await client.CallAsync("GetRecords", new() { ["ShardIterator"] = (string)iterator["ShardIterator"]! }))["Records"]!.AsArray()!);
        }

        return records;
    }
}
