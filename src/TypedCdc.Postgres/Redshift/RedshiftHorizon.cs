using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Postgres;

/// <summary>
/// How Redshift forgets removed items: under the table's lock, in statements over many rows, since each has the price of a scan. <c>cdc_key</c> stands for the key, see
/// <see cref="RedshiftStatements"/>.
/// </summary>
internal sealed class RedshiftHorizon(TableStatements table) : HorizonStatements(table)
{
    public override int BatchRows => 100_000;

    public override int SweepRows => 100_000;

    /// <summary>Deletes the oldest tombstones before a horizon.</summary>
    public SqlStatement PurgeTombstones(long horizon)
    {
        var parameters = new StatementParameters(Table.Dialect);
        return parameters.Statement(
            $"DELETE FROM {Table.Name}\nWHERE \"cdc_key\" IN ({Table.Dialect.Limit($"SELECT \"cdc_key\" FROM {Table.Name} WHERE {DeletedAt} < {parameters.Add(ColumnType.Int64, horizon)} ORDER BY {DeletedAt}", BatchRows)})");
    }

    /// <summary>Forgets what is remembered at times before a horizon, of items that are forgotten.</summary>
    public SqlStatement PurgeTies(long horizon)
    {
        var parameters = new StatementParameters(Table.Dialect);
        return parameters.Statement(
            $"DELETE FROM {Table.Ties}\nWHERE {Table.Dialect.TimeOf(Version)} < {parameters.Add(ColumnType.Text, PurgeHorizon.ToVersion(horizon))}"
            + $" AND \"cdc_key\" NOT IN (SELECT \"cdc_key\" FROM {Table.Name} WHERE \"cdc_key\" IS NOT NULL)");
    }

    public override async ValueTask<int?> PurgeAtOnceAsync(ISqlSession executor, long horizon, CancellationToken cancellationToken)
    {
        var purged = (await executor.ExecuteAsync(PurgeTombstones(horizon), cancellationToken)).AffectedRows;
        await executor.ExecuteAsync(PurgeTies(horizon), cancellationToken);
        return (int)Math.Max(0, purged);
    }

    /// <summary>There is no upsert, and under the lock none is needed.</summary>
    public override SqlStatement Sweep(long snapshot)
    {
        var parameters = new StatementParameters(Table.Dialect);
        var version = VersionOf(snapshot);
        string Text() => parameters.Add(ColumnType.Text, version);
        string Number(long value) => parameters.Add(ColumnType.Int64, value);
        var removed = Table.Target.Sql.NonKeys.Select(column => $"{Table.Dialect.Quote(column.Name)} = NULL");
        return parameters.Statement(
            $"UPDATE {Table.Name} SET {List([.. removed, $"{Version} = {Text()}", $"{DeletedAt} = {Number(snapshot)}", $"{Table.Images[0]} = {Number(Tie.Unknown)}", $"{Table.Images[1]} = {Number(ImageOf(version))}", $"{Table.Count} = 0"])}\n"
            + $"WHERE \"cdc_key\" IN ({Table.Dialect.Limit($"SELECT \"cdc_key\" FROM {Table.Name} WHERE {DeletedAt} IS NULL AND {Version} < {Text()}", SweepRows)})");
    }
}
