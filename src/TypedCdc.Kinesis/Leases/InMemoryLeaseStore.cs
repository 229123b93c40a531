using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Leases;

/// <summary>Leases in this process's memory: for tests, and for several sources of one process that share a stream.</summary>
public sealed class InMemoryLeaseStore : ILeaseStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Lease> _rows = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask EnsureAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask<LeaseTable> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(new LeaseTable([.. _rows.Values]));
        }
    }

    /// <inheritdoc/>
    public ValueTask<Lease?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_rows.GetValueOrDefault(key));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> CreateAsync(Lease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_gate)
        {
            return new(_rows.TryAdd(lease.Key, lease));
        }
    }

    /// <inheritdoc/>
    public ValueTask<LeaseWrite> RenewAsync(Lease seen, CancellationToken cancellationToken) => Write(
        seen,
        row => row.Counter == seen.Counter && (row.CheckpointOwner is null || seen.CheckpointOwner is not null),
        static row => row with { Counter = row.Counter + 1 });

    /// <inheritdoc/>
    public ValueTask<LeaseWrite> TakeAsync(Lease seen, string owner, CancellationToken cancellationToken) => Write(
        seen,
        row => row.Counter == seen.Counter,
        row => row with { Owner = owner, CheckpointOwner = null, OwnerSwitches = row.OwnerSwitches + (seen.Owner == owner ? 0 : 1), Counter = row.Counter + 1 });

    /// <inheritdoc/>
    public ValueTask<LeaseWrite> CheckpointAsync(Lease seen, Lease changed, CancellationToken cancellationToken) => Write(
        seen,
        row => row.Counter == seen.Counter,
        row => row with
        {
            Counter = row.Counter + 1,
            Checkpoint = changed.Checkpoint,
            CheckpointSubSequenceNumber = 0,
            OwnerSwitches = 0,
            OwnCheckpoint = changed.OwnCheckpoint,
            CompleteUntil = changed.CompleteUntil,
            Children = changed.Children.Count > 0 ? changed.Children : row.Children,
        });

    /// <inheritdoc/>
    public ValueTask<LeaseWrite> EvictAsync(Lease seen, CancellationToken cancellationToken) => Write(
        seen,
        row => row.Owner == seen.Owner && row.CheckpointOwner == seen.CheckpointOwner,
        static row => row with { Owner = row.CheckpointOwner is null ? null : row.Owner, CheckpointOwner = null, Counter = row.Counter + 1 });

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(Lease seen, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        lock (_gate)
        {
            return new(_rows.TryGetValue(seen.Key, out var row) && row.Counter == seen.Counter && _rows.Remove(seen.Key));
        }
    }

    private ValueTask<LeaseWrite> Write(Lease seen, Func<Lease, bool> condition, Func<Lease, Lease> change)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue(seen.Key, out var row) || !condition(row))
            {
                return new(new LeaseWrite(false, _rows.GetValueOrDefault(seen.Key)));
            }

            return new(new LeaseWrite(true, _rows[seen.Key] = change(row)));
        }
    }
}
