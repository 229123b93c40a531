using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>One lease that this worker holds. At most one write of it is outstanding.</summary>
internal sealed class HeldLease(Lease row, TimeSpan takenAt)
{
    /// <summary>The row as it was written or read last.</summary>
    internal Lease Row { get; set; } = row;

    internal string Key => Row.Key;

    /// <summary>The counter at the acquisition: the fencing token.</summary>
    internal long Token { get; } = row.Counter;

    internal HeldStatus Status { get; set; } = HeldStatus.WaitingForParents;

    /// <summary>When the last write that is known to have succeeded was begun: from here on the lease lasts for the failover time.</summary>
    internal TimeSpan RenewedAt { get; set; } = takenAt;

    /// <summary>What is being written; null while nothing is.</summary>
    internal LeaseWriteKind? Writing { get; set; }

    internal TimeSpan WriteBegunAt { get; set; }

    /// <summary>When the first write was begun of which it is not known whether it was made; null where all are known.</summary>
    internal TimeSpan? UncertainSince { get; set; }

    /// <summary>Whether a failed write waits before it is repeated.</summary>
    internal bool IsDelayed { get; set; }

    internal int Failures { get; set; }

    internal bool MustRenew { get; set; }

    /// <summary>What is to be stored; null where nothing is.</summary>
    internal Lease? Wanted { get; set; }

    internal ShardReader? Reader { get; set; }

    /// <summary>The parents that are not known to have ended.</summary>
    internal HashSet<string> OpenParents { get; } = new(row.Parents, StringComparer.Ordinal);

    /// <summary>Whether the parents were asked for since the last look at the table.</summary>
    internal bool HasAskedParents { get; set; }

    /// <summary>The children, once they are listed; only at the shard's end.</summary>
    internal IReadOnlyList<string> Children { get; set; } = [];
}

/// <summary>Where a held lease stands.</summary>
internal enum HeldStatus
{
    WaitingForParents,

    /// <summary>Being read; drained when it is at its end, or when the worker stops.</summary>
    Reading,

    /// <summary>Read to its end and drained; its children are not listed yet.</summary>
    AwaitingChildren,

    /// <summary>Its children's leases are being created.</summary>
    CreatingChildren,

    /// <summary>Its end is being stored.</summary>
    Ending,

    /// <summary>Drained; its checkpoint is stored, and then the lease is given back.</summary>
    Releasing,

    /// <summary>Lost; what runs for it is being ended.</summary>
    Abandoning,
}
