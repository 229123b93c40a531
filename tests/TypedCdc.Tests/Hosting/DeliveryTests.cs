using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.DeadLetters;
using TypedCdc.Testing;

namespace TypedCdc.Tests.Hosting;

/// <summary>What the engine promises to sources, in a real host. Outages last hours of virtual time.</summary>
public class DeliveryTests
{
    private readonly Journal _journal = new();
    private readonly RecordingSink _sink = new();
    private readonly TestTimeProvider _clock = new();

    private TestHost Host(Action<CdcBuilder> configure) => new(configure, builder => builder.Services.AddSingleton(_journal).AddSingleton<TimeProvider>(_clock));

    /// <summary>Peer bug 3, and peer bug 13: a sink that is down for hours loses nothing, blocks the source, and the checkpoint stands still.</summary>
    [Fact]
    public async Task A_sink_that_is_down_loses_nothing_holds_the_source_back_and_the_checkpoint_stands_still()
    {
        var isDown = true;
        var published = 0;
        _sink.Before = (_, _) => isDown ? throw new InvalidOperationException("The database is away.") : default;
        var source = new ScriptedSource(async (source, channel, cancellationToken) =>
        {
            for (var batch = 0; batch < 40; batch++)
            {
                await channel.PublishAsync(source.Batch(Enumerable.Range(0, 10).Select(record => Events.Insert((batch * 10) + record, "a"))), cancellationToken);
                Interlocked.Add(ref published, 10);
            }
        });
        using var test = Host(cdc => cdc.From(source).Configure(o => o.MaximumInFlightRecords = 100).Handle<Customer, RecordingHandler>().To(_sink));
        using var host = test.Build();
        await host.StartAsync();

        await Until(() => _journal.Entries.Count == 100);
        var start = _clock.GetUtcNow();
        while (_clock.GetUtcNow() - start < TimeSpan.FromHours(3))
        {
            await Until(() => _clock.PendingTimers > 0);
            _clock.AdvanceToNextTimer();
        }

        Assert.Equal(100, published);
        Assert.Equal(100, _journal.Entries.Count);
        Assert.Null(source.Checkpoint);
        Assert.Empty(test.DeadLetters);
        Assert.Equal("RecordingSink", Assert.Single(test.Health.Alarms).Subscriber);

        isDown = false;
        var ended = host.WaitForShutdownAsync();
        while (!ended.IsCompleted)
        {
            _clock.AdvanceToNextTimer();
            await Task.Delay(1);
        }

        Assert.Equal(Enumerable.Range(0, 400).Select(user => Events.Insert(user, "a")), _sink.Written);
        Assert.Equal(400, _journal.Entries.Count);
        Assert.Equal(new SequenceNumber(400), source.Checkpoint);
        Assert.Empty(test.Health.Alarms);
        Assert.Equal(400, test.Statistics.Inserted);
    }

    /// <summary>Peer bug 16.</summary>
    [Fact]
    public async Task Stopping_works_under_load_and_drains()
    {
        var published = 0;
        var source = new ScriptedSource(async (source, channel, cancellationToken) =>
        {
            while (true)
            {
                await channel.PublishAsync(source.Batch(Enumerable.Range(0, 10).Select(record => Events.Insert(record, "a"))), cancellationToken);
                Interlocked.Add(ref published, 10);
            }
        });
        _journal.Before = async (_, _) => await Task.Yield();
        using var test = Host(cdc => cdc.From(source).Configure(o => o.MaximumInFlightRecords = 100).Handle<Customer, RecordingHandler>().To(_sink));
        using var host = test.Build();
        await host.StartAsync();
        await Until(() => _journal.Entries.Count > 500);
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(published, _journal.Entries.Count);
        Assert.Equal(published, _sink.Written.Count);
        Assert.Equal(new SequenceNumber((ulong)published), source.Checkpoint);
    }

