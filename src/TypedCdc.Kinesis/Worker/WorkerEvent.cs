using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>What can happen to a worker.</summary>
internal abstract partial record WorkerEvent
{
    internal sealed record Started : WorkerEvent;

    internal sealed record StreamDescribed(KinesisStreamSummary Summary) : WorkerEvent;

    /// <summary>All pages of ListShards.</summary>
    internal sealed record ShardsListed(IReadOnlyList<KinesisShard> Shards) : WorkerEvent;

    /// <param name="CreatedAt">The creation time of the stream that was read last under this name; null where none was.</param>
    /// <param name="Shards">What is stored of the shards that were asked for; shards without anything may be left out.</param>
    internal sealed record ProgressRead(DateTimeOffset? CreatedAt, IReadOnlyDictionary<string, ShardProgress> Shards) : WorkerEvent;

    /// <param name="Shard">The shard; null for the stream's creation time.</param>
    internal sealed record ProgressWritten(string? Shard) : WorkerEvent;

    internal sealed record ProgressNotWritten(string? Shard, Exception Exception) : WorkerEvent;

    internal sealed record IteratorReceived(string Shard, string Iterator) : WorkerEvent;

    internal sealed record RecordsRead(string Shard, ReadSummary Summary) : WorkerEvent;

    /// <summary>GetShardIterator or GetRecords failed.</summary>
    internal sealed record ShardFailed(string Shard, KinesisException Exception) : WorkerEvent;

    /// <summary>DescribeStreamSummary or ListShards failed.</summary>
    internal sealed record StreamFailed(bool IsDescription, KinesisException Exception) : WorkerEvent;

    /// <summary>What is stored could not be read, and is read again later.</summary>
    internal sealed record ProgressNotRead(IReadOnlyList<string> Shards, Exception Exception) : WorkerEvent;

    /// <summary>The pipeline took the shard's batch.</summary>
    internal sealed record Published(string Shard) : WorkerEvent;

    /// <summary>A drain is over.</summary>
    /// <param name="Shard">The shard.</param>
    /// <param name="Watermark">The last record that is done.</param>
    /// <param name="IsComplete">Whether everything published is done; else the time for it was up.</param>
    internal sealed record Drained(string Shard, SequenceNumber? Watermark, bool IsComplete) : WorkerEvent;

    /// <summary>A delay of a shard is over.</summary>
    internal sealed record ShardDelayElapsed(string Shard) : WorkerEvent;

    /// <summary>A delay of the stream is over.</summary>
    internal sealed record StreamDelayElapsed(StreamTimer Timer) : WorkerEvent;

    /// <summary>The checkpoint timer is over; the watermarks of the open shards at this moment.</summary>
    internal sealed record CheckpointDue(IReadOnlyDictionary<string, SequenceNumber> Watermarks) : WorkerEvent;

    internal sealed record StopRequested : WorkerEvent;

    /// <summary>Something failed that nothing is to be done about: the pipeline was halted, a bug.</summary>
    internal sealed record Faulted(Exception Exception) : WorkerEvent;
}

/// <summary>What the stream itself waits for.</summary>
internal enum StreamTimer
{
    /// <summary>To ask again what failed at the start.</summary>
    Begin,

    /// <summary>To list the shards again.</summary>
    List,

    /// <summary>To try again to store that the stream is read, or that all is drained.</summary>
    Store,

    /// <summary>To read again what is stored.</summary>
    Progress,
}
