using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Postgres;

/// <summary>
/// Appends to histories of Redshift, whose keys are not enforced: staged in a temporary table of the session, then, in a transaction that begins by locking the history, what is not there is added.
/// </summary>
internal sealed class RedshiftHistoryStore(Func<CancellationToken, ValueTask<ISqlSession>> open, Func<ValueTask>? dispose = null) : DialectHistoryStore(new RedshiftDialect(), open, dispose)
{
    protected override async ValueTask<(long Added, IReadOnlyList<(string Id, HistoryRow Row)> Refused)> InsertAsync(
        ISqlSession executor, DialectHistoryTable table, IReadOnlyList<(string Id, HistoryRow Row)> rows, CancellationToken cancellationToken)
    {
        var stage = table.Dialect.Quote(SqlName.Fit((table.History.Schema is { } schema ? schema + "_" : "") + table.History.Name + "_stage"));
        await ExecuteAsync(CreateStage(table, stage));
        await ExecuteAsync($"DELETE FROM {stage}");
        var parameters = new List<object?>();
        var values = string.Join(",\n    ", rows.Select(row => "(" + string.Join(", ", table.Values(row.Id, row.Row, parameters)) + ")"));
        await executor.ExecuteAsync(new($"INSERT INTO {stage} ({string.Join(", ", table.QuotedColumns)})\nVALUES {values}", parameters), cancellationToken);
        try
        {
            await ExecuteAsync("BEGIN");
            await ExecuteAsync($"LOCK {table.Name}");
            var added = (await executor.ExecuteAsync(new(Append(table, stage)), cancellationToken)).AffectedRows;
            await ExecuteAsync("COMMIT");
            return (added < 0 ? rows.Count : added, []);
        }
        catch
        {
            try
            {
                await executor.ExecuteAsync(new("ROLLBACK"), CancellationToken.None);
            }
            catch (Exception)
            {
                // The first error is the one that tells; a session that cannot even roll back is given up by the store.
            }

            throw;
        }

        async ValueTask ExecuteAsync(string sql) => await executor.ExecuteAsync(new(sql), cancellationToken);
    }

    private static string CreateStage(DialectHistoryTable table, string stage)
    {
        var columns = table.Shape.Columns.Select(column => $"    {table.Dialect.Quote(column.Name)} {RedshiftDialect.StagedType(column.DeclaredType)}");
        var first = table.Columns[0];
        return $"CREATE TEMP TABLE IF NOT EXISTS {stage} (\n{string.Join(",\n", columns)}\n)" + (first.Type == ColumnType.Binary ? "" : $"\nDISTKEY ({table.Dialect.Quote(first.Name)})");
    }

    // The partition key beside cdc_id: rows are then joined where they stand.
    private static string Append(DialectHistoryTable table, string stage)
    {
        var (id, first) = (table.Dialect.Quote(DialectHistoryTable.Id), table.Dialect.Quote(table.Columns[0].Name));
        var values = table.Shape.Columns.Select(column => ((RedshiftDialect)table.Dialect).FromStage(column.DeclaredType, $"s.{table.Dialect.Quote(column.Name)}"));
        return $"INSERT INTO {table.Name} ({string.Join(", ", table.QuotedColumns)})\nSELECT {string.Join(", ", values)}\nFROM {stage} AS s LEFT JOIN {table.Name} AS t ON s.{id} = t.{id}"
            + (table.Columns[0].Type == ColumnType.Binary ? "" : $" AND s.{first} = t.{first}") + $"\nWHERE t.{id} IS NULL";
    }
}
