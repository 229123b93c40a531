using System.Globalization;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Sources;
using Xunit.Abstractions;

namespace TypedCdc.Kinesis.Tests.Api;

/// <summary>
/// Damaged answers of every operation: never an end of a shard, never an unhandled exception, never the end of the host, and nothing lost. Another seed: TYPEDCDC_FUZZ_SEED.
/// </summary>
public sealed class AnswerFuzzTests(ITestOutputHelper output)
{
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("TYPEDCDC_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20_261_201;

    public static TheoryData<string, string> Answers => new()
    {
        { "DescribeStreamSummary", """{"StreamDescriptionSummary":{"StreamName":"wire","StreamStatus":"ACTIVE","StreamCreationTimestamp":1764590000.5,"RetentionPeriodHours":24,"OpenShardCount":2,"EnhancedMonitoring":[{"ShardLevelMetrics":[]}]}}""" },
        { "ListShards", """{"Shards":[{"ShardId":"shardId-000000000000","HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"340282366920938463463374607431768211455"},"SequenceNumberRange":{"StartingSequenceNumber":"1","EndingSequenceNumber":"9223372036854775807"}},{"ShardId":"shardId-000000000001","ParentShardId":"shardId-000000000000","AdjacentParentShardId":"shardId-000000000009","SequenceNumberRange":{"StartingSequenceNumber":"2"}}],"NextToken":"AAA"}""" },
        { "GetShardIterator", """{"ShardIterator":"AAAAAAAAAAE"}""" },
        { "GetRecords", """{"Records":[{"SequenceNumber":"1","ApproximateArrivalTimestamp":1.763690400123E9,"Data":"e30=","PartitionKey":"a"},{"SequenceNumber":"2","ApproximateArrivalTimestamp":1763690401,"Data":"e30=","PartitionKey":"b","EncryptionType":"KMS"}],"NextShardIterator":"AAAAAAAAAAE","MillisBehindLatest":0,"ChildShards":[]}""" },
        { "GetRecords", """{"Records":[],"NextShardIterator":"AAAAAAAAAAE","MillisBehindLatest":3000}""" },
        { "PutRecords", """{"FailedRecordCount":1,"EncryptionType":"KMS","Records":[{"SequenceNumber":"1","ShardId":"shardId-000000000000"},{"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded"},{"SequenceNumber":"2","ShardId":"shardId-000000000000"}]}""" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Damaged_answer_is_unreadable_and_names_its_operation(string operation, string valid)
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var text = "";
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        server.Intercept = (_, _) => Results.Text(text, "application/x-amz-json-1.1");
        using var transport = new AwsJsonTransport(
            server.Endpoint, "kinesis", "Kinesis_20131202", new BasicAWSCredentials("a", "b"), Amazon.RegionEndpoint.USEast1, TimeSpan.FromSeconds(30));
        var api = new KinesisHttpApi(transport);
        var unreadable = 0;
        for (var iteration = 0; iteration < 500; iteration++)
        {
            text = AnswerMutator.Mutate(valid, random);
            try
            {
                await CallAsync(api, operation);
            }
            catch (KinesisException exception) when (exception.Kind == KinesisErrorKind.Transient)
            {
                Assert.Equal("UnreadableAnswer", exception.Code);
                Assert.StartsWith(operation + ": ", exception.Message, StringComparison.Ordinal);
                unreadable++;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {Seed}, iteration {iteration}: {text}", exception);
            }
        }

        Assert.True(unreadable > 100, $"Only {unreadable} were unreadable.");
    }

    private static async Task CallAsync(KinesisHttpApi api, string operation)
    {
        switch (operation)
        {
            case "DescribeStreamSummary":
                Assert.Equal(new KinesisStreamSummary(DateTimeOffset.UnixEpoch.AddSeconds(1764590000.5), TimeSpan.FromHours(24)), await api.DescribeStreamAsync("wire", default));
                break;
            case "ListShards":
                var page = await api.ListShardsAsync("wire", null, default);
                Assert.Equal(["shardId-000000000000", "shardId-000000000001"], page.Shards.Select(shard => shard.ShardId));
                Assert.True(page.Shards[1].IsOpen);
                break;
            case "GetShardIterator":
                Assert.Equal("AAAAAAAAAAE", await api.GetShardIteratorAsync("wire", "s", ShardPosition.TrimHorizon, default));
                break;
            case "GetRecords":
                using (var batch = new RecordBatch(new("wire", "s")))
                {
                    var answer = await api.GetRecordsAsync("x", 10, new(batch), default);
                    Assert.False(answer.HasChildShards);
                }

                break;
            default:
                var codes = await api.PutRecordsAsync("wire", [new("a", default), new("b", default), new("c", default)], default);
                Assert.Equal([null, "ProvisionedThroughputExceededException", null], codes);
                break;
        }
    }

    [Fact]
    public async Task Host_that_gets_damaged_answers_loses_nothing_and_goes_on()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 2);
        using var reading = new ReadingHost(server);
        var operations = new HashSet<string>(StringComparer.Ordinal);
        var damaged = 0;
        server.Stream.ReadsPerSecond = 100;
        server.Mutate = (operation, answer) =>
        {
            lock (random)
            {
                operations.Add(operation);
                if (damaged >= 90 || random.Next(3) == 0)
                    return answer;
                damaged++;
                return AnswerMutator.Mutate(answer, random);
            }
        };
        for (var id = 0; id < 300; id++)
            server.Stream.Put(server.Stream.Shards[id % 2], ReadingHost.Insert(id, 1));
        var host = await reading.StartAsync();
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        for (var id = 300; id < 342; id++)
        {
            server.Stream.Put(server.Stream.Shards[id % 2], ReadingHost.Insert(id, 1));
            await Task.Delay(50);
        }

        await ReadingHost.Until(() => stopping.IsCancellationRequested || (damaged >= 60 && reading.Written.Count >= 342));
        Assert.False(stopping.IsCancellationRequested, reading.LogText);
        server.Mutate = null;
        server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(342, 1));
        await ReadingHost.Until(() => reading.Written.Count >= 343);
        await ReadingHost.StopAsync(host);
        Assert.Equal(343, reading.Written.Select(record => record.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(["DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"], operations.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("was read to its end", reading.LogText, StringComparison.Ordinal);
        var checkpoints = JsonNode.Parse(await File.ReadAllTextAsync(reading.CheckpointFile))!.AsObject();
        Assert.DoesNotContain(checkpoints, entry => entry.Key.Contains("complete-until", StringComparison.Ordinal) && ((string)entry.Value!).StartsWith("253", StringComparison.Ordinal));
        Assert.Empty(reading.Losses);
    }
}
