using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>What a worker knows of one shard.</summary>
internal sealed class ShardEntry(KinesisShard shard)
{
    internal KinesisShard Shard { get; set; } = shard;

    internal ShardStatus Status { get; set; } = ShardStatus.Unknown;

    /// <summary>What is stored.</summary>
    internal ShardProgress Stored { get; set; }

    /// <summary>What is being stored; null when nothing is: one write at a time.</summary>
    internal ShardProgress? Storing { get; set; }

    /// <summary>What must be stored before its status changes; null while that is not known.</summary>
    internal ShardProgress? Final { get; set; }

    /// <summary>How many writes failed in a row.</summary>
    internal int StoreFailures { get; set; }

    /// <summary>Where it begins, on the stream's first start; null for all others.</summary>
    internal ShardPosition? Start { get; set; }

    /// <summary>Only while it is read.</summary>
    internal ShardReader? Reader { get; set; }

    /// <summary>Whether it has ended here and no child of it was listed yet: the service says it a little later.</summary>
    internal bool IsWithoutChildren { get; set; }
}

/// <summary>Where a shard stands in its life here.</summary>
internal enum ShardStatus
{
    /// <summary>What is stored of it is not read yet.</summary>
    Unknown,

    /// <summary>Where it begins is being stored.</summary>
    Beginning,

    /// <summary>Not before all its parents have ended.</summary>
    WaitingForParents,

    /// <summary>Being read, and drained when it is at its end.</summary>
    Reading,

    /// <summary>Read to its end, or stopped, and drained; its last progress is being stored.</summary>
    Closing,

    /// <summary>Read to its end and stored so, or not to be read at all.</summary>
    Ended,

    /// <summary>Stopped, and stored as far as it was read.</summary>
    Stopped,
}
