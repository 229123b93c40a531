using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Checkpoints;

public class FileCheckpointStoreTests
{
    private static readonly ShardId Shard = new("stream", "shardId-000000000000");

    [Fact]
    public async Task Checkpoints_outlive_the_store_and_are_kept_apart()
    {
        using var files = new TestHost(null!);
        var path = Path.Combine(files.Directory, "deep", "checkpoints.json");
        var huge = SequenceNumber.Parse(new string('9', 129));
        using (var store = new FileCheckpointStore(path))
        {
            Assert.Null(await store.ReadAsync("app", Shard, default));
            await store.WriteAsync("app", Shard, huge, default);
            await store.WriteAsync("app", Shard with { Shard = "shardId-000000000001" }, new(1), default);
            await store.WriteAsync("other", Shard, new(2), default);
            await store.WriteAsync("other", Shard, new(3), default);
        }

        using var again = new FileCheckpointStore(path);
        Assert.Equal(huge, await again.ReadAsync("app", Shard, default));
        Assert.Equal(new SequenceNumber(1), await again.ReadAsync("app", Shard with { Shard = "shardId-000000000001" }, default));
        Assert.Equal(new SequenceNumber(3), await again.ReadAsync("other", Shard, default));
        Assert.Equal(["checkpoints.json"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"app|stream|shard\":\"12x\"}")]
    [InlineData("{\"app|stream|shard\":12}")]
    [InlineData("[]")]
    [InlineData("{\"app|str")]
    public async Task A_damaged_file_is_an_error_and_not_a_fresh_start(string content)
    {
        using var files = new TestHost(null!);
        using var store = new FileCheckpointStore(files.File1(content, "checkpoints.json"));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => store.ReadAsync("app", Shard, default).AsTask());
        Assert.Contains("delete it to read from the beginning", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_delivers_nothing_that_was_acknowledged_and_goes_on_behind_it()
    {
        const int Count = 50_000;
        var journal = new Journal();
        using var files = new TestHost(null!);
        using var store = new FileCheckpointStore(Path.Combine(files.Directory, "checkpoints.json"));
        var lines = Enumerable.Range(0, Count).Select(user => Events.Insert(user, "a")).ToArray();
        var file = files.File1(string.Join('\n', lines));

        // Stopped in the middle, under load: long before that many are delivered.
        using (var first = Host())
        {
            using var host = first.Build();
            await host.StartAsync();
            await DeliveryTests.Until(() => journal.Entries.Count > 100);
            await host.StopAsync();
        }

        var delivered = journal.Entries.Count;
        Assert.Equal(delivered, journal.Entries.Distinct().Count());
        Assert.InRange(delivered, 101, Count - 1);

        // Another file has come before this one, and takes its rank.
        files.File1(Events.Insert(Count + 1, "new"), "aaa.jsonl");
        using (var second = Host())
        {
            await second.RunAsync();
        }

        Assert.Equal(Count + 1, journal.Entries.Count);
        Assert.Equal(Count + 1, journal.Entries.Distinct().Count());

        using var third = Host();
        await third.RunAsync();
        Assert.Equal(Count + 1, journal.Entries.Count);

        TestHost Host() => new(
            cdc => cdc.FromFiles(Path.Combine(files.Directory, "*.jsonl"), o => o.Checkpoints = store).Handle<Customer, RecordingHandler>(),
            builder => builder.Services.AddSingleton(journal));
    }
}
