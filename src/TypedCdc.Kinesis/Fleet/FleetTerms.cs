using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>A lease to create, and the leases of its other parents, which have to exist before it.</summary>
internal sealed record NewLease(Lease Lease, IReadOnlyList<Lease> OtherParents);

/// <summary>What is written to a lease.</summary>
internal enum LeaseWriteKind
{
    Take,
    Renew,
    Checkpoint,
    Evict,
}

/// <summary>Why a lease was taken.</summary>
internal enum LeaseTakeReason
{
    Unowned,
    Expired,
    Steal,
}

/// <summary>Why a lease was lost.</summary>
internal enum LeaseLossReason
{
    /// <summary>Another worker owns it.</summary>
    Taken,

    /// <summary>Its row does not exist any more.</summary>
    Deleted,

    /// <summary>It could not be renewed for the failover time, so another worker may own it by now.</summary>
    Expired,
}

/// <summary>What a worker of a fleet waits for.</summary>
internal enum FleetTimer
{
    Ensure,
    Scan,
    Renew,

    /// <summary>To look whether a lease has expired that could not be renewed.</summary>
    Fence,
}