    [Fact]
    public async Task A_drain_that_takes_too_long_is_given_up_and_nothing_behind_it_is_acknowledged()
    {
        var source = new ScriptedSource(async (source, channel, cancellationToken) =>
        {
            await channel.PublishAsync(source.Batch(Events.Insert(1, "a"), Events.Insert(2, "b"), Events.Insert(3, "c")), cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });
        _journal.Before = async (change, cancellationToken) =>
        {
            if (change is Inserted<Customer> { After.UserId: 2 })
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
        };
        using var test = Host(cdc => cdc.From(source).Handle<Customer, RecordingHandler>(o => o.Concurrency = 4));
        using var host = test.Build();
        await host.StartAsync();
        await Until(() => _journal.Entries.Count == 2);

        var stopping = host.StopAsync();
        await Until(() => _clock.PendingTimers > 0);
        _clock.Advance(TimeSpan.FromSeconds(21));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(new SequenceNumber(1), source.Checkpoint);
        Assert.Single(test.Logged, entry => entry.Id == 104);
    }

    [Fact]
    public async Task A_dead_letter_store_that_is_down_blocks_with_an_alarm()
    {
        var store = new FailingStore { IsDown = true };
        _journal.Before = (change, _) => change is Inserted<Customer> { After.UserId: 1 } ? throw new FormatException() : default;
        var source = new ScriptedSource(async (source, channel, cancellationToken) =>
            await channel.PublishAsync(source.Batch(Events.Insert(1, "a"), Events.Insert(2, "b")), cancellationToken));
        using var test = Host(cdc => cdc.From(source).DeadLettersTo(store).OnFailure(o => o.MaximumAttempts = 1).Handle<Customer, RecordingHandler>());
        using var host = test.Build();
        await host.StartAsync();
        for (var retries = 0; retries < 20; retries++)
        {
            await Until(() => _clock.PendingTimers > 0);
            _clock.AdvanceToNextTimer();
        }

        Assert.Null(source.Checkpoint);
        Assert.Empty(_journal.Entries);
        var alarm = Assert.Single(test.Health.Alarms);
        Assert.Equal("(dead letters)", alarm.Subscriber);
        Assert.True(alarm.Attempts >= 20);

        store.IsDown = false;
        var ended = host.WaitForShutdownAsync();
        while (!ended.IsCompleted)
        {
            _clock.AdvanceToNextTimer();
            await Task.Delay(1);
        }

        Assert.Equal(["+2 b"], _journal.Entries);
        Assert.Equal(new SequenceNumber(2), source.Checkpoint);
        Assert.Equal(1, Assert.Single(store.Stored));

        // One line when it began, one when it was over, however often it was tried.
        Assert.Single(test.Logged, entry => entry.Id == 123 && entry.Level == Microsoft.Extensions.Logging.LogLevel.Error);
        Assert.Single(test.Logged, entry => entry.Id == 129);
    }

    [Fact]
    public async Task A_bad_deploy_stops_at_the_breaker_and_the_failure_comes_out_of_the_host()
    {
        _journal.Before = (_, _) => throw new InvalidOperationException("bad deploy");
        var source = new ScriptedSource(async (source, channel, cancellationToken) =>
            await channel.PublishAsync(source.Batch(Enumerable.Range(0, 500).Select(user => Events.Insert(user, "a"))), cancellationToken));
        using var test = Host(cdc => cdc
            .From(source)
            .OnFailure(o => o.MaximumAttempts = 1)
            .Configure(o => o.CircuitBreaker = new() { ConsecutiveDeadLetters = 10 })
            .Handle<Customer, RecordingHandler>());
        var error = await Assert.ThrowsAsync<DeliveryHaltedException>(test.RunAsync);

        Assert.Equal("RecordingHandler", error.Subscriber);
        Assert.Equal("bad deploy", error.InnerException!.Message);
        Assert.Equal(10, test.DeadLetters.Length);
        Assert.Equal(new SequenceNumber(10), source.Checkpoint);
        Assert.True(test.Health.IsHalted);
    }

    [Fact]
    public async Task A_key_stays_in_order_while_lanes_run_side_by_side()
    {
        var random = new Random(4);
        var running = 0;
        var most = 0;
        _journal.Before = async (_, cancellationToken) =>
        {
            var now = Interlocked.Increment(ref running);
            Interlocked.Exchange(ref most, Math.Max(Volatile.Read(ref most), now));
            await Task.Delay(random.Next(2), cancellationToken);
            Interlocked.Decrement(ref running);
        };
        var source = new ScriptedSource(async (source, channel, cancellationToken) =>
        {
            for (var version = 0; version < 30; version++)
            {
                await channel.PublishAsync(source.Batch(Enumerable.Range(0, 20).Select(user => Events.Modify(user, $"{version}", $"{version + 1}"))), cancellationToken);
            }
        });
        using var test = Host(cdc => cdc.From(source).Handle<Customer, RecordingHandler>(o => o.Concurrency = 6));
        await test.RunAsync();

        Assert.Equal(600, _journal.Entries.Count);
        foreach (var key in _journal.Entries.GroupBy(entry => entry.Split(' ')[0]))
        {
            Assert.Equal(Enumerable.Range(0, 30).Select(version => $"{key.Key} {version}->{version + 1} first_name"), key);
        }

        Assert.InRange(most, 2, 6);
    }

    [Fact]
    public async Task A_drain_ends_when_everything_published_is_done_and_not_before()
    {
        var published = 0;
        var source = new ScriptedSource(async (source, channel, cancellationToken) =>
        {
            for (var round = 0; round < 3_000; round++)
            {
                await channel.PublishAsync(source.Batch(Events.Insert(round, "a")), cancellationToken);
                await channel.PublishAsync(source.Batch(Events.Insert(round + 1, "a"), Events.Insert(round + 2, "a")), cancellationToken);
                published += 3;
                await channel.DrainAsync(cancellationToken);
                Assert.Equal(published, _journal.Entries.Count);
                Assert.Equal(new SequenceNumber((ulong)published), channel.Watermark);
            }
        });
        using var test = Host(cdc => cdc.From(source).Handle<Customer, RecordingHandler>(o => o.Concurrency = 4));
        await test.RunAsync();
        Assert.Equal(9_000, test.Statistics.Inserted);
    }

    [Fact]
    public async Task Without_a_place_for_dead_letters_a_host_outside_development_does_not_start()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = "Production" });
        builder.Services.AddSingleton(_journal).AddTypedCdc(cdc => cdc.FromFiles("x").Handle<Customer, RecordingHandler>());
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<CdcConfigurationException>(() => host.StartAsync());
        Assert.Contains("cdc.DeadLettersToFile(", error.Message, StringComparison.Ordinal);
    }

    internal static async Task Until(Func<bool> condition)
    {
        for (var wait = 0; !condition(); wait++)
        {
            Assert.True(wait < 20_000, "It did not come to pass.");
            await Task.Delay(1);
        }
    }

    private sealed class FailingStore : IDeadLetterStore
    {
        internal bool IsDown { get; set; }

        internal List<int> Stored { get; } = [];

        public ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
        {
            if (IsDown)
            {
                throw new IOException("disk full");
            }

            Stored.Add(deadLetters.Count);
            return default;
        }
    }
}
