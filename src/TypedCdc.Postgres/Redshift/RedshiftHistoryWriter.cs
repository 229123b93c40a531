using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>
/// Adds rows to a history of Redshift, whose keys are not enforced: they are staged in a temporary table of the session, and then, in a transaction that begins by locking the history, those that
/// it does not have are added.
/// </summary>
internal sealed class RedshiftHistoryWriter(ISqlSession session, TableStatements table, WriteBatch batch, SinkMetrics metrics, TimeProvider time)
    : IsolatingWriter(session, table.Dialect, table.Target, batch, metrics, time)
{
    private readonly ISqlSession _session = session;
    private readonly RedshiftDialect _dialect = (RedshiftDialect)table.Dialect;

    protected override async ValueTask<List<KeyRows>> WriteOnceAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        var stage = _dialect.Quote(SqlName.Fit((table.Target.Schema is { } schema ? schema + "_" : "") + table.Target.TableName + "_stage"));
        var columns = string.Join(", ", table.InsertColumns);
        await ExecuteAsync(CreateStage(stage), cancellationToken);
        await ExecuteAsync($"DELETE FROM {stage}", cancellationToken);
        var parameters = new StatementParameters(_dialect);
        var values = table.HistoryValues(parameters, Rows, keys.ConvertAll(static key => key.Newest));
        await _session.ExecuteAsync(parameters.Statement($"INSERT INTO {stage} ({columns})\nVALUES {values}"), cancellationToken);
        long added;
        try
        {
            await ExecuteAsync("BEGIN", cancellationToken);
            await ExecuteAsync($"LOCK {table.Name}", cancellationToken);
            added = (await _session.ExecuteAsync(new(Append(stage, columns)), cancellationToken)).AffectedRows;
            await ExecuteAsync("COMMIT", cancellationToken);
        }
        catch
        {
            await RollBackAsync();
            throw;
        }

        added = added < 0 ? keys.Count : added;
        Count(new() { Rows = added, Stale = keys.Count - added });
        return [];
    }

    protected override IEnumerable<List<KeyRows>> Cut(List<KeyRows> keys) => CutByLimits(keys, table.RowParameters);

    private SqlColumnShape Partition => table.Shape.Columns[1];

    private string CreateStage(string stage) =>
        $"CREATE TEMP TABLE IF NOT EXISTS {stage} (\n{string.Join(",\n", table.Shape.Columns.Select(column => $"    {_dialect.Quote(column.Name)} {RedshiftDialect.StagedType(column.DeclaredType)}"))}\n)"
        + (Partition.Type == ColumnType.Binary ? "" : $"\nDISTKEY ({_dialect.Quote(Partition.Name)})");

    // The partition key beside cdc_id: rows are then joined where they are.
    private string Append(string stage, string columns)
    {
        var (id, first) = (_dialect.Quote(HistoryTable.Id), _dialect.Quote(Partition.Name));
        var values = table.Shape.Columns.Select(column => _dialect.FromStage(column.DeclaredType, $"s.{_dialect.Quote(column.Name)}"));
        return $"INSERT INTO {table.Name} ({columns})\nSELECT {string.Join(", ", values)}\nFROM {stage} AS s LEFT JOIN {table.Name} AS t ON s.{id} = t.{id}"
            + (Partition.Type == ColumnType.Binary ? "" : $" AND s.{first} = t.{first}") + $"\nWHERE t.{id} IS NULL";
    }

    private async ValueTask ExecuteAsync(string sql, CancellationToken cancellationToken) => await _session.ExecuteAsync(new(sql), cancellationToken);
}
