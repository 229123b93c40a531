using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Tests;

public sealed class OpenShardTests
{
    [Fact]
    public async Task A_drain_waits_for_a_publication_that_was_announced_even_where_it_has_not_begun()
    {
        // A stop asks for the drain while the publication before it still waits for a thread. A drain that did not wait would store a checkpoint
        // without that batch, which is delivered all the same: the next run would deliver it again.
        var context = new Context();
        await using var shard = new OpenShard(context, new ShardId("stream", "shard"));
        shard.BeginBatch().Add(new(7), "{}"u8);
        shard.AnnouncePublication();

        var drain = shard.DrainAsync();
        Assert.False(drain.IsCompleted);
        Assert.Empty(context.Calls);

        await shard.PublishAsync(CancellationToken.None);
        await drain;
        Assert.Equal(["publish", "drain"], context.Calls);
    }

    [Fact]
    public async Task A_drain_does_not_wait_for_a_publication_that_has_failed()
    {
        var context = new Context { Failure = new OperationCanceledException() };
        await using var shard = new OpenShard(context, new ShardId("stream", "shard"));
        shard.BeginBatch().Add(new(7), "{}"u8);
        shard.AnnouncePublication();
        var drain = shard.DrainAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => shard.PublishAsync(CancellationToken.None));
        await drain;
        Assert.Equal(["publish", "drain"], context.Calls);
    }

    private sealed class Context : ISourceContext, IShardChannel
    {
        public List<string> Calls { get; } = [];

        public Exception? Failure { get; init; }

        public string Application => "tests";

        public TimeProvider TimeProvider => TimeProvider.System;

        public ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

        public Images RequiredImages => Images.Both;

        public SequenceNumber? Watermark => null;

        public Action<SequenceNumber>? WatermarkAdvanced { get; set; }

        public IShardChannel OpenShard(ShardId shard) => this;

        public ValueTask PublishAsync(RecordBatch batch, CancellationToken cancellationToken)
        {
            Calls.Add("publish");
            if (Failure is not null)
            {
                throw Failure;
            }

            batch.Dispose();
            return default;
        }

        public ValueTask DrainAsync(CancellationToken cancellationToken)
        {
            Calls.Add("drain");
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
