using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Services;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>The conditional writes of the lease table, the same on DynamoDB and in memory, and the rows as other implementations of the protocol read and write them.</summary>
[Collection(RealServices.Name)]
public sealed class LeaseStoreTests(DynamoDbLocal dynamoDb)
{
    [ServiceTheory(ServiceKind.DynamoDb)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_write_has_the_condition_of_the_protocol(bool isDynamoDb)
    {
        var store = isDynamoDb ? await StoreAsync("leases-conditions") : new InMemoryLeaseStore();
        var lease = new Lease("shardId-000000000007")
        {
            Counter = 41,
            Parents = ["shardId-000000000001", "shardId-000000000002"],
            HashKeys = new HashKeyRange(5, UInt128.MaxValue),
            StreamCreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_764_590_000_123),
            StartAt = DateTimeOffset.FromUnixTimeMilliseconds(1_764_590_000_456),
        };
        Assert.True(await store.CreateAsync(lease, default));
        Assert.False(await store.CreateAsync(lease with { Counter = 0 }, default));
        var row = (await store.ReadAsync(lease.Key, default))!;
        Assert.Equal((41, null, LeaseCheckpoint.TrimHorizon, lease.HashKeys, lease.StreamCreatedAt, lease.StartAt), (row.Counter, row.Owner, row.Checkpoint, row.HashKeys, row.StreamCreatedAt, row.StartAt));
        Assert.Equal(lease.Parents, row.Parents);

        // A take counts the change of the owner, and works for one only.
        var taken = await store.TakeAsync(row, "one", default);
        Assert.Equal((true, "one", 42, 1), (taken.IsDone, taken.Row!.Owner, taken.Row.Counter, taken.Row.OwnerSwitches));
        var late = await store.TakeAsync(row, "two", default);
        Assert.Equal((false, "one", 42), (late.IsDone, late.Row!.Owner, late.Row.Counter));

        // A renewal, and one whose row was seen before it.
        var renewed = await store.RenewAsync(taken.Row, default);
        Assert.Equal((true, 43), (renewed.IsDone, renewed.Row!.Counter));
        Assert.False((await store.RenewAsync(taken.Row, default)).IsDone);

        // A checkpoint; then the end with its children.
        var number = SequenceNumber.Parse("49590338271490256608559692538361571095921575989136588898");
        var until = DateTimeOffset.FromUnixTimeMilliseconds(1_764_590_111_000);
        var stored = await store.CheckpointAsync(renewed.Row, renewed.Row with { Checkpoint = LeaseCheckpoint.After(number), OwnCheckpoint = number, CompleteUntil = until }, default);
        Assert.Equal((true, 44, 0, number, until), (stored.IsDone, stored.Row!.Counter, stored.Row.OwnerSwitches, stored.Row.OwnCheckpoint, stored.Row.CompleteUntil));
        Assert.False((await store.CheckpointAsync(renewed.Row, renewed.Row with { Checkpoint = LeaseCheckpoint.ShardEnd }, default)).IsDone);
        var ended = await store.CheckpointAsync(stored.Row, stored.Row with { Checkpoint = LeaseCheckpoint.ShardEnd, Children = ["shardId-000000000008", "shardId-000000000009"] }, default);
        Assert.Equal((true, LeaseCheckpoint.ShardEnd), (ended.IsDone, ended.Row!.Checkpoint));
        Assert.Equal(["shardId-000000000008", "shardId-000000000009"], ended.Row.Children);

        // An eviction keeps everything but the owner; who does not own it any more cannot repeat it.
        var evicted = await store.EvictAsync(ended.Row, default);
        Assert.Equal((true, null, 46, LeaseCheckpoint.ShardEnd), (evicted.IsDone, evicted.Row!.Owner, evicted.Row.Counter, evicted.Row.Checkpoint));
        Assert.False((await store.EvictAsync(ended.Row, default)).IsDone);
        Assert.Equal([lease.Key], (await store.ListAsync(default)).Leases.Select(one => one.Key));

        // No update creates a row that was deleted.
        Assert.False(await store.DeleteAsync(ended.Row, default));
        Assert.True(await store.DeleteAsync(evicted.Row, default));
        foreach (var write in new[]
        {
            await store.TakeAsync(evicted.Row, "one", default), await store.RenewAsync(evicted.Row, default), await store.CheckpointAsync(evicted.Row, evicted.Row, default), await store.EvictAsync(evicted.Row, default),
        })
            Assert.Equal(new(false, null), write);
        Assert.Empty((await store.ListAsync(default)).Leases);
    }

