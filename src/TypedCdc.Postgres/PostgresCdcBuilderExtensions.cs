using TypedCdc.Postgres;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;

namespace TypedCdc;

/// <summary>Adds a PostgreSQL sink to the pipeline.</summary>
public static class PostgresCdcBuilderExtensions
{
    /// <summary>Keeps the current state of models' items in PostgreSQL. Tables and views are made on first use.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToPostgres(this CdcBuilder cdc, string connectionString, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null) =>
        cdc.ToPostgres(new PostgresSinkOptions { ConnectionString = connectionString }, tables, configure);

    /// <summary>Keeps the current state of models' items in PostgreSQL. Tables and views are made on first use.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="options">The server and how it is written to.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToPostgres(this CdcBuilder cdc, PostgresSinkOptions options, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return cdc.AddRelationalSink("Postgres", TableSetBuilder.Build(tables), () => new PostgresStore(options), sink =>
        {
            sink.Concurrency = options.Connections;

            // A write takes what came while the one before it ran: little while live, and this much in a backfill or when behind. More costs the server no less a row, and writes of 20,000 rows
            // keep fewer processors busy: while one side reads them, the other waits.
            sink.MaximumBatchRecords = 5_000;
            sink.MaximumBatchBytes = 16 * 1024 * 1024;
            configure?.Invoke(sink);
        }, () => new SqlStore(new NpgsqlDatabase(options)));
    }
}
