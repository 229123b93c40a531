using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Checkpoints;
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

        Assert.Equal(["checkpoints.json", "checkpoints.json.lock"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var again = new FileCheckpointStore(path);
        Assert.Equal(huge, await again.ReadAsync("app", Shard, default));
        Assert.Equal(new SequenceNumber(1), await again.ReadAsync("app", Shard with { Shard = "shardId-000000000001" }, default));
        Assert.Equal(new SequenceNumber(3), await again.ReadAsync("other", Shard, default));
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
        const int Count = 2_000;
        var journal = new Journal();
        using var files = new TestHost(null!);
        using var store = new FileCheckpointStore(Path.Combine(files.Directory, "checkpoints.json"));
        var lines = Enumerable.Range(0, Count).Select(user => Events.Insert(user, "a")).ToArray();
        var file = files.File1(string.Join('\n', lines));

        // Stopped in the middle, under load: the handler waits there until the stop has begun, and the rest of the file finds no room.
        var reached = new TaskCompletionSource();
        var stopping = new TaskCompletionSource();
        journal.Before = async (change, _) =>
        {
            if (change is Inserted<Customer> { After.UserId: 1_000 })
            {
                reached.SetResult();
                await stopping.Task;
            }
        };
        using (var first = Host())
        {
            using var host = first.Build();
            await host.StartAsync();
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
            var stop = host.StopAsync();
            stopping.SetResult();
            await stop;
        }

        var delivered = journal.Entries.Count;
        Assert.Equal(delivered, journal.Entries.Distinct().Count());
        Assert.InRange(delivered, 1_000, Count - 1);

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
            cdc => cdc.Configure(o => o.MaximumInFlightRecords = 100).FromFiles(Path.Combine(files.Directory, "*.jsonl"), o => o.Checkpoints = store).Handle<Customer, RecordingHandler>(),
            builder => builder.Services.AddSingleton(journal));
    }

    [Fact]
    public async Task Those_who_write_at_once_are_flushed_together_and_each_finds_its_checkpoint()
    {
        using var files = new TestHost(null!);
        var path = Path.Combine(files.Directory, "checkpoints.json");
        using var store = new FileCheckpointStore(path);
        const int Shards = 200;
        await Task.WhenAll(Enumerable.Range(1, Shards).Select(shard => Task.Run(async () =>
        {
            await store.WriteAsync("app", Shard with { Shard = $"{shard}" }, new((UInt128)shard), default);
            using var other = new FileCheckpointStore(path);
            Assert.Equal(new SequenceNumber((UInt128)shard), await other.ReadAsync("app", Shard with { Shard = $"{shard}" }, default));
        })));
        Assert.InRange(store.Saves, 1, Shards);
    }

    [Fact]
    public async Task Writers_that_wait_share_one_flush()
    {
        using var files = new TestHost(null!);
        using var store = new FileCheckpointStore(Path.Combine(files.Directory, "checkpoints.json"));
        await store.Gate.WaitAsync();
        var writes = Enumerable.Range(1, 50).Select(shard => store.WriteAsync("app", Shard with { Shard = $"{shard}" }, new(7), default).AsTask()).ToArray();
        store.Gate.Release();
        await Task.WhenAll(writes);

        Assert.Equal(1, store.Saves);
        Assert.Equal(new SequenceNumber(7), await store.ReadAsync("app", Shard with { Shard = "50" }, default));
    }

    [Fact]
    public async Task A_write_that_fails_fails_for_all_who_are_in_it_and_is_not_remembered()
    {
        using var files = new TestHost(null!);
        var path = Path.Combine(files.Directory, "folder", "checkpoints.json");
        using var store = new FileCheckpointStore(path);
        await store.WriteAsync("app", Shard, new(1), default);
        Directory.CreateDirectory(path + ".new"); // in the way
        var writes = Enumerable.Range(2, 20).Select(number => store.WriteAsync("app", Shard, new((UInt128)number), default).AsTask()).ToArray();
        foreach (var write in writes)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => write);
        }

        Assert.Equal(new SequenceNumber(1), await store.ReadAsync("app", Shard, default));
        Directory.Delete(path + ".new");
        await store.WriteAsync("app", Shard, new(30), default);
        Assert.Equal(new SequenceNumber(30), await store.ReadAsync("app", Shard, default));
    }

    [Fact]
    public async Task A_second_process_is_refused_by_an_error_that_names_the_first()
    {
        using var files = new TestHost(null!);
        var path = Path.Combine(files.Directory, "checkpoints.json");

        // As another process holds it: the lock is the operating system's.
        using (new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            await File.WriteAllTextAsync(path + ".owner", "process 4711 on here");
            using var store = new FileCheckpointStore(path);
            var refused = await Assert.ThrowsAsync<CdcConfigurationException>(async () => await store.ReadAsync("a", new("s", "0"), default));
            Assert.Contains($"'{path}' is in use by process 4711 on here", refused.Message, StringComparison.Ordinal);
            using var letters = new TypedCdc.DeadLetters.JsonLinesDeadLetterStore(path);
            await Assert.ThrowsAsync<CdcConfigurationException>(async () => await letters.StartAsync(default));
        }

        // A process that ended, in whatever way, holds nothing; and the stores of one process share the lock.
        using var first = new FileCheckpointStore(path);
        using var second = new FileCheckpointStore(path);
        await first.WriteAsync("a", new("s", "0"), new(1), default);
        Assert.Equal(new SequenceNumber(1), await second.ReadAsync("a", new("s", "0"), default));
    }
}
