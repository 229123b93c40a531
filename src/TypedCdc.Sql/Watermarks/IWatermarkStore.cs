namespace TypedCdc.Sql;

/// <summary>
/// Where a database keeps the watermarks of lanes. They are written by <see cref="IRelationalStore.WriteAsync"/>, in the rows' own transaction: <see cref="WatermarkPlan.Finish"/>.
/// </summary>
internal interface IWatermarkStore
{
    /// <summary>
    /// Begins a reading, in one transaction: from here on owners with smaller tokens are refused, and where the reading was put back (<see cref="LeaseClaim.IsRewound"/>) the shard's watermarks are given up.
    /// </summary>
    /// <returns>The shard's watermarks that still hold, of every table and lane.</returns>
    /// <exception cref="StaleLeaseException">Another worker has the shard.</exception>
    ValueTask<IReadOnlyList<StoredWatermark>> ClaimAsync(string application, ShardLease lease, CancellationToken cancellationToken);

    /// <summary>Which table of its name it is now.</summary>
    ValueTask<TableIdentity> IdentifyAsync(TargetTable table, CancellationToken cancellationToken);

    /// <summary>Remembers with a shard's watermarks that a checkpoint was stored behind the last write.</summary>
    ValueTask RememberCheckpointAsync(string application, ShardLease lease, SequenceNumber checkpoint, CancellationToken cancellationToken);
}
