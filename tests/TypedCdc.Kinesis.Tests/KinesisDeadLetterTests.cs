using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Changes;
using TypedCdc.Checkpoints;
using TypedCdc.DeadLetters;
using TypedCdc.Delivery;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.DeadLetters;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Observability;

namespace TypedCdc.Kinesis.Tests;

/// <summary>Dead letters on a stream: over the service's HTTP API, through a whole host where that matters.</summary>
public sealed class KinesisDeadLetterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("typedcdc-dead-").FullName;

    [Fact]
    public async Task A_letter_comes_out_as_it_went_in_and_the_letters_of_a_shard_stay_together()
    {
        await using var server = await FakeKinesisServer.StartAsync("dead", shards: 4);
        await using var store = Store(server);
        await store.StartAsync(default);
        byte[] any = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        var letters = Enumerable.Range(0, 40).Select(number => Letter(number, number % 2 == 0 ? any : "text"u8.ToArray())).ToArray();
        await store.StoreAsync(letters, default);
        await store.StoreAsync([], default);
        var shard = Assert.Single(server.Stream.Shards, shard => shard.Records.Count > 0);
        var read = shard.Records.Select(record => DeadLetterJson.Read(record.Data)).ToArray();
        Assert.Equal(letters.Select(letter => letter with { Payload = default }), read.Select(letter => letter with { Payload = default }));
        Assert.Equal(letters.Select(letter => letter.Payload.ToArray()), read.Select(letter => letter.Payload.ToArray()));
    }

    [Fact]
    public async Task What_the_service_did_not_store_is_put_again_alone_and_in_order()
    {
        await using var server = await FakeKinesisServer.StartAsync("dead", shards: 1);
        await using var store = Store(server);
        var sizes = new List<int>();
        server.RefusesPut = (request, index) =>
        {
            if (index == 0)
            {
                sizes.Add(request);
            }

            return sizes.Count < 3 && index % 3 == 1 ? "ProvisionedThroughputExceededException" : null;
        };
        await store.StoreAsync([.. Enumerable.Range(0, 9).Select(number => Letter(number, [1]))], default);
        Assert.Equal([9, 3, 1], sizes);
        Assert.Equal(
            [0, 2, 3, 5, 6, 8, 1, 7, 4],
            server.Stream.Shards[0].Records.Select(record => int.Parse(DeadLetterJson.Read(record.Data).EventId, CultureInfo.InvariantCulture)));

        server.RefusesPut = static (_, _) => "InternalFailure";
        var error = await Assert.ThrowsAsync<KinesisException>(async () => await store.StoreAsync([Letter(1, [1])], default));
        Assert.Contains("InternalFailure", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("<html>login</html>")]
    public async Task Start_waits_for_an_answer_that_can_be_read(string unreadable)
    {
        await using var server = await FakeKinesisServer.StartAsync("dead", shards: 1);
        await using var store = Store(server);
        var answers = 0;
        server.Mutate = (_, answer) => ++answers <= 2 ? unreadable : answer;
        await store.StartAsync(default);
        Assert.Equal(3, answers);
    }

    [Fact]
    public async Task Requests_keep_the_limits_of_the_service()
    {
        await using var server = await FakeKinesisServer.StartAsync("dead", shards: 1);
        await using var store = Store(server);
        var payload = new byte[600_000];
        new Random(7).NextBytes(payload);
        var requests = new List<int>();
        server.RefusesPut = (request, index) =>
        {
            if (index == 0)
            {
                requests.Add(request);
            }

            return null;
        };
        await store.StoreAsync([.. Enumerable.Range(0, 12).Select(number => Letter(number, payload))], default);
        await store.StoreAsync([.. Enumerable.Range(0, 1_100).Select(number => Letter(number, [1]))], default);
        Assert.Equal([6, 6, 500, 500, 100], requests); // 800 KB each in base64, of 5 MiB; the fake refuses larger requests and records
        Assert.Equal(1_112, server.Stream.Shards[0].Records.Count);
    }

    [Fact]
    public async Task What_is_too_large_is_compressed_and_what_is_still_too_large_goes_to_the_second_store_or_waits()
    {
        await using var server = await FakeKinesisServer.StartAsync("dead", shards: 1);
        var compressible = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"S\":\"text\"},", 100_000)));
        var random = new byte[1_000_000];
        new Random(7).NextBytes(random);
        await using (var alone = Store(server))
        {
            await alone.StoreAsync([Letter(1, compressible)], default);
            Assert.Equal(compressible, DeadLetterJson.Read(Assert.Single(server.Stream.Shards[0].Records).Data).Payload.ToArray());

            var error = await Assert.ThrowsAsync<KinesisException>(async () => await alone.StoreAsync([Letter(2, random), Letter(3, [1])], default));
            Assert.Contains("OversizeTo", error.Message, StringComparison.Ordinal);
            Assert.Contains("stream/shard", error.Message, StringComparison.Ordinal);
        }

        var path = Path.Combine(_folder, "large.jsonl");
        await using var store = Store(server, new JsonLinesDeadLetterStore(path));
        await store.StartAsync(default);
        await store.StoreAsync([Letter(2, random), Letter(3, [1])], default);
        Assert.Equal(random, DeadLetterJson.Read(File.ReadAllBytes(path)).Payload.ToArray());
        Assert.Equal("3", DeadLetterJson.Read(server.Stream.Shards[0].Records[^1].Data).EventId);
    }

    [Fact]
    public async Task While_the_stream_is_down_nothing_passes_and_an_alarm_is_raised()
    {
        await using var server = await FakeKinesisServer.StartAsync("dead", shards: 1);
        var down = true;
        server.Intercept = (_, operation) => operation == "PutRecords" && down ? FakeKinesisServer.Error("ServiceUnavailable", "down", 503) : null;
        var events = Path.Combine(_folder, "events.jsonl");
        await File.WriteAllTextAsync(events, string.Join('\n', Enumerable.Range(1, 20).Select(id => id == 5 ? "not JSON" : Encoding.UTF8.GetString(ReadingHost.Insert(id, 1)))));
        var checkpoints = new FileCheckpointStore(Path.Combine(_folder, "checkpoints.json"));
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "tests", EnvironmentName = "Production" });
        builder.Services.AddTypedCdc(cdc => cdc
            .FromFiles(events, o => o.Checkpoints = checkpoints)
            .Model<Item>()
            .To(new Null())
            .DeadLettersToKinesis(server.Endpoint + "dead?region=us-east-1"));
        using var host = builder.Build();
        var health = host.Services.GetRequiredService<CdcHealth>();
        var running = host.RunAsync();
        await ReadingHost.Until(() => health.Alarms.Any(alarm => alarm is { Subscriber: "(dead letters)", Attempts: >= 2 }));
        Assert.False(running.IsCompleted);
        Assert.True(await checkpoints.ReadAsync("tests", new(events, "0"), default) is not { } checkpoint || checkpoint < new SequenceNumber(1_000_000_000_005), "The checkpoint passed a record that is nowhere.");
        Assert.Empty(server.Stream.Shards[0].Records);

        down = false;
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(health.Alarms);
        Assert.Equal("not JSON", Encoding.UTF8.GetString(DeadLetterJson.Read(Assert.Single(server.Stream.Shards[0].Records).Data).Payload.Span));
        Assert.Equal(new SequenceNumber(1_000_000_000_020), await checkpoints.ReadAsync("tests", new(events, "0"), default));
    }

    [Fact]
    public async Task A_stream_that_is_not_there_ends_the_start_and_a_client_that_cannot_write_says_so()
    {
        await using var server = await FakeKinesisServer.StartAsync("dead", shards: 1);
        await using var store = Store(server, stream: "other");
        var error = await Assert.ThrowsAsync<CdcConfigurationException>(async () => await store.StartAsync(default));
        Assert.Contains("kinesis:PutRecords", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotSupportedException>(() => ((IKinesisApi)new ReadOnly()).PutRecordsAsync("s", [], default));
        Assert.Throws<CdcConfigurationException>(() => new ServiceCollection().AddTypedCdc(cdc => cdc.DeadLettersToKinesis("dead", o => o.MaximumRecordBytes = 1)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static DeadLetter Letter(int number, byte[] payload) => new()
    {
        Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Application = "tests",
        Subscriber = "Greeter",
        TableName = "items",
        Operation = ChangeOperation.Modify,
        EventId = number.ToString(CultureInfo.InvariantCulture),
        Position = new(new("stream", "shard"), new((UInt128)number)),
        Attempts = 5,
        ExceptionType = "System.Exception",
        Message = "m",
        Payload = payload,
    };

    private static KinesisDeadLetterStore Store(FakeKinesisServer server, IDeadLetterStore? oversize = null, string stream = "dead") => new(
        stream,
        () => KinesisApiFactory.Create(StreamAddress.Parse(server.Endpoint + stream + "?region=us-east-1"), new KinesisApiSettings(null, null, null, TimeSpan.FromSeconds(30))),
        new(),
        oversize,
        TimeProvider.System, NullLogger.Instance);

    private sealed class Null : ISink
    {
        public ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken) => default;
    }

    private sealed class ReadOnly : IKinesisApi
    {
        public Task<KinesisStreamSummary> DescribeStreamAsync(string stream, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<KinesisShardPage> ListShardsAsync(string stream, string? nextToken, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> GetShardIteratorAsync(string stream, string shardId, ShardPosition position, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<GetRecordsAnswer> GetRecordsAsync(string shardIterator, int limit, KinesisRecords records, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