    [ServiceFact(ServiceKind.DynamoDb)]
    public async Task Row_has_the_names_and_types_of_the_Kinesis_Client_Library()
    {
        var store = await StoreAsync("leases-names");
        await store.CreateAsync(new("shardId-000000000003") { Parents = ["shardId-000000000000"], HashKeys = new HashKeyRange(0, 9) }, default);
        Assert.Equal(
            """{"checkpoint":{"S":"TRIM_HORIZON"},"checkpointSubSequenceNumber":{"N":"0"},"endingHashKey":{"S":"9"},"leaseCounter":{"N":"0"},"leaseKey":{"S":"shardId-000000000003"},"ownerSwitchesSinceCheckpoint":{"N":"0"},"parentShardId":{"SS":["shardId-000000000000"]},"startingHashKey":{"S":"0"}}""",
            await ItemAsync("leases-names", "shardId-000000000003"));
        var taken = await store.TakeAsync((await store.ReadAsync("shardId-000000000003", default))!, "worker", default);
        await store.CheckpointAsync(taken.Row!, taken.Row! with { Checkpoint = LeaseCheckpoint.ShardEnd, Children = ["a", "b"] }, default);
        Assert.Equal(
            """{"checkpoint":{"S":"SHARD_END"},"checkpointSubSequenceNumber":{"N":"0"},"childShardIds":{"SS":["a","b"]},"endingHashKey":{"S":"9"},"leaseCounter":{"N":"2"},"leaseKey":{"S":"shardId-000000000003"},"leaseOwner":{"S":"worker"},"ownerSwitchesSinceCheckpoint":{"N":"0"},"parentShardId":{"SS":["shardId-000000000000"]},"startingHashKey":{"S":"0"}}""",
            await ItemAsync("leases-names", "shardId-000000000003"));
    }

    [ServiceFact(ServiceKind.DynamoDb)]
    public async Task Rows_of_other_workers_are_read_and_rows_that_are_no_leases_stay_untouched()
    {
        var store = await StoreAsync("leases-foreign");
        await PutAsync("leases-foreign", """{"leaseKey":{"S":"shardId-000000000000"},"leaseOwner":{"S":"java"},"leaseCounter":{"N":"812"},"checkpoint":{"S":"49590338271490256608559692538361571095921575989136588898"},"checkpointSubSequenceNumber":{"N":"3"},"ownerSwitchesSinceCheckpoint":{"N":"1"},"pendingCheckpoint":{"S":"TRIM_HORIZON"},"pendingCheckpointState":{"B":"AA=="},"entityType":{"S":"LEASE"},"throughputKBps":{"N":"1.5"},"unknown":{"S":"kept"}}""");
        await PutAsync("leases-foreign", """{"leaseKey":{"S":"worker-a"},"entityType":{"S":"WORKER_METRIC_STATS"},"lut":{"N":"1764590000"},"sup":{"N":"1"}}""");
        await PutAsync("leases-foreign", """{"leaseKey":{"S":"stream-x"},"entityType":{"S":"STREAM"},"leaseCounter":{"N":"1"},"checkpoint":{"S":"LATEST"}}""");
        var table = await store.ListAsync(default);
        var row = Assert.Single(table.Leases);
        Assert.Null(table.Refusal);
        Assert.Equal(("java", 812, 3), (row.Owner, row.Counter, row.CheckpointSubSequenceNumber));
        var number = row.Checkpoint.Number;
        var stored = await store.CheckpointAsync(row, row with { Checkpoint = LeaseCheckpoint.After(number), OwnCheckpoint = number }, default);
        Assert.True(stored.IsDone);
        var item = JsonNode.Parse(await ItemAsync("leases-foreign", row.Key))!;
        Assert.Equal(("kept", "0"), ((string?)item["unknown"]!["S"], (string?)item["checkpointSubSequenceNumber"]!["N"]));
        Assert.Null(item["pendingCheckpoint"]);
        Assert.Null(item["pendingCheckpointState"]);

        // A pending hand-off refuses the renewal of who has not seen it.
        await PutAsync("leases-foreign", """{"leaseKey":{"S":"shardId-000000000001"},"leaseOwner":{"S":"next"},"checkpointOwner":{"S":"me"},"leaseCounter":{"N":"5"},"checkpoint":{"S":"LATEST"}}""");
        var refused = await store.RenewAsync(new("shardId-000000000001") { Owner = "me", Counter = 5 }, default);
        Assert.Equal((false, "me", "next"), (refused.IsDone, refused.Row!.CheckpointOwner, refused.Row.Owner));
    }

