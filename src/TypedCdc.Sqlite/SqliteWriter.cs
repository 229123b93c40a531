using System.Globalization;

namespace TypedCdc.Sqlite;

/// <summary>One connection that writes in transactions and waits, without holding a thread, while another process has the database's write lock.</summary>
internal sealed class SqliteWriter(SqliteSinkOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private SqliteConnection? _connection;

    /// <summary>For tests: called before each statement is run, with its text.</summary>
    public Action<string>? BeforeStatement { get; init; }

    /// <summary>Called when the database was busy and the attempt is repeated.</summary>
    public Action? Retried { get; init; }

    /// <summary>The connection; opened at its first use.</summary>
    public SqliteConnection Connection => _connection ??= new(options.Path) { BeforeStatement = BeforeStatement };

    /// <summary>Makes transactions durable when they have ended (write-ahead log, <c>synchronous=FULL</c>).</summary>
    public ValueTask ConfigureAsync(CancellationToken cancellationToken) => RetryWhileBusyAsync(
        connection => connection.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {options.CheckpointPages}; PRAGMA cache_size = {-(options.CacheBytes / 1024)};")),
        cancellationToken);

    /// <summary>Runs statements as one: all of them, or none.</summary>
    public async ValueTask InTransactionAsync(Action<SqliteConnection> statements, CancellationToken cancellationToken)
    {
        await RetryWhileBusyAsync(static connection => connection.Execute("BEGIN IMMEDIATE"), cancellationToken);
        try
        {
            statements(Connection);
            await RetryWhileBusyAsync(static connection => connection.Execute("COMMIT"), cancellationToken);
        }
        catch
        {
            // An error such as a full disk may have ended it already.
            if (Connection.IsInTransaction)
            {
                Connection.Execute("ROLLBACK");
            }

            throw;
        }
    }

    public void Dispose() => _connection?.Dispose();

    // SQLite's own busy handler would hold the thread; and it gives up at once where two connections wait for each other.
    private async ValueTask RetryWhileBusyAsync(Action<SqliteConnection> action, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks)))
        {
            try
            {
                action(Connection);
                return;
            }
            catch (SqliteException error) when (error.SqlitePrimaryCode == SQLitePCL.raw.SQLITE_BUSY && time.GetElapsedTime(started) < options.BusyTimeout)
            {
                Retried?.Invoke();
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }
}
