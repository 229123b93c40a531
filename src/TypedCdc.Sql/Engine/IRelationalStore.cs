using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>What a database has to do for a relational sink.</summary>
internal interface IRelationalStore : IAsyncDisposable
{
    /// <summary>The database's name in metrics, as OpenTelemetry's <c>db.system.name</c> has it.</summary>
    string Name { get; }

    /// <summary>What the database's types cannot hold, though their .NET counterparts can.</summary>
    ValueLimits Limits { get; }

    /// <summary>A history as the database keeps it.</summary>
    TargetTable OpenHistory(HistoryTable history, int index) => throw new InvalidOperationException($"The sink for {Name} keeps no history.");

    /// <summary>Creates what is missing; refuses what does not fit.</summary>
    ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken);

    /// <summary>Whether <see cref="OpenAsync"/> does something.</summary>
    bool KeepsSchemaless => false;

    /// <summary>
    /// Makes a table without a model as wide as is wanted, or as wide as another worker has made it; alone, if several workers want to. What is returned is what the database has
    /// now, and may be less than what was wanted.
    /// </summary>
    /// <exception cref="SchemaDriftException">The table is kept in another way than it was, or is not there and may not be made.</exception>
    ValueTask<SchemalessShape> OpenAsync(SchemalessShape wanted, MigrationMode migrations, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>
    /// Writes, for each key of each table, the newest row that the database takes, unless the table has a newer one: all of it or nothing. Rows that it refuses are
    /// told to <see cref="WriteBatch.Reject"/>.
    /// </summary>
    ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken);

    /// <summary>What the failure of a write means for its records.</summary>
    SqlFailure Classify(Exception error) => error is TimeoutException ? SqlFailure.TimedOut : SqlFailure.Transient;

    /// <summary>What a dead letter tells of a record that failed alone: names, and no values of the row.</summary>
    Exception Explain(Exception error) => error;

    /// <summary>Whether <see cref="FinishSnapshotAsync"/> does something.</summary>
    bool CanFinishSnapshots => false;

    /// <summary>
    /// Remembers that a whole snapshot of the table was written, and removes the rows that are older than it: those of items that were not in it. From then on an older change of an item
    /// that the table does not have is stale. What a crash leaves undone is done by the next call, or when a sink starts.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="microseconds">The time of the snapshot's rows; null to do what was left undone.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many rows were removed.</returns>
    ValueTask<long> FinishSnapshotAsync(TargetTable table, long? microseconds, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Whether <see cref="PurgeAsync"/> does something.</summary>
    bool CanPurge => false;

    /// <summary>
    /// Forgets some of the tombstones that are older than the policy keeps them, with the ties that belong to them, and remembers in the same transaction up to when the table has
    /// forgotten removed items: from then on an older change of an item that the table does not have is refused (<see cref="PurgeHorizon"/>), and a removal of such an item does nothing.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="policy">How long tombstones stay.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many tombstones were taken away; fewer than <see cref="PurgePolicy.BatchRows"/> where there are no more.</returns>
    ValueTask<int> PurgeAsync(TargetTable table, PurgePolicy policy, CancellationToken cancellationToken) => throw new NotSupportedException();
}
