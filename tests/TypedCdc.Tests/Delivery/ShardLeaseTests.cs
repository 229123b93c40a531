using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using TypedCdc.Sinks;
using TypedCdc.Sources;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Delivery;

/// <summary>Which records go with the lease of their reading: only those whose position says whether a sink has written them.</summary>
public class ShardLeaseTests
{
    private readonly ShardLease _lease = new("stream:1/shard", token: 7, start: new(3));
    private readonly LeaseSink _sink = new();

    private async Task<TestHost> RunAsync(Func<LeasedSource, IShardChannel, CancellationToken, Task> script, Action<CdcBuilder>? configure = null, Action<SinkOptions>? options = null)
    {
        var host = new TestHost(cdc =>
        {
            cdc.From(new LeasedSource(_lease, script)).To(_sink, options).Model<Customer>();
            configure?.Invoke(cdc);
        });
        await host.RunAsync();
        return host;
    }

    [Fact]
    public async Task A_record_goes_with_the_lease_of_its_reading()
    {
        using var host = await RunAsync((source, channel, token) => channel.PublishAsync(source.Batch((4, Events.Insert(1, "a")), (5, Events.Insert(2, "b"))), token).AsTask());

        Assert.Equal(["4 leased", "5 leased"], _sink.Written);
        Assert.All(_sink.Leases, lease => Assert.Same(_lease, lease));
        Assert.Equal((7L, new SequenceNumber(3), new SequenceNumber(3)), (_lease.Token, _lease.Start, _lease.Checkpoint));
        _lease.Checkpoint = new(5);
        Assert.Equal((new SequenceNumber(3), new SequenceNumber(5)), (_lease.Start, _lease.Checkpoint));
        Assert.Equal("stream:1/shard (token 7)", _lease.ToString());
    }

    [Fact]
    public async Task A_position_that_several_records_have_says_nothing_also_where_a_batch_ends_between_them()
    {
        using var host = await RunAsync(async (source, channel, token) =>
        {
            await channel.PublishAsync(source.Batch((4, Events.Insert(1, "a")), (5, Events.Insert(2, "b")), (5, Events.Insert(3, "c")), (5, Events.Insert(4, "d")), (6, Events.Insert(5, "e"))), token);
            await channel.PublishAsync(source.Batch((6, Events.Insert(6, "f")), (7, Events.Insert(7, "g"))), token);
            await channel.PublishAsync(source.Batch((5, Events.Insert(8, "h")), (8, Events.Insert(9, "i"))), token); // a source that goes back
        });

        Assert.Equal(["4 leased", "5", "5", "5", "6 leased", "6", "7 leased", "5", "8 leased"], _sink.Written);
    }

    [Fact]
    public async Task What_comes_behind_an_unreadable_record_goes_without_until_that_is_in_the_dead_letters()
    {
        using var host = new TestHost(cdc => cdc.To(_sink).Model<Customer>().From(new LeasedSource(_lease, async (source, channel, token) =>
        {
            await channel.PublishAsync(source.Batch((4, Events.Insert(1, "a")), (5, "no JSON"), (6, Events.Insert(2, "b"))), token);
            await channel.DrainAsync(token);
            await channel.PublishAsync(source.Batch((7, Events.Insert(3, "c"))), token);
        })));
        await host.RunAsync();

        Assert.Equal(["4 leased", "6", "7 leased"], _sink.Written);
        Assert.Single(host.DeadLetters);
    }

    [Fact]
    public async Task What_a_transform_wrote_has_no_lease()
    {
        using var host = await RunAsync((source, channel, token) => channel.PublishAsync(source.Batch((4, Events.Insert(1, "a"))), token).AsTask(), cdc => cdc.Transform<Customer, Unchanged>());

        Assert.Equal(["4"], _sink.Written);
    }

    [Fact]
    public async Task A_shard_that_is_opened_without_a_lease_has_none()
    {
        using var host = new TestHost(cdc => cdc.To(_sink).Model<Customer>().From(new ScriptedSource((source, channel, token) => channel.PublishAsync(source.Batch(Events.Insert(1, "a")), token).AsTask())));
        await host.RunAsync();

        Assert.Equal(["1"], _sink.Written);
    }

