using System.Globalization;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sqlite;

/// <summary>
/// One connection to a database file, which all sessions share: SQLite has one writer at a time, and who waits for it here polls nothing. The connection is durable when a transaction has
/// ended (write-ahead log, <c>synchronous=FULL</c>).
/// </summary>
internal sealed class SqliteDatabase(SqliteSinkOptions options) : ISqlDatabase
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private volatile SqliteConnection? _connection;
    private volatile SqliteBulkWriter? _bulk; // set before the connection

    /// <inheritdoc/>
    public SqlDialect Dialect { get; } = new SqliteDialect();

    /// <summary>For tests: called before each statement is run, with its text.</summary>
    public Action<string>? BeforeStatement { get; init; }

    /// <summary>
    /// The database holds records, and is all that the process has to keep them: its folder and its file are created, the file for its owner only, and the connection is opened again after an
    /// error (a file that was removed, a full disk).
    /// </summary>
    public bool IsKeptForOwner { get; init; }

    /// <summary>The session that has the connection, for a statement or for a transaction, holds it.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Whether there is a connection.</summary>
    public bool IsOpen => _connection is not null;

    /// <summary>The connection; whoever uses it holds the gate.</summary>
    public SqliteConnection Connection => _connection ?? throw new InvalidOperationException("The SQLite database is not open.");

    /// <inheritdoc/>
    public async ValueTask<ISqlSession> OpenAsync(SqlSessionContext context, CancellationToken cancellationToken)
    {
        // Without waiting for the writer: a write that comes now joins those that wait for the next transaction.
        if (!IsKeptForOwner && _connection is not null && _bulk is { } bulk)
        {
            return new SqliteSession(this, context, bulk);
        }

        await Gate.WaitAsync(cancellationToken);
        try
        {
            if (_connection is null)
            {
                if (IsKeptForOwner)
                {
                    CreateForOwner(Path.GetFullPath(options.Path));
                }

                var connection = new SqliteConnection(options.Path) { BeforeStatement = BeforeStatement };
                try
                {
                    await RetryWhileBusyAsync(connection, Configure, context, cancellationToken);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }

                _bulk = new(this);
                _connection = connection;
            }

            return new SqliteSession(this, context, _bulk!);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>
    /// A file that is deleted while it is open takes every further row with it, and SQLite reports success: so the sink looks before each transaction. The caller holds the gate.
    /// </summary>
    /// <exception cref="SqliteException">The file is gone. Transient: the write waits with an alarm, and the checkpoint stands still.</exception>
    public void RequireFile()
    {
        if (options.Path != ":memory:" && !File.Exists(options.Path))
        {
            throw new SqliteException(
                SQLitePCL.raw.SQLITE_CANTOPEN,
                $"The SQLite file '{options.Path}' was deleted or moved while the sink has it open. Nothing is written any more. Stop the application, restore the file, or take a snapshot of the DynamoDB tables, and start again.");
        }
    }

    /// <summary>Runs an action, and again while another process has the database's lock, without holding a thread. The caller holds the gate.</summary>
    public ValueTask<T> RetryWhileBusyAsync<T>(Func<SqliteConnection, T> action, SqlSessionContext context, CancellationToken cancellationToken) =>
        RetryWhileBusyAsync(Connection, action, context, cancellationToken);

    /// <summary>Closes the connection after an error, where another one may help. The caller holds the gate.</summary>
    public void CloseAfterError()
    {
        if (IsKeptForOwner)
        {
            Close();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Gate.WaitAsync();
        Close();
        Gate.Release();
    }

    private void Close()
    {
        _bulk?.Dispose();
        _bulk = null;
        _connection?.Dispose();
        _connection = null;
    }

    // SQLite gives its log the same rights as the file.
    private static void CreateForOwner(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            var file = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(path, file).Dispose();
        }
    }

    private bool Configure(SqliteConnection connection)
    {
        connection.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {options.CheckpointPages}; PRAGMA cache_size = {-(options.CacheBytes / 1024)};"));
        return true;
    }

    // SQLite's own busy handler would hold the thread, and fails at once where two connections wait for each other.
    private async ValueTask<T> RetryWhileBusyAsync<T>(SqliteConnection connection, Func<SqliteConnection, T> action, SqlSessionContext context, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks)))
        {
            try
            {
                return action(connection);
            }
            catch (SqliteException error) when (error.SqlitePrimaryCode == SQLitePCL.raw.SQLITE_BUSY && context.Time.GetElapsedTime(started) < options.BusyTimeout)
            {
                context.Retried();
                await Task.Delay(wait, context.Time, cancellationToken);
            }
        }
    }
}
