using System.Data.Common;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc;

/// <summary>Adds a sink on any database that a <see cref="SqlDialect"/> describes.</summary>
public static class DialectCdcBuilderExtensions
{
    /// <summary>Keeps the current state of models' items in a database. Tables and views are made on first use.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="dialect">The database's SQL.</param>
    /// <param name="dataSource">Where connections come from; its owner disposes it.</param>
    /// <param name="tables">Names the models: <c>tables => tables.Add&lt;Customer&gt;()</c>.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToDatabase(this CdcBuilder cdc, SqlDialect dialect, DbDataSource dataSource, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return cdc.ToDatabase(dialect, async cancellationToken => new DbSqlSession(await dataSource.OpenConnectionAsync(cancellationToken), dialect), tables, configure);
    }

    /// <summary>The same, over sessions of your own.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="dialect">The database's SQL.</param>
    /// <param name="open">Opens a session; called when all others are in use.</param>
    /// <param name="tables">Names the models.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToDatabase(
        this CdcBuilder cdc, SqlDialect dialect, Func<CancellationToken, ValueTask<ISqlSession>> open, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentNullException.ThrowIfNull(open);
        return cdc.AddRelationalSink(dialect.Name, TableSetBuilder.Build(tables), () => new SqlStore(dialect, open), configure);
    }

    /// <summary>The same, over a database that opens and owns its connections: what a package that brings a database builds on.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="name">The sink's name in logs and metrics, unless the user gives another.</param>
    /// <param name="open">Creates the database when the host starts; the sink disposes it.</param>
    /// <param name="tables">Names the models.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToDatabase(this CdcBuilder cdc, string name, Func<ISqlDatabase> open, Action<TableSetBuilder> tables, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(open);
        return cdc.AddRelationalSink(name, TableSetBuilder.Build(tables), () => new SqlStore(open()), configure);
    }
}