    /// <summary>The refused record is in no dead-letter store yet when its neighbours are written: their positions must not stand for it.</summary>
    [Fact]
    public async Task Beside_a_record_that_was_refused_none_has_a_lease()
    {
        // Halved: the sink does not say which one it cannot take.
        _sink.Before = records => records.Any(static record => record.Position.SequenceNumber == new SequenceNumber(5)) ? throw new InvalidOperationException("not five") : default;
        using var host = await RunAsync(
            (source, channel, token) => channel.PublishAsync(source.Batch((4, Events.Insert(1, "a")), (5, Events.Insert(2, "b")), (6, Events.Insert(3, "c")), (7, Events.Insert(4, "d"))), token).AsTask(),
            options: static options => options.Failure.MaximumAttempts = 1);
        Assert.Equal(["4", "6", "7"], _sink.Written);
        Assert.Single(host.DeadLetters);

        // Refused before the write: the transform fails.
        _sink.Before = static _ => default;
        _sink.Written.Clear();
        using var other = await RunAsync(
            (source, channel, token) => channel.PublishAsync(source.Batch((8, Events.Insert(1, "a")), (9, Events.Insert(2, "fail")), (10, Reading(3))), token).AsTask(),
            static cdc => cdc.Transform<Customer, Failing>().Model<SensorReading>());
        Assert.Equal(["8", "10"], _sink.Written);
        Assert.Single(other.DeadLetters);
    }

    [Fact]
    public async Task A_stale_lease_is_tried_again_until_the_shard_is_given_up_and_nothing_of_it_is_dead_lettered()
    {
        var attempts = new ConcurrentQueue<string>();
        var given = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sink.Before = records =>
        {
            attempts.Enqueue(string.Join(' ', records.Select(static record => record.Lease?.Key)));
            if (attempts.Count > 3)
            {
                given.TrySetResult();
            }

            return records.Any(record => record.Lease == _lease) ? throw new StaleLeaseException("another worker has it") : default;
        };
        using var host = new TestHost(cdc => cdc
            .To(_sink, static options =>
            {
                options.Failure.MaximumAttempts = 2; // holds for what has no better reason
                options.Failure.BaseDelay = TimeSpan.FromMilliseconds(1);
            })
            .Model<Customer>()
            .From(new TwoShards(_lease, given.Task)));
        await host.RunAsync();

        Assert.True(attempts.Count > 3);
        Assert.Equal(["1 leased"], _sink.Written); // the other shard's, which stood in the same write
        Assert.Empty(host.DeadLetters);
        Assert.Equal(1, host.Statistics.Events);
    }

    private static string Reading(int id) => string.Create(CultureInfo.InvariantCulture, $$$$"""
        {"awsRegion":"eu-central-1","eventID":"e","eventName":"REMOVE","tableName":"table-testdrive","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"device":{"S":"{{{{id}}}}"},"timestamp":{"S":"x"}},"SizeBytes":10},"eventSource":"aws:dynamodb"}
        """);

    private sealed class Unchanged : IChangeTransform<Customer>
    {
        public Transformed<Customer> Transform(Customer item) => item;
    }

    private sealed class Failing : IChangeTransform<Customer>
    {
        public Transformed<Customer> Transform(Customer item) => item.FirstName == "fail" ? throw new InvalidOperationException("It fails.") : item;
    }

    private sealed class LeaseSink : ISink
    {
        internal ConcurrentQueue<string> Written { get; } = new();

        internal ConcurrentQueue<ShardLease?> Leases { get; } = new();

        internal Func<IReadOnlyList<CdcRecord>, ValueTask> Before { get; set; } = static _ => default;

        public async ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
        {
            await Before(records);
            foreach (var record in records)
            {
                Written.Enqueue(record.Position.SequenceNumber + (record.Lease is null ? "" : " leased"));
                Leases.Enqueue(record.Lease);
                Assert.True(record.Lease is null || record.LaneHash == record.GetKeyHash());
            }
        }
    }

    private sealed class LeasedSource(ShardLease lease, Func<LeasedSource, IShardChannel, CancellationToken, Task> script) : IChangeSource
    {
        private static readonly ShardId Shard = new("stream", "shard");

        public string Name => "leased";

        public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
        {
            await using var channel = context.OpenShard(Shard, lease);
            await script(this, channel, cancellationToken);
            await channel.DrainAsync(cancellationToken);
        }

        internal RecordBatch Batch(params (int Number, string Record)[] records)
        {
            var batch = new RecordBatch(Shard);
            foreach (var (number, record) in records)
            {
                batch.Add(new((UInt128)number), Encoding.UTF8.GetBytes(record));
            }

            return batch;
        }
    }

    /// <summary>One shard that is lost, and one that is not.</summary>
    private sealed class TwoShards(ShardLease lost, Task whenLost) : IChangeSource
    {
        public string Name => "two";

        public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
        {
            await using var kept = context.OpenShard(new("stream", "kept"), new("stream:1/kept", token: 1, start: null));
            var channel = context.OpenShard(new("stream", "shard"), lost);
            await channel.PublishAsync(Batch("shard", 4), cancellationToken);
            await kept.PublishAsync(Batch("kept", 1), cancellationToken);
            await whenLost;
            await channel.DisposeAsync();
            await kept.DrainAsync(cancellationToken);
        }

        private static RecordBatch Batch(string shard, ulong number)
        {
            var batch = new RecordBatch(new("stream", shard));
            batch.Add(new(number), Encoding.UTF8.GetBytes(Events.Insert((long)number, "a")));
            return batch;
        }
    }
}
