using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Leases;

/// <summary>
/// Keeps the leases of one application. Each write is one conditional write of one row; what it may change is decided by the row that was last seen. An implementation makes one attempt and throws
/// what went wrong; a condition that does not hold is no exception.
/// </summary>
public interface ILeaseStore
{
    /// <summary>Creates the table where it does not exist.</summary>
    ValueTask EnsureAsync(CancellationToken cancellationToken);

    /// <summary>All leases, eventually consistent. Rows that are no leases are left out.</summary>
    ValueTask<LeaseTable> ListAsync(CancellationToken cancellationToken);

    /// <summary>One lease, consistent; null where it does not exist.</summary>
    ValueTask<Lease?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Adds a lease, unless one of its key exists.</summary>
    /// <returns>Whether it was added.</returns>
    ValueTask<bool> CreateAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Counter + 1, when the counter is the one seen and no hand-off is pending.</summary>
    ValueTask<LeaseWrite> RenewAsync(Lease seen, CancellationToken cancellationToken);

    /// <summary>A new owner and counter + 1, when the counter is the one seen.</summary>
    ValueTask<LeaseWrite> TakeAsync(Lease seen, string owner, CancellationToken cancellationToken);

    /// <summary>A new checkpoint (with children at a shard's end) and counter + 1, when the counter is the one seen.</summary>
    ValueTask<LeaseWrite> CheckpointAsync(Lease seen, Lease changed, CancellationToken cancellationToken);

    /// <summary>No owner and counter + 1, when the owner is the one seen.</summary>
    ValueTask<LeaseWrite> EvictAsync(Lease seen, CancellationToken cancellationToken);

    /// <summary>Removes a lease, when the counter is the one seen.</summary>
    /// <returns>Whether it was removed.</returns>
    ValueTask<bool> DeleteAsync(Lease seen, CancellationToken cancellationToken);
}

/// <summary>The result of a conditional write.</summary>
/// <param name="IsDone">Whether the condition held and the row was written.</param>
/// <param name="Row">The row as it is now: as written, or as it was found; null where it does not exist.</param>
public sealed record LeaseWrite(bool IsDone, Lease? Row);

/// <summary>What a lease table holds.</summary>
/// <param name="Leases">The leases.</param>
/// <param name="Refusal">Why leases must not be taken here: the table belongs to a fleet with another protocol. Null where they may.</param>
public sealed record LeaseTable(IReadOnlyList<Lease> Leases, string? Refusal = null);
