namespace TypedCdc.Kinesis.Worker;

/// <summary>
/// Where a worker keeps how far it has read. One worker alone keeps it in a checkpoint store; a fleet will keep it in the lease table, whose rows also say who may read what.
/// </summary>
internal interface IProgressStore
{
    /// <summary>The creation time of the stream of this name that was read last; null where none was.</summary>
    ValueTask<DateTimeOffset?> ReadCreatedAtAsync(CancellationToken cancellationToken);

    ValueTask WriteCreatedAtAsync(DateTimeOffset createdAt, CancellationToken cancellationToken);

    /// <summary>What is stored of a shard; empty where nothing is.</summary>
    ValueTask<ShardProgress> ReadAsync(DateTimeOffset streamCreatedAt, string shard, CancellationToken cancellationToken);

    /// <summary>Stores a shard's progress; durable when it returns.</summary>
    ValueTask WriteAsync(DateTimeOffset streamCreatedAt, string shard, ShardProgress progress, CancellationToken cancellationToken);
}
