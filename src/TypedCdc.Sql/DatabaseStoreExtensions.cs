using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.DeadLetters;
using TypedCdc.Sources;
using TypedCdc.Sql.Checkpoints;
using TypedCdc.Sql.DeadLetters;
using TypedCdc.Sql.Ports;

namespace TypedCdc;

/// <summary>Dead letters and checkpoints in any database that a <see cref="SqlDialect"/> describes.</summary>
public static class DatabaseStoreExtensions
{
    /// <summary>Keeps what cannot be delivered in a table, which is created on first use. It may be the database of a sink.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="dialect">The database's SQL.</param>
    /// <param name="dataSource">Where connections come from; its owner disposes it.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder DeadLettersToDatabase(this CdcBuilder cdc, SqlDialect dialect, DbDataSource dataSource, string table = "cdc_dead_letters")
    {
        ArgumentNullException.ThrowIfNull(cdc);
        return cdc.DeadLettersTo(services => new SqlDeadLetterStore(Open(dialect, dataSource), table, time: services.GetService<TimeProvider>()));
    }

    /// <summary>
    /// Delivers the dead letters of a table again, after the mistake is fixed: each to the handler or sink that could not take it, and to no other, at its old position and in the stream's order.
    /// What fails again stays in the table.
    /// </summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="dialect">The database's SQL.</param>
    /// <param name="dataSource">Where connections come from; its owner disposes it.</param>
    /// <param name="configure">Which letters, and what becomes of them.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder FromDatabaseDeadLetters(
        this CdcBuilder cdc, SqlDialect dialect, DbDataSource dataSource, Action<RedriveOptions>? configure = null, string table = "cdc_dead_letters")
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(dialect);
        return cdc.FromDeadLetters($"{dialect.Name} table {table}", services => new SqlDeadLetterStore(Open(dialect, dataSource), table, time: services.GetService<TimeProvider>()), configure);
    }

    /// <summary>Keeps the checkpoints of sources in a table, which is created on first use. It may be the database of a sink.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="dialect">The database's SQL.</param>
    /// <param name="dataSource">Where connections come from; its owner disposes it.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder CheckpointsToDatabase(this CdcBuilder cdc, SqlDialect dialect, DbDataSource dataSource, string table = "cdc_checkpoints") =>
        cdc.CheckpointsTo(services => new SqlCheckpointStore(Open(dialect, dataSource), table, time: services.GetService<TimeProvider>()));

    /// <summary>The same as for a data source, over a database that opens and owns its connections: what a package that brings a database builds on.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="open">Creates the database when the host starts; the store disposes it.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder DeadLettersToDatabase(this CdcBuilder cdc, Func<ISqlDatabase> open, string table = "cdc_dead_letters")
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(open);
        return cdc.DeadLettersTo(services => new SqlDeadLetterStore(open(), table, time: services.GetService<TimeProvider>()));
    }

    /// <summary>The same as for a data source, over a database that opens and owns its connections.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="name">What the log calls the source: <c>mysql table cdc_dead_letters</c>.</param>
    /// <param name="open">Creates the database when the host starts; the store disposes it.</param>
    /// <param name="configure">Which letters, and what becomes of them.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder FromDatabaseDeadLetters(
        this CdcBuilder cdc, string name, Func<ISqlDatabase> open, Action<RedriveOptions>? configure = null, string table = "cdc_dead_letters")
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentNullException.ThrowIfNull(open);
        return cdc.FromDeadLetters(name, services => new SqlDeadLetterStore(open(), table, time: services.GetService<TimeProvider>()), configure);
    }

    /// <summary>The same as for a data source, over a database that opens and owns its connections.</summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="open">Creates the database when the host starts; the store disposes it.</param>
    /// <param name="table">The table's name.</param>
    public static CdcBuilder CheckpointsToDatabase(this CdcBuilder cdc, Func<ISqlDatabase> open, string table = "cdc_checkpoints")
    {
        ArgumentNullException.ThrowIfNull(open);
        return cdc.CheckpointsTo(services => new SqlCheckpointStore(open(), table, time: services.GetService<TimeProvider>()));
    }

    internal static CdcBuilder CheckpointsTo(this CdcBuilder cdc, Func<IServiceProvider, ICheckpointStore> create)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        cdc.Services.AddSingleton(create);
        return cdc;
    }

    private static DelegatedDatabase Open(SqlDialect dialect, DbDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentNullException.ThrowIfNull(dataSource);
        return new(dialect, async cancellationToken => new DbSqlSession(await dataSource.OpenConnectionAsync(cancellationToken), dialect));
    }
}
