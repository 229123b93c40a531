namespace TypedCdc.Delivery;

/// <summary>
/// One record between its arrival and its acknowledgement: what it is, and how many subscribers are not done with it. Used again for another record when its batch is done
/// (<see cref="RecordPool"/>).
/// </summary>
internal sealed class TrackedRecord
{
    internal required BatchState Batch { get; set; }

    internal required SequenceNumber SequenceNumber { get; set; }

    /// <summary>Its index in the batch, for its bytes.</summary>
    internal int Index { get; set; }

    /// <summary>The parsed record; default where <see cref="Unreadable"/> is set.</summary>
    internal CdcRecord Record { get; set; }

    /// <summary>Why the bytes are not a change record; null where they are one.</summary>
    internal Exception? Unreadable { get; set; }

    /// <summary>The stable hash of the item's key, which picks the lane.</summary>
    internal ulong KeyHash { get; set; }

    /// <summary>The table's models and counters; null where the table is not known to the record.</summary>
    internal TableRoute? Route { get; set; }

    /// <summary>The subscribers that take it, by index. Empty: done on arrival.</summary>
    internal required int[] Subscribers { get; set; }

    internal ChangeOperation Operation { get; set; }

    internal int SizeBytes { get; set; }

    /// <summary>The span of its delivery; null where nobody listens.</summary>
    internal System.Diagnostics.Activity? Activity { get; set; }

    /// <summary>The order of arrival over all shards, given by the core.</summary>
    internal long Ordinal { get; set; }

    /// <summary>How many subscribers have neither succeeded nor durably dead-lettered it.</summary>
    internal int Remaining { get; set; }

    /// <summary>Some subscriber dead-lettered it.</summary>
    internal bool IsDeadLettered { get; set; }

    /// <summary>Its key nearly matches the pattern of a model, and no model takes it.</summary>
    internal bool HasKeyMismatch { get; set; }

    internal bool IsDone => Remaining == 0;

    /// <summary>It is not to be delivered any more, and never acknowledged.</summary>
    internal bool IsAbandoned => Shard.IsAbandoned || Ordinal >= Shard.CutOrdinal;

    internal ShardState Shard => Batch.Shard;

    /// <summary>Back to what a new one is, holding on to nothing.</summary>
    internal void Clear()
    {
        Batch = null!;
        SequenceNumber = default;
        Index = 0;
        Record = default;
        Unreadable = null;
        KeyHash = 0;
        Route = null;
        Subscribers = [];
        Operation = default;
        SizeBytes = 0;
        Activity = null;
        Ordinal = 0;
        Remaining = 0;
        IsDeadLettered = false;
        HasKeyMismatch = false;
    }
}
