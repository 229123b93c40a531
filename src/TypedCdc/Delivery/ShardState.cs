using TypedCdc.Sources;

namespace TypedCdc.Delivery;

/// <summary>
/// One shard's records that are not behind the watermark, in the shard's order. The watermark is the last record of the longest prefix in
/// which every record is done for every subscriber: what a checkpoint may say.
/// </summary>
internal sealed class ShardState(ShardId id, ShardLease? lease = null)
{
    // Records in order of publication; the head is the oldest that is not done, or that stands behind one that is not.
    private readonly Queue<TrackedRecord> _pending = new();

    private volatile bool _isAbandoned;

    // Changed by the shard's publisher and, under the core's lock, by whoever settles one.
    private int _unsettledUnreadable;

    internal ShardId Id { get; } = id;

    /// <summary>The reading that the records are of; null where their positions do not say what was written before.</summary>
    internal ShardLease? Lease { get; } = lease;

    /// <summary>The largest position that was published; null before the first. Used by the publisher alone.</summary>
    internal SequenceNumber? LastPublished { get; set; }

    /// <summary>Some record that is no change record is neither dead-lettered nor skipped yet.</summary>
    internal bool HasUnsettledUnreadable => Volatile.Read(ref _unsettledUnreadable) > 0;

    /// <summary>Null before the first record is done.</summary>
    internal SequenceNumber? Watermark { get; private set; }

    /// <summary>The lease is lost: what is queued is not delivered any more, and nothing is acknowledged.</summary>
    internal bool IsAbandoned
    {
        get => _isAbandoned; // also asked by running works, before each attempt
        set => _isAbandoned = value;
    }

    /// <summary>The first record, by <see cref="TrackedRecord.Ordinal"/>, that was given up with everything behind it (<see cref="StopScope.Shard"/>).</summary>
    internal long CutOrdinal { get; private set; } = long.MaxValue;

    /// <summary>How many records, from the first that was published, are acknowledged. Exact where several share a sequence number.</summary>
    internal long AcknowledgedCount { get; private set; }

    internal bool IsDrained => _pending.Count == 0;

    internal int PendingCount => _pending.Count;

    internal void Add(TrackedRecord record)
    {
        _pending.Enqueue(record);
        record.Batch.Queued++;
    }

    internal void UnreadableArrived() => Interlocked.Increment(ref _unsettledUnreadable);

    internal void UnreadableSettled() => Interlocked.Decrement(ref _unsettledUnreadable);

    internal void Cut(long ordinal) => CutOrdinal = Math.Min(CutOrdinal, ordinal);

    /// <summary>Moves the watermark over the records that are done. True when it moved.</summary>
    /// <param name="emptied">Takes the batches of which no record is queued any more.</param>
    internal bool TryAdvance(List<BatchState> emptied)
    {
        var moved = false;
        while (_pending.TryPeek(out var head) && head.IsDone)
        {
            _pending.Dequeue();
            if (--head.Batch.Queued == 0)
            {
                emptied.Add(head.Batch);
            }

            if (head.IsAbandoned)
            {
                continue;
            }

            AcknowledgedCount++;

            // Records out of one aggregate share a sequence number, which is behind the watermark only when all of them are done.
            if (_pending.TryPeek(out var next) && next.SequenceNumber == head.SequenceNumber)
            {
                continue;
            }

            // A source that goes back (a file read again) does not take the watermark with it.
            if (Watermark is not { } watermark || head.SequenceNumber > watermark)
            {
                Watermark = head.SequenceNumber;
                moved = true;
            }
        }

        return moved;
    }
}
