using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Tests.Api;
using TypedCdc.Kinesis.Tests.Fakes;

namespace TypedCdc.Kinesis.Tests;

/// <summary>The source in a real host, over HTTP: the shell around the worker, with everything that stands behind it.</summary>
public sealed class KinesisSourceTests
{
    [Fact]
    public async Task Record_that_is_not_json_costs_its_neighbours_nothing()
    {
        // Peer bug 1: neighbours delivered ten times each, later ones never, then a silent stop.
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using var reading = new ReadingHost(server);
        var shard = server.Stream.Shards[0];
        for (var id = 0; id < 20; id++)
            server.Stream.Put(shard, id == 7 ? "this is not JSON"u8.ToArray() : ReadingHost.Insert(id, 1));
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count == 19);
        server.Stream.Put(shard, ReadingHost.Insert(20, 1));
        await ReadingHost.Until(() => reading.Written.Count == 20);
        await ReadingHost.StopAsync(host);
        Assert.Equal(Enumerable.Range(0, 21).Where(id => id != 7).Select(Key), reading.Written.Select(record => record.Text));
        Assert.Contains("this is not JSON", Assert.Single(reading.DeadLetters.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_go_with_their_reading_which_knows_the_stored_checkpoint()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using var reading = new ReadingHost(server);
        for (var id = 0; id < 3; id++)
            server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(id, 1));
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count == 3 && reading.Leases[0].Checkpoint is not null);
        await ReadingHost.StopAsync(host);
        var first = Assert.Single(reading.Leases);
        Assert.Equal((null, null), (first.Token, first.Start));

