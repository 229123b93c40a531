using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Postgres;

/// <summary>Writes rows to Redshift.</summary>
internal sealed class RedshiftStore(Func<CancellationToken, ValueTask<ISqlSession>> open, IRedshiftStage? stage = null, int stageFrom = 1_000, Func<ValueTask>? dispose = null)
    : SqlStore(new RedshiftDialect { StagesDocuments = stage is not null }, open, dispose)
{
    protected override HorizonStatements HorizonOf(TableStatements table) => new RedshiftHorizon(table);

    protected override IsolatingWriter WriterOf(ISqlSession session, OpenedTable table, WriteBatch batch, SinkMetrics metrics) =>
        table.Table.Target.History is not null
            ? new RedshiftHistoryWriter(session, table.Table, batch, metrics, Time)
            : new RedshiftWriter(session, table.Table, stage, batch, metrics, Time) { StageFrom = stageFrom, SelectRevisions = table.SelectRevisions, ChecksRevision = table.ChecksRevision };
}
