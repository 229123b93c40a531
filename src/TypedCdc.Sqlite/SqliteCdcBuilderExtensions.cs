using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc;

/// <summary>Adds a SQLite sink to the pipeline.</summary>
public static class SqliteCdcBuilderExtensions
{
    /// <summary>Keeps the current state of models' items in a SQLite database, which is made on first use.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="path">The database file.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToSqlite(this CdcBuilder cdc, string path, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null) =>
        cdc.ToSqlite(new SqliteSinkOptions { Path = path }, tables, configure);

    /// <summary>Keeps the current state of models' items in a SQLite database, which is made on first use.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="options">The database file and how it is opened.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToSqlite(this CdcBuilder cdc, SqliteSinkOptions options, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var targets = TableSetBuilder.Build(tables);
        targets.RequireDistinctNames(hasSchemas: false);
        return cdc.AddRelationalSink("Sqlite", targets, () => new SqlStore(new SqliteDatabase(options)), sink =>
        {
            // SQLite has one writer. But while it writes, others make rows of their records, and all that then wait go into one transaction.
            sink.Concurrency = 8;

            // A write takes what came while the one before it ran. Behind, it takes more: the more keys a transaction has, the fewer pages are written twice.
            sink.MaximumBatchRecords = 20_000;
            sink.MaximumBatchBytes = 16 * 1024 * 1024;
            configure?.Invoke(sink);
        });
    }
}
