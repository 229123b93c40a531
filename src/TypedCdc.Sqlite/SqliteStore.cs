using System.Globalization;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>
/// Writes rows through one connection: one prepared upsert a table, all rows of a write in one transaction, durable when it returns (write-ahead log,
/// <c>synchronous=FULL</c>).
/// </summary>
internal sealed class SqliteStore(SqliteSinkOptions options) : IRelationalStore
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    // SQLite has one writer at a time anyway: waiting here costs no polling.
    private readonly SemaphoreSlim _writer = new(1, 1);
    private SqliteConnection? _connection;
    private SqliteTable[] _tables = [];
    private TimeProvider _time = TimeProvider.System;
    private SinkMetrics? _metrics;

    public string Name => "sqlite";

    public ValueLimits Limits => ValueLimits.None;

    /// <summary>For tests: called before each statement is run, with its text.</summary>
    internal Action<string>? BeforeStatement { get; init; }

    public async ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        _time = context.TimeProvider;
        _metrics = metrics;
        var connection = _connection = new(options.Path) { BeforeStatement = BeforeStatement };
        await RetryWhileBusyAsync(
            connection => connection.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {options.CheckpointPages}; PRAGMA cache_size = {-(options.CacheBytes / 1024)};")),
            cancellationToken);
        await RetryWhileBusyAsync(static connection => connection.Execute("BEGIN IMMEDIATE"), cancellationToken);
        try
        {
            if (tables.Migrations != MigrationMode.Off)
            {
                SqliteMigrations.Run(connection, tables, context.Logger);
            }

            await RetryWhileBusyAsync(static connection => connection.Execute("COMMIT"), cancellationToken);
        }
        catch
        {
            RollBack(connection);
            throw;
        }

        _tables = [.. tables.Tables.Select(table => new SqliteTable(connection, table))];
    }

    public async ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var connection = _connection ?? throw new InvalidOperationException("The sink has not been started.");
        var rejectedBefore = batch.RejectedCount;
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await RetryWhileBusyAsync(static connection => connection.Execute("BEGIN IMMEDIATE"), cancellationToken);
            var counts = default(WriteCounts);
            foreach (var rows in batch.Tables)
            {
                _tables[rows.Table.Index].Write(rows, batch, ref counts);
            }

            await RetryWhileBusyAsync(static connection => connection.Execute("COMMIT"), cancellationToken);
            _metrics!.Written(counts);
        }
        catch
        {
            batch.ForgetRejectedSince(rejectedBefore);
            RollBack(connection);
            throw;
        }
        finally
        {
            _writer.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.WaitAsync();
        foreach (var table in _tables)
        {
            table.Dispose();
        }

        _tables = [];
        _connection?.Dispose();
        _connection = null;
    }

    private static void RollBack(SqliteConnection connection)
    {
        if (connection.IsInTransaction)
        {
            connection.Execute("ROLLBACK");
        }
    }

    // SQLite's own busy handler would hold the thread; and it gives up at once where two connections wait for each other.
    private async ValueTask RetryWhileBusyAsync(Action<SqliteConnection> action, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks)))
        {
            try
            {
                action(_connection!);
                return;
            }
            catch (SqliteException error) when (error.SqlitePrimaryCode == SQLitePCL.raw.SQLITE_BUSY && _time.GetElapsedTime(started) < options.BusyTimeout)
            {
                _metrics?.Retried();
                await Task.Delay(wait, _time, cancellationToken);
            }
        }
    }
}
