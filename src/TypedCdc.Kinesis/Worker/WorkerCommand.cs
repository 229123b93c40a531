using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>What a worker wants done. Each is answered by one event, unless it says otherwise.</summary>
internal abstract partial record WorkerCommand
{
    internal sealed record DescribeStream : WorkerCommand;

    internal sealed record ListShards : WorkerCommand;

    internal sealed record ReadProgress(DateTimeOffset StreamCreatedAt, IReadOnlyList<string> Shards) : WorkerCommand;

    internal sealed record WriteProgress(DateTimeOffset StreamCreatedAt, string Shard, ShardProgress Progress) : WorkerCommand;

    /// <summary>Stores which stream of this name is read.</summary>
    internal sealed record WriteCreatedAt(DateTimeOffset StreamCreatedAt) : WorkerCommand;

    internal sealed record GetIterator(string Shard, ShardPosition Position) : WorkerCommand;

    /// <param name="Shard">The shard.</param>
    /// <param name="Iterator">Where to read.</param>
    /// <param name="Limit">The most records.</param>
    /// <param name="SkipThrough">What was seen before, to be left out.</param>
    internal sealed record Read(string Shard, string Iterator, int Limit, SequenceNumber? SkipThrough) : WorkerCommand;

    /// <summary>Hands the shard's batch to the pipeline.</summary>
    internal sealed record Publish(string Shard) : WorkerCommand;

    /// <summary>Drops the shard's batch. Not answered.</summary>
    internal sealed record Discard(string Shard) : WorkerCommand;

    internal sealed record Drain(string Shard) : WorkerCommand;

    /// <summary>The shard is done with: its channel is closed. Not answered.</summary>
    internal sealed record Close(string Shard) : WorkerCommand;

    internal sealed record DelayShard(string Shard, TimeSpan Delay) : WorkerCommand;

    /// <summary>Takes the place of an earlier delay of the same timer.</summary>
    internal sealed record DelayStream(StreamTimer Timer, TimeSpan Delay) : WorkerCommand;

    /// <summary>Answered by <see cref="WorkerEvent.CheckpointDue"/>.</summary>
    internal sealed record DelayCheckpoint(TimeSpan Delay) : WorkerCommand;

    /// <summary>Says something. Not answered.</summary>
    internal sealed record Report(WorkerNotice Notice) : WorkerCommand;

    /// <summary>Nothing that was asked for is needed any more but drains and writes. Not answered.</summary>
    internal sealed record StopReading : WorkerCommand;

    /// <summary>Ends the worker; with an exception where it failed.</summary>
    internal sealed record Finish(Exception? Exception) : WorkerCommand;
}

/// <summary>What a worker reports.</summary>
internal abstract partial record WorkerNotice
{
    internal sealed record ShardBegun(string Shard, ShardPosition Position) : WorkerNotice;

    internal sealed record ShardEnded(string Shard) : WorkerNotice;

    internal sealed record DataLost(KinesisDataLoss Loss, DataLossAction Action) : WorkerNotice;

    /// <summary>The first failure of a series.</summary>
    internal sealed record Retrying(string? Shard, Exception Exception) : WorkerNotice;

    internal sealed record NotDrained(string Shard) : WorkerNotice;

    /// <summary>An answer had no next iterator, and the service does not confirm the shard's end: the answer counts as unreadable.</summary>
    internal sealed record EndNotConfirmed(string Shard) : WorkerNotice;

    /// <summary>The shard is stored as read to its end and is open: an earlier version stored it wrongly.</summary>
    internal sealed record EndRevoked(string Shard, SequenceNumber? Checkpoint) : WorkerNotice;

    /// <summary>The stream was deleted or replaced; the worker ends and begins again.</summary>
    internal sealed record StreamReplaced(bool IsDeleted) : WorkerNotice;
}
