using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Leases;

namespace TypedCdc.Kinesis.Worker;

/// <summary>What a worker of a fleet wants done beside reading.</summary>
internal abstract partial record WorkerCommand
{
    internal sealed record EnsureLeases : WorkerCommand;

    internal sealed record ScanLeases : WorkerCommand;

    /// <summary>Reads one lease, consistent.</summary>
    internal sealed record ReadLease(string Key) : WorkerCommand;

    /// <summary>Adds leases where they do not exist, in this order.</summary>
    /// <param name="Leases">The leases.</param>
    /// <param name="Parent">The shard at whose end they are created; null for those of a start and of the audit.</param>
    internal sealed record CreateLeases(IReadOnlyList<NewLease> Leases, string? Parent) : WorkerCommand;

    /// <summary>One conditional write of one lease.</summary>
    /// <param name="Seen">The row as it was seen last.</param>
    /// <param name="Token">The acquisition; 0 for a take.</param>
    /// <param name="Kind">What is written.</param>
    /// <param name="Changed">With the new checkpoint, for <see cref="LeaseWriteKind.Checkpoint"/>.</param>
    internal sealed record WriteLease(Lease Seen, long Token, LeaseWriteKind Kind, Lease? Changed = null) : WorkerCommand;

    /// <summary>Removes leases that are as they were seen.</summary>
    internal sealed record DeleteLeases(IReadOnlyList<Lease> Leases) : WorkerCommand;

    /// <summary>Waits before a lease is written again.</summary>
    internal sealed record DelayLease(string Key, long Token, TimeSpan Delay) : WorkerCommand;

    /// <summary>Takes the place of an earlier delay of the same timer. Goes on while the worker stops.</summary>
    internal sealed record DelayFleet(FleetTimer Timer, TimeSpan Delay) : WorkerCommand;

    /// <summary>A reading begins, with its fencing token and the checkpoint that it begins after. Not answered.</summary>
    internal sealed record Acquire(string Shard, long Token, SequenceNumber? Start) : WorkerCommand;

    /// <summary>The lease is lost: whatever runs for the shard ends, and what is in flight is abandoned. Answered when nothing of it can come any more.</summary>
    internal sealed record Abandon(string Shard) : WorkerCommand;
}

/// <summary>What happens to a worker of a fleet.</summary>
internal abstract partial record WorkerEvent
{
    internal sealed record LeasesEnsured : WorkerEvent;

    internal sealed record LeasesScanned(LeaseTable Table) : WorkerEvent;

    internal sealed record LeaseRead(string Key, Lease? Row) : WorkerEvent;

    /// <param name="Parent">The shard at whose end they were created; null else.</param>
    /// <param name="Created">Those that did not exist.</param>
    internal sealed record LeasesCreated(string? Parent, IReadOnlyList<Lease> Created) : WorkerEvent;

    internal sealed record LeasesDeleted : WorkerEvent;

    /// <summary>A write was made, or its condition did not hold.</summary>
    internal sealed record LeaseWritten(string Key, long Token, LeaseWriteKind Kind, LeaseWrite Write) : WorkerEvent;

    /// <summary>Whether the write was made is not known.</summary>
    internal sealed record LeaseNotWritten(string Key, long Token, LeaseWriteKind Kind, Exception Exception) : WorkerEvent;

    /// <summary>Another call of the lease table failed.</summary>
    internal sealed record LeaseCallFailed(WorkerCommand Command, Exception Exception) : WorkerEvent;

    internal sealed record LeaseDelayElapsed(string Key, long Token) : WorkerEvent;

    internal sealed record FleetDelayElapsed(FleetTimer Timer) : WorkerEvent;

    internal sealed record Abandoned(string Shard) : WorkerEvent;
}

/// <summary>What a worker of a fleet reports.</summary>
internal abstract partial record WorkerNotice
{
    internal sealed record LeaseTaken(string Key, LeaseTakeReason Reason, string? From) : WorkerNotice;

    internal sealed record LeaseLost(string Key, LeaseLossReason Reason, string? To) : WorkerNotice;

    internal sealed record LeaseTableFailed(Exception Exception) : WorkerNotice;

    internal sealed record LeaseReleased(string Key) : WorkerNotice;

    /// <summary>Leases that should exist did not, and were created again.</summary>
    internal sealed record LeasesRepaired(IReadOnlyList<string> Keys) : WorkerNotice;

    /// <summary>The lease table belongs to a fleet with another protocol now.</summary>
    internal sealed record TakingRefused(string Reason) : WorkerNotice;
}
