using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Services;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>Dead letters go to a real stream, and are read there by a client that is not the product's.</summary>
[Collection(RealServices.Name)]
public sealed class DeadLettersToKinesisTests(KinesisMock kinesis) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("typedcdc-end-to-end-").FullName;

    [ServiceFact(ServiceKind.Kinesis)]
    public async Task A_record_that_cannot_be_read_and_one_that_a_handler_fails_on_are_on_the_stream()
    {
        const string Stream = "orders-dead";
        await kinesis.CreateStreamAsync(Stream, shards: 2);
        var events = Path.Combine(_folder, "events.jsonl");
        await File.WriteAllLinesAsync(events, [Insert("1"), "not JSON \u0007", Insert("2")]);
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "end-to-end", EnvironmentName = "Production" });
        builder.Services.AddTypedCdc(cdc => cdc
            .FromFiles(events)
            .OnFailure(o => o.MaximumAttempts = 1)
            .Handle<Order, Failing>()
            .DeadLettersToKinesis(kinesis.Endpoint + Stream + "?region=us-east-1"));
        await builder.Build().RunAsync().WaitAsync(TimeSpan.FromSeconds(60));

        var letters = new List<JsonNode>();
        using var client = kinesis.Client;
        foreach (var shard in (await client.CallAsync("ListShards", new() { ["StreamName"] = Stream }))["Shards"]!.AsArray())
        {
            var iterator = await client.CallAsync("GetShardIterator", new() { ["StreamName"] = Stream, ["ShardId"] = (string)shard!["ShardId"]!, ["ShardIteratorType"] = "TRIM_HORIZON" });
            var records = await client.CallAsync("GetRecords", new() { ["ShardIterator"] = (string)iterator["ShardIterator"]! });
            letters.AddRange(records["Records"]!.AsArray().Select(record => JsonNode.Parse(Convert.FromBase64String((string)record!["Data"]!))!));
        }

        Assert.Equal(
            ["(all): not JSON \u0007", "Failing: " + Insert("1"), "Failing: " + Insert("2")],
            letters.Select(letter => $"{letter["subscriber"]}: {letter["payload"]}").Order(StringComparer.Ordinal));
        Assert.All(letters, letter => Assert.Equal("end-to-end", (string?)letter["application"]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Insert(string id) =>
        $$$$"""{"eventName":"INSERT","tableName":"orders","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{{{{Key(id)}}}},"NewImage":{{{{Key(id)}}}}}}""";

    private static string Key(string id) => $$$"""{"customer":{"S":"{{{id}}}"},"number":{"N":"1"}}""";

    private sealed class Failing : ChangeHandler<Order>
    {
        public override ValueTask OnInsertedAsync(Inserted<Order> change, CancellationToken cancellationToken) => throw new InvalidOperationException("A bug.");
    }
}
