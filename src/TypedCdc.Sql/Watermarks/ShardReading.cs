using System.Collections.Concurrent;

namespace TypedCdc.Sql;

/// <summary>What a sink knows of one reading of a shard.</summary>
/// <param name="lease">The reading.</param>
/// <param name="stored">The shard's watermarks that held when it began, of every table and lane.</param>
internal sealed class ShardReading(ShardLease lease, IReadOnlyList<StoredWatermark> stored)
{
    private readonly Lock _gate = new();
    private SequenceNumber? _remembered = lease.Start;

    public ShardLease Lease { get; } = lease;

    public IReadOnlyList<StoredWatermark> Stored { get; } = stored;

    /// <summary>Its tables, by target.</summary>
    public ConcurrentDictionary<string, TableReading> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>The checkpoint that the source has stored and that the shard's watermarks do not say; null for none.</summary>
    public SequenceNumber? ToRemember
    {
        get
        {
            lock (_gate)
            {
                return Lease.Checkpoint is { } checkpoint && (_remembered is not { } remembered || checkpoint > remembered) ? checkpoint : null;
            }
        }
    }

    /// <summary>The shard's watermarks say a checkpoint durably.</summary>
    public void Remembered(SequenceNumber checkpoint)
    {
        lock (_gate)
        {
            _remembered = _remembered is { } before && before > checkpoint ? before : checkpoint;
        }
    }
}