    [ServiceTheory(ServiceKind.DynamoDb)]
    [InlineData("""{"leaseKey":{"S":"Leader"},"entityType":{"S":"LEADER"}}""", null, true)]
    [InlineData(null, """{"key":{"S":"Leader"},"ownerName":{"S":"java"}}""", true)]
    [InlineData(null, """{"key":{"S":"Migration3.0"},"cv":{"S":"CLIENT_VERSION_3X"}}""", true)]
    [InlineData(null, """{"key":{"S":"Migration3.0"},"cv":{"S":"CLIENT_VERSION_2X"}}""", false)]
    [InlineData(null, """{"key":{"S":"Migration3.0"},"cv":{"S":"CLIENT_VERSION_UPGRADE_FROM_2X"}}""", false)]
    [InlineData(null, """{"key":{"S":"Migration3.0"}}""", true)]
    public async Task Table_of_a_native_fleet_is_recognized(string? row, string? coordinatorItem, bool isRefused)
    {
        var table = "leases-mode-" + Guid.NewGuid().ToString("N")[..8];
        var store = await StoreAsync(table);
        if (row is not null)
            await PutAsync(table, row);
        if (coordinatorItem is not null)
        {
            using var tables = dynamoDb.Tables;
            await tables.CallAsync("CreateTable", JsonNode.Parse($$"""
                {"TableName":"{{table}}-CoordinatorState","AttributeDefinitions":[{"AttributeName":"key","AttributeType":"S"}],"KeySchema":[{"AttributeName":"key","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}
                """)!.AsObject());
            await PutAsync(table + "-CoordinatorState", coordinatorItem);
        }

        Assert.Equal(isRefused, (await store.ListAsync(default)).Refusal is not null);
    }

    private async Task<ILeaseStore> StoreAsync(string table)
    {
        await dynamoDb.EnsureStartedAsync();
        var store = new DynamoDbLeaseStore(
            new AmazonDynamoDBClient(new BasicAWSCredentials("test", "test"), new AmazonDynamoDBConfig { ServiceURL = dynamoDb.Endpoint.ToString(), AuthenticationRegion = "us-east-1" }), table, TimeProvider.System);
        await store.EnsureAsync(default);
        await store.EnsureAsync(default);
        return store;
    }

    private async Task PutAsync(string table, string item)
    {
        using var tables = dynamoDb.Tables;
        await tables.CallAsync("PutItem", new() { ["TableName"] = table, ["Item"] = JsonNode.Parse(item) });
    }

    private async Task<string> ItemAsync(string table, string key)
    {
        using var tables = dynamoDb.Tables;
        var answer = await tables.CallAsync("GetItem", new() { ["TableName"] = table, ["ConsistentRead"] = true, ["Key"] = new JsonObject { ["leaseKey"] = new JsonObject { ["S"] = key } } });
        return new JsonObject(answer["Item"]!.AsObject().OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))).ToJsonString();
    }
}
