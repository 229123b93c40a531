using TypedCdc.Sql;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Postgres;

/// <summary>Writes rows to Redshift.</summary>
internal sealed class RedshiftStore(Func<CancellationToken, ValueTask<ISqlSession>> open, IRedshiftStage? stage = null, int stageFrom = 1_000, Func<ValueTask>? dispose = null)
    : DialectStore(new RedshiftDialect { StagesDocuments = stage is not null }, open, dispose)
{
    protected override HorizonStatements HorizonOf(DialectTable table) => new RedshiftHorizon(table);

    protected override ValueTask<WriteCounts> WriteTableAsync(ISqlSession executor, OpenedTable table, WriteBatch batch, SinkMetrics metrics, CancellationToken cancellationToken) =>
        new RedshiftWriter(executor, table.Table, stage, batch, metrics, Time) { StageFrom = stageFrom, SelectRevisions = table.SelectRevisions, ChecksRevision = table.ChecksRevision }.WriteAsync(cancellationToken);
}
