namespace TypedCdc.Pipeline;

/// <summary>A published batch: its buffer goes back to the pool, and its room to the budget, when its last record is done.</summary>
internal sealed class BatchState(ShardState shard, Reservation reservation, RecordBatch? source)
{
    internal ShardState Shard { get; } = shard;

    internal Reservation Reservation { get; } = reservation;

    /// <summary>The bytes; null in simulations.</summary>
    internal RecordBatch? Source { get; } = source;

    internal List<TrackedRecord> Records { get; } = new(source?.Count ?? 0);

    /// <summary>How many records are not done.</summary>
    internal int Remaining { get; set; }
}
