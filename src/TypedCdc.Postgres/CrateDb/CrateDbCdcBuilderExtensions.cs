using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc;

/// <summary>Adds a CrateDB sink to the pipeline.</summary>
public static class CrateDbCdcBuilderExtensions
{
    /// <summary>Keeps the current state of models' items in CrateDB. Tables and views are made on first use. Not run against the service: see <see cref="CrateDbDialect"/>.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToCrateDb(this CdcBuilder cdc, string connectionString, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null) =>
        cdc.ToCrateDb(new CrateDbSinkOptions { ConnectionString = connectionString }, tables, configure);

    /// <summary>The same, with options.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="options">The cluster and how it is written to.</param>
    /// <param name="tables">Names the models.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToCrateDb(this CdcBuilder cdc, CrateDbSinkOptions options, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var dialect = new CrateDbDialect { TimestampsInMicroseconds = options.TimestampsInMicroseconds, StatementTimeout = StatementTimeout(options) };
        return cdc.AddRelationalSink("CrateDb", TableSetBuilder.Build(tables), () => Open(options, dialect), sink =>
        {
            sink.Concurrency = options.Connections;
            configure?.Invoke(sink);
        });
    }

    // The time-out of the connections; where there is none, an hour stands for it.
    private static TimeSpan StatementTimeout(CrateDbSinkOptions options)
    {
        try
        {
            var seconds = new NpgsqlConnectionStringBuilder(options.DataSource?.ConnectionString ?? options.ConnectionString).CommandTimeout;
            return seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromHours(1);
        }
        catch (ArgumentException)
        {
            // Said when it is opened, without the string.
            return TimeSpan.FromSeconds(30);
        }
    }

    private static SqlStore Open(CrateDbSinkOptions options, CrateDbDialect dialect)
    {
        var sessions = Sessions(options);
        return new(dialect, async cancellationToken => new DbSqlSession(await sessions.OpenAsync(cancellationToken), dialect), sessions.DisposeAsync);
    }

    private static NpgsqlSessions Sessions(CrateDbSinkOptions options) => new("CrateDB", options.ConnectionString, options.DataSource, mayLackTypes: true);
}
