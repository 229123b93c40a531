using System.Globalization;
using System.Text;
using TypedCdc.Changes;
using TypedCdc.DeadLetters;
using TypedCdc.Delivery;
using TypedCdc.Sql;
using TypedCdc.Sqlite;

namespace TypedCdc;

/// <summary>
/// Keeps dead letters in a table of a SQLite database, one row for each record and subscriber. A write is durable when it returns (write-ahead log, <c>synchronous=FULL</c>); a dead letter
/// that comes again meets its own row. The table may stand in the database of a sink.
/// </summary>
public sealed class SqliteDeadLetterStore : IDeadLetterArchive, IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _gate = new(1, 1); // a connection is not for several threads at once
    private readonly SqliteDeadLetterOptions _options;
    private readonly TimeProvider _time;
    private readonly DeadLetterStatements _statements;
    private SqliteConnection? _connection;

    /// <param name="options">The database file and the table.</param>
    /// <param name="time">The clock of redrives and waits; null for the system's.</param>
    /// <exception cref="CdcConfigurationException">The options cannot be worked with.</exception>
    public SqliteDeadLetterStore(SqliteDeadLetterOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _time = time ?? TimeProvider.System;
        _statements = new(Quote(options.Table), Quote(options.Table + "_pending"), new("TEXT", "TEXT", "INTEGER", "TEXT", "BLOB"), static number => "?" + number.ToString(CultureInfo.InvariantCulture));

        static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    /// <inheritdoc/>
    public async ValueTask StartAsync(CancellationToken cancellationToken) => await WithConnectionAsync(static _ => 0, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken) =>
        await InTransactionAsync(_statements.Upsert, deadLetters, Bind, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredDeadLetter> ReadAsync(DeadLetterQuery query, CancellationToken cancellationToken) => new DeadLetterPages(_statements)
    {
        ReadShards = (sql, values, cancellation) => WithConnectionAsync(connection => connection.Query(sql, [.. values]).ConvertAll(static row => (row[0], row[1])), cancellation),
        ReadPage = (sql, values, cancellation) => WithConnectionAsync(connection => ReadPage(connection, sql, values), cancellation),
    }.ReadAsync(query, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask SettleAsync(IReadOnlyList<StoredDeadLetter> letters, bool keep, CancellationToken cancellationToken) =>
        await InTransactionAsync(
            _statements.Settle(keep),
            letters,
            (statement, letter) =>
            {
                statement.BindText(1, Encoding.UTF8.GetBytes(letter.Id));
                statement.BindInt64(2, letter.Times);
                if (keep)
                {
                    statement.BindText(3, Encoding.UTF8.GetBytes(Text(_time.GetUtcNow())));
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
        _gate.Dispose();
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static void Bind(SqliteStatement statement, DeadLetter letter)
    {
        var column = 0;
        Add(DeadLetterRow.IdOf(letter));
        Add(letter.Application);
        Add(letter.Subscriber);
        Add(Text(letter.Time));
        Add(letter.TableName);
        Add(letter.Operation?.ToString());
        Add(letter.EventId);
        Add(letter.Position.Shard?.Stream);
        Add(letter.Position.Shard?.Shard);
        Add(DeadLetterRow.Text(letter.Position.SequenceNumber));
        Add(DeadLetterRow.OrderOf(letter.Position.SequenceNumber));
        statement.BindInt64(++column, letter.Range.Start);
        statement.BindInt64(++column, letter.Range.Length);
        statement.BindInt64(++column, letter.Attempts);
        Add(letter.ExceptionType);
        Add(letter.Message);
        statement.BindBlob(++column, letter.Payload.Span);

        void Add(string? text)
        {
            if (DeadLetterRow.Clean(text) is { } clean)
            {
                statement.BindText(++column, Encoding.UTF8.GetBytes(clean));
            }
            else
            {
                statement.BindNull(++column);
            }
        }
    }

    private static List<StoredDeadLetter> ReadPage(SqliteConnection connection, string sql, List<string> parameters)
    {
        using var statement = connection.Prepare(sql);
        for (var index = 0; index < parameters.Count; index++)
        {
            statement.BindText(index + 1, Encoding.UTF8.GetBytes(parameters[index]));
        }

        var page = new List<StoredDeadLetter>();
        while (statement.Step())
        {
            page.Add(new()
            {
                Id = Column(0)!,
                FirstTime = Time(3)!.Value,
                Times = (int)statement.Int64(17),
                RedrivenAt = Time(18),
                Letter = new()
                {
                    Application = Column(1)!,
                    Subscriber = Column(2)!,
                    Time = Time(4)!.Value,
                    TableName = Column(5),
                    Operation = DeadLetterRow.Operation(Column(6)),
                    EventId = Column(7)!,
                    Position = new(Column(8) is { } stream && Column(9) is { } shard ? new(stream, shard) : null, SequenceNumber.Parse(Column(10)!)),
                    Range = new(statement.Int64(12), statement.Int64(13)),
                    Attempts = (int)statement.Int64(14),
                    ExceptionType = Column(15)!,
                    Message = Column(16)!,
                    Payload = statement.Text(19).ToArray(),
                },
            });
        }

        return page;

        string? Column(int column) => statement.IsNull(column) ? null : Encoding.UTF8.GetString(statement.Text(column));

        DateTimeOffset? Time(int column) =>
            Column(column) is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) : null;
    }

    private ValueTask<int> InTransactionAsync<T>(string sql, IReadOnlyList<T> items, Action<SqliteStatement, T> bind, CancellationToken cancellationToken) =>
        WithConnectionAsync(
            connection =>
            {
                try
                {
                    connection.Execute("BEGIN IMMEDIATE");
                    using (var statement = connection.Prepare(sql))
                    {
                        foreach (var item in items)
                        {
                            bind(statement, item);
                            statement.Step();
                            statement.Reset();
                        }
                    }

                    connection.Execute("COMMIT");
                    return items.Count;
                }
                catch
                {
                    if (connection.IsInTransaction)
                    {
                        connection.Execute("ROLLBACK");
                    }

                    throw;
                }
            },
            cancellationToken);

    /// <summary>Calls with the connection, which is opened with the first call; again while another process holds the database. The action begins from the start then.</summary>
    private async ValueTask<TResult> WithConnectionAsync<TResult>(Func<SqliteConnection, TResult> action, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var started = _time.GetTimestamp();
            for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks)))
            {
                try
                {
                    return action(_connection ??= Open());
                }
                catch (SqliteException error) when (error.SqlitePrimaryCode == SQLitePCL.raw.SQLITE_BUSY && _time.GetElapsedTime(started) < _options.BusyTimeout)
                {
                    await Task.Delay(wait, _time, cancellationToken);
                }
                catch (SqliteException)
                {
                    // A file that was taken away, a full disk: the next attempt begins with a connection of its own.
                    _connection?.Dispose();
                    _connection = null;
                    throw;
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private SqliteConnection Open()
    {
        MakeFile(Path.GetFullPath(_options.Path));
        var connection = new SqliteConnection(_options.Path);
        try
        {
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            foreach (var statement in _statements.Create)
            {
                connection.Execute(statement);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A database that is made for dead letters is for its owner only, as the file of JSON lines is; SQLite gives its log the same rights.</summary>
    private static void MakeFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(path, options).Dispose();
        }
    }
}
