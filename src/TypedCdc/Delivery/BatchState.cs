using TypedCdc.Sources;

namespace TypedCdc.Delivery;

/// <summary>A published batch: its buffer goes back to the pool, and its room to the budget, when its last record is done.</summary>
/// <param name="shard">The shard that it is of.</param>
/// <param name="reservation">Its room in the budget.</param>
/// <param name="source">The bytes; null in simulations.</param>
/// <param name="pool">Where the records came from, and go to; null in simulations.</param>
internal sealed class BatchState(ShardState shard, Reservation reservation, RecordBatch? source, RecordPool? pool = null)
{
    internal ShardState Shard { get; } = shard;

    internal Reservation Reservation { get; } = reservation;

    /// <summary>The bytes; null in simulations.</summary>
    internal RecordBatch? Source { get; } = source;

    internal List<TrackedRecord> Records { get; } = pool?.Take(source!.Count) ?? [];

    /// <summary>How many records are not done.</summary>
    internal int Remaining { get; set; }

    /// <summary>How many records stand in their shard's queue, done or not.</summary>
    internal int Queued { get; set; }

    /// <summary>Somebody outside of the core's lock looks at a record after it is done: for a log, a span, a dead letter. Then it is left to the garbage collector.</summary>
    internal bool IsShown { get; set; }

    /// <summary>Gives the records back, if nothing refers to them any more. To be called when a step has ended.</summary>
    internal void TryRecycle()
    {
        if (pool is not null && Remaining == 0 && Queued == 0 && !IsShown)
        {
            IsShown = true; // once
            pool.Return(Records);
        }
    }
}