        server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(3, 1));
        host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count == 4);
        await ReadingHost.StopAsync(host);
        var second = Assert.Single(reading.Leases, lease => lease != first);
        Assert.Equal(first.Key, second.Key);
        Assert.Equal(first.Checkpoint, second.Start);
        Assert.True(second.Checkpoint > second.Start);
        Assert.EndsWith("/" + server.Stream.Shards[0].Id, first.Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aggregated_records_are_delivered_one_by_one()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using var reading = new ReadingHost(server);
        server.Stream.Put(server.Stream.Shards[0], AggregatedRecordTests.Aggregate([.. Enumerable.Range(0, 9).Select(id => Encoding.UTF8.GetString(ReadingHost.Insert(id, 1)))]));
        server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(9, 1));
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count == 10);
        await ReadingHost.StopAsync(host);
        Assert.Equal(Enumerable.Range(0, 10).Select(Key), reading.Written.Select(record => record.Text));
    }

    [Fact]
    public async Task Stop_under_load_drains_and_the_next_run_repeats_nothing()
    {
        // Peer bug 16.
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 3);
        using var reading = new ReadingHost(server);
        var put = 0;
        using var stopPutting = new CancellationTokenSource();
        var putting = Task.Run(async () =>
        {
            while (!stopPutting.IsCancellationRequested)
            {
                for (var count = 0; count < 20; count++)
                {
                    server.Stream.Put(server.Stream.Shards[put % 3], ReadingHost.Insert(put, 1));
                    put++;
                }

                await Task.Delay(5);
            }
        });
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count > 200);
        await ReadingHost.StopAsync(host);
        Assert.NotEmpty(reading.Written);
        await stopPutting.CancelAsync();
        await putting;

        host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count >= put);
        await ReadingHost.StopAsync(host);
        Assert.Equal(Enumerable.Range(0, put).Select(Key).Order(StringComparer.Ordinal), reading.Written.Select(record => record.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Reshards_throttling_and_faults_lose_nothing_and_children_wait_for_their_parents()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 2);
        using var reading = new ReadingHost(server);
        var random = new Random(20260305);
        server.Stream.Fails = (_, _) =>
        {
            lock (random)
                return random.Next(6) == 0 ? random.Next(2) == 0 ? KinesisErrorKind.Throttled : KinesisErrorKind.Transient : null;
        };
        var stream = server.Stream;
        var id = 0;
        Put(stream.Shards[0], 60);
        Put(stream.Shards[1], 10);
        var (left, right) = stream.Split(stream.Shards[0]);
        Put(left, 30);
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count >= 100);
        Put(right, 30);
        var merged = stream.Merge(right, stream.Shards[1]);
        Put(merged, 30);
        await ReadingHost.Until(() => reading.Written.Count >= 160);
        await ReadingHost.StopAsync(host);
        Assert.Equal(160, reading.Written.Count);
        foreach (var shard in stream.Shards)
        {
            foreach (var parent in shard.Parents)
            {
                var last = reading.Written.FindLastIndex(record => record.Shard == parent.Id);
                var first = reading.Written.FindIndex(record => record.Shard == shard.Id);
                Assert.True(first < 0 || last < first, $"{shard.Id} before its parent {parent.Id} was done.");
            }
        }

        void Put(FakeShard shard, int count)
        {
            for (var number = 0; number < count; number++)
                stream.Put(shard, ReadingHost.Insert(id++, number));
        }
    }

    [Fact]
    public async Task Sink_that_is_down_keeps_the_checkpoint_where_it_is()
    {
        // Peer bug 13, here: the process dies while the sink is down.
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using var reading = new ReadingHost(server);
        for (var id = 0; id < 50; id++)
            server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(id, 1));
        reading.BeforeWrite = static async token => await Task.Delay(Timeout.Infinite, token);
        var host = reading.Build();
        await host.StartAsync();
        await Task.Delay(500);
        using (var now = new CancellationTokenSource())
        {
            await now.CancelAsync();
            // No time to drain at all: the stop is orderly nevertheless.
            await host.StopAsync(now.Token);
        }

        Assert.Empty(reading.Written);
        reading.BeforeWrite = null;
        var second = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count >= 50);
        Assert.Equal(Key(0), reading.Written[0].Text);
        await ReadingHost.StopAsync(second);
        host.Dispose();
    }

    [Fact]
    public async Task Wrong_stream_ends_the_host_with_an_error_that_names_it()
    {
        await using var server = await FakeKinesisServer.StartAsync("another", shards: 1);
        using var reading = new ReadingHost(server);
        using var host = reading.Build();
        await host.StartAsync();
        var error = await Assert.ThrowsAsync<KinesisException>(() => host.WaitForShutdownAsync());
        Assert.Equal(KinesisErrorKind.NotFound, error.Kind);
    }

    [Fact]
    public async Task Recreated_stream_is_a_data_loss_that_is_said_and_stops()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using var reading = new ReadingHost(server);
        server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(0, 1));
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count == 1);
        await ReadingHost.StopAsync(host);
        await Task.Delay(1100); // creation times are in seconds
        server.Stream.Recreate(1);
        server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(1, 1));
        using (var second = reading.Build())
        {
            await second.StartAsync();
            await Assert.ThrowsAsync<KinesisDataLossException>(() => second.WaitForShutdownAsync());
        }

        Assert.Equal(DataLossReason.Recreated, Assert.Single(reading.Losses).Reason);
        Assert.Contains("DATA LOSS", reading.Log.ToString(), StringComparison.Ordinal);

        reading.Configure = o => o.OnDataLoss = DataLossAction.Skip;
        host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count == 2);
        await ReadingHost.StopAsync(host);
    }

    [Fact]
    public async Task Stream_that_is_recreated_while_it_is_read_is_read_from_its_beginning_when_losses_are_skipped()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using var reading = new ReadingHost(server) { Configure = static o => o.OnDataLoss = DataLossAction.Skip };
        server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(0, 1));
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count == 1);
        await Task.Delay(1100); // creation times are in seconds
        server.Stream.IsDeleted = true;
        await ReadingHost.Until(() => reading.LogText.Contains("was deleted", StringComparison.Ordinal));
        server.Stream.Recreate(2);
        server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(1, 1));
        server.Stream.Put(server.Stream.Shards[1], ReadingHost.Insert(2, 1));
        await ReadingHost.Until(() => reading.Written.Count == 3);
        await ReadingHost.StopAsync(host);
        Assert.Equal(DataLossReason.Recreated, Assert.Single(reading.Losses).Reason);
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_with_their_name()
    {
        foreach (var (option, set) in new (string, Action<KinesisSourceOptions>)[]
        {
            (nameof(KinesisSourceOptions.IdleDelay), o => o.IdleDelay = TimeSpan.FromMilliseconds(1)),
            (nameof(KinesisSourceOptions.PrefetchBytes), o => o.PrefetchBytes = 1),
            (nameof(KinesisSourceOptions.CheckpointInterval), o => o.CheckpointInterval = TimeSpan.Zero),
            (nameof(KinesisSourceOptions.ShardListInterval), o => o.ShardListInterval = TimeSpan.FromDays(1)),
            (nameof(KinesisSourceOptions.RequestTimeout), o => o.RequestTimeout = TimeSpan.FromMinutes(5)),
            (nameof(KinesisSourceOptions.OnDataLoss), o => o.OnDataLoss = (DataLossAction)7),
        })
        {
            var options = new KinesisSourceOptions();
            options.Validate();
            set(options);
            Assert.Contains(option, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
        }
    }

    private static string Key(int id) => string.Create(CultureInfo.InvariantCulture, $$$"""{"id":{"N":"{{{id}}}"}}""");
}
