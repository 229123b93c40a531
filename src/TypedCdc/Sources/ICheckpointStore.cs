namespace TypedCdc.Sources;

/// <summary>Keeps, for each shard, the position behind which reading restarts.</summary>
public interface ICheckpointStore
{
    /// <summary>The stored checkpoint; null where there is none.</summary>
    ValueTask<SequenceNumber?> ReadAsync(string application, ShardId shard, CancellationToken cancellationToken);

    /// <summary>Stores a checkpoint. When it returns, it is durable.</summary>
    ValueTask WriteAsync(string application, ShardId shard, SequenceNumber checkpoint, CancellationToken cancellationToken);
}
