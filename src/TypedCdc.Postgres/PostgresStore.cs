using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>Writes rows through sessions that it keeps: each has its temporary tables and its prepared statements, and takes one write at a time.</summary>
internal sealed class PostgresStore(PostgresSinkOptions options, WritePaths? paths = null) : IRelationalStore
{
    private readonly NpgsqlDataSource _dataSource = ConnectionStrings.Open("the PostgreSQL sink", options.DataSource, options.ConnectionString);
    private SessionPool? _sessions; // after the start
    private SinkMetrics? _metrics;
    private TableSet? _tables; // after the start
    private TimeProvider _time = TimeProvider.System;
    private ILogger _logger = NullLogger.Instance;

    public string Name => "postgresql";

    // text and jsonb cannot hold NUL, and times are kept in microseconds (PostgreSQL documentation, "Character Types", "Date/Time Types").
    public ValueLimits Limits { get; } = new() { TakesNul = false, TimeResolution = TimeSpan.TicksPerMicrosecond, MaximumColumns = PostgresSchemaless.MaximumColumns };

    public async ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        _tables = tables;
        _metrics = metrics;
        _time = context.TimeProvider;
        _logger = context.Logger;
        _sessions = new(_dataSource, paths ?? WritePaths.Default, _time, _logger);
        await MigrateAsync(tables, cancellationToken);
    }

    public async ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var session = await TakeAsync(session => session.Fits(batch), cancellationToken);
        var rejectedBefore = batch.RejectedCount;
        try
        {
            _metrics!.Written(await session.WriteAsync(batch, _time, cancellationToken));
            _sessions!.Return(session);
        }
        catch (Exception error)
        {
            batch.ForgetRejectedSince(rejectedBefore);
            await AbandonAsync(session, error);
            if (IsOfMissingTable(error) && _tables is { Migrations: not MigrationMode.Off } tables)
            {
                await RecreateAsync(tables, cancellationToken);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public SqlFailure Classify(Exception error) => PostgresErrors.Classify(error) switch
    {
        PostgresFault.TimedOut => SqlFailure.TimedOut,
        // The session isolates what it can. What is left has ended its connection, as internal errors (class XX) do.
        PostgresFault.Unknown when error is PostgresException => SqlFailure.Unknown,
        _ => SqlFailure.Transient,
    };

    /// <inheritdoc/>
    public Exception Explain(Exception error) => error is PostgresException postgres ? PostgresErrors.Explain(postgres) : error;

    public bool CanPurge => true;

    public ValueTask<int> PurgeAsync(TargetTable table, PurgePolicy policy, CancellationToken cancellationToken) =>
        InSessionAsync(table, session => session.PurgeAsync(table, _time.GetUtcNow(), policy, cancellationToken), cancellationToken);

    public bool CanFinishSnapshots => true;

    public ValueTask<long> FinishSnapshotAsync(TargetTable table, long? microseconds, CancellationToken cancellationToken) =>
        InSessionAsync(table, session => session.FinishSnapshotAsync(table, microseconds, cancellationToken), cancellationToken);

    private async ValueTask<T> InSessionAsync<T>(TargetTable table, Func<PostgresSession, Task<T>> use, CancellationToken cancellationToken)
    {
        var session = await TakeAsync(session => session.Fits(table), cancellationToken);
        try
        {
            var result = await use(session);
            _sessions!.Return(session);
            return result;
        }
        catch (Exception error)
        {
            await AbandonAsync(session, error);
            throw;
        }
    }

    /// <summary>
    /// The state of a session that failed is not known: the next write opens another one. Where the error says that sessions cannot write any more (the server became a standby, it
    /// restarts, a proxy mixed them up), the connections in the pool are no better: they are closed too.
    /// </summary>
    private async ValueTask AbandonAsync(PostgresSession session, Exception error)
    {
        if (PostgresErrors.Classify(error) == PostgresFault.Session)
        {
            _dataSource.Clear();
            await _sessions!.ClearAsync();
        }

        await _sessions!.AbandonAsync(session);
    }

    // 42P01 undefined_table, 42703 undefined_column, 3F000 invalid_schema_name.
    private static bool IsOfMissingTable(Exception error) =>
        (error as PostgresException ?? error.InnerException as PostgresException)?.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName;

    private async ValueTask RecreateAsync(TableSet tables, CancellationToken cancellationToken)
    {
        _logger.LogWarning(
            "A table of the sink is missing or lacks columns. What is missing is created again, and the writes go on. Rows that were removed with it do not come back by themselves: take a snapshot of the DynamoDB table.");
        await MigrateAsync(tables, cancellationToken);
    }

    private async ValueTask MigrateAsync(TableSet tables, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
            await PoolingProxy.RefuseTransactionPoolingAsync(_dataSource, connection, cancellationToken);
            await PostgresMigrations.RunAsync(connection, tables, options.MigrationLockTimeout, _logger, cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.Classify(error) == PostgresFault.Session)
        {
            _dataSource.Clear(); // a read-only session stays one
            throw;
        }
    }

    public bool KeepsSchemaless => true;

    public async ValueTask<SchemalessShape> OpenAsync(SchemalessShape wanted, MigrationMode migrations, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return await PostgresSchemaless.OpenAsync(connection, wanted, migrations, options.MigrationLockTimeout, _logger, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sessions is not null)
        {
            await _sessions.ClearAsync();
        }

        if (options.DataSource is null)
        {
            await _dataSource.DisposeAsync();
        }
    }

    private ValueTask<PostgresSession> TakeAsync(Func<PostgresSession, bool> fits, CancellationToken cancellationToken) => _sessions!.TakeAsync(fits, cancellationToken);
}
