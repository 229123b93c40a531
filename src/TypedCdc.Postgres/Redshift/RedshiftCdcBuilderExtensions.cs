using TypedCdc;
using TypedCdc.Postgres;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc;

/// <summary>Adds an Amazon Redshift sink to the pipeline.</summary>
public static class RedshiftCdcBuilderExtensions
{
    /// <summary>Keeps the current state of models' items in Redshift. Tables and views are made on first use. Not run against the service: see <see cref="RedshiftDialect"/>.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToRedshift(this CdcBuilder cdc, string connectionString, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null) =>
        cdc.ToRedshift(new RedshiftSinkOptions { ConnectionString = connectionString }, tables, configure);

    /// <summary>The same, with options.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="options">The warehouse and how it is written to.</param>
    /// <param name="tables">Names the models.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToRedshift(this CdcBuilder cdc, RedshiftSinkOptions options, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();

        // One write at a time: each locks the table.
        return cdc.AddRelationalSink("Redshift", TableSetBuilder.Build(tables), () => Open(options, options.Stage), configure, () => Open(options, null));
    }

    private static RedshiftStore Open(RedshiftSinkOptions options, IRedshiftStage? stage)
    {
        var sessions = Sessions(options);
        var dialect = new RedshiftDialect { StagesDocuments = stage is not null };
        return new(async cancellationToken => new DbSqlSession(await sessions.OpenAsync(cancellationToken), dialect), stage, options.StageFrom, sessions.DisposeAsync);
    }

    private static NpgsqlSessions Sessions(RedshiftSinkOptions options) => new("Redshift", options.ConnectionString, options.DataSource, mayLackTypes: true, resetsOnClose: false);
}
