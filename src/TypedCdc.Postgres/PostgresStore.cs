using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TypedCdc.Sql;

namespace TypedCdc.Postgres;

/// <summary>Writes rows through sessions that it keeps: each has its temporary tables and its prepared statements, and takes one write at a time.</summary>
internal sealed class PostgresStore(PostgresSinkOptions options, WritePaths? paths = null) : IRelationalStore
{
    private readonly ConcurrentBag<PostgresSession> _idle = [];
    private readonly NpgsqlDataSource _dataSource = ConnectionStrings.Open("the PostgreSQL sink", options.DataSource, options.ConnectionString);
    private SinkMetrics? _metrics;
    private TimeProvider _time = TimeProvider.System;
    private ILogger _logger = NullLogger.Instance;

    public string Name => "postgresql";

    // text and jsonb cannot hold NUL, and times are kept in microseconds (PostgreSQL documentation, "Character Types", "Date/Time Types").
    public ValueLimits Limits { get; } = new() { TakesNul = false, TimeResolution = TimeSpan.TicksPerMicrosecond, MaximumColumns = PostgresSchemaless.MaximumColumns };

    public async ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        _metrics = metrics;
        _time = context.TimeProvider;
        _logger = context.Logger;
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await PostgresMigrations.RunAsync(connection, tables, options.MigrationLockTimeout, context.Logger, cancellationToken);
    }

    public async ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var session = await TakeAsync(session => session.Fits(batch), cancellationToken);
        var rejectedBefore = batch.RejectedCount;
        try
        {
            _metrics!.Written(await session.WriteAsync(batch, cancellationToken));
            _idle.Add(session);
        }
        catch
        {
            // What the session still holds is not known: the next write begins with a new one.
            batch.ForgetRejectedSince(rejectedBefore);
            await session.DisposeAsync();
            throw;
        }
    }

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
            _idle.Add(session);
            return result;
        }
        catch
        {
            await session.DisposeAsync();
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
        while (_idle.TryTake(out var session))
        {
            await session.DisposeAsync();
        }

        if (options.DataSource is null)
        {
            await _dataSource.DisposeAsync();
        }
    }

    private async ValueTask<PostgresSession> TakeAsync(Func<PostgresSession, bool> fits, CancellationToken cancellationToken)
    {
        while (_idle.TryTake(out var idle))
        {
            if (fits(idle))
            {
                return idle;
            }

            await idle.DisposeAsync();
        }

        return await PostgresSession.OpenAsync(_dataSource, paths ?? WritePaths.Default, cancellationToken);
    }
}
