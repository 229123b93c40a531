using SQLitePCL;

namespace TypedCdc.Sqlite;

/// <summary>One connection through SQLite's own interface. Not for several threads at once.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private static readonly Lock Gate = new();
    private static bool _hasProvider;

    private readonly sqlite3 _database;
    private readonly string _path;

    /// <summary>Opens a database file, and makes it where it is not there.</summary>
    /// <exception cref="CdcConfigurationException">The path is a folder, or in none that is there.</exception>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public SqliteConnection(string path)
    {
        lock (Gate)
        {
            if (!_hasProvider)
            {
                // The provider by name, not by the bundle's search for one: that reflects, and is trimmed away.
                raw.SetProvider(new SQLite3Provider_e_sqlite3());
                _hasProvider = true;
            }
        }

        var result = raw.sqlite3_open_v2(path, out _database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (result != raw.SQLITE_OK)
        {
            var message = raw.sqlite3_errstr(result).utf8_to_string();
            _database.Dispose();
            if (SqliteAdvice.ForPath(path) is { } advice)
            {
                // Not an outage: a start that waited for it would wait for ever.
                throw new CdcConfigurationException($"The SQLite database cannot be opened: {message}.{advice}");
            }

            throw new SqliteException(result, $"The SQLite database cannot be opened: {message}.{SqliteAdvice.For(result, path)}");
        }

        _path = path;

        raw.sqlite3_extended_result_codes(_database, 1);
    }

    /// <summary>For tests: called before each statement is run, with its text.</summary>
    public Action<string>? BeforeStatement { get; set; }

    /// <summary>How many rows the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_database);

    /// <summary>Whether a transaction is open: an error such as a full disk may have ended it already.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(_database) == 0;

    /// <summary>Runs statements that give no rows.</summary>
    public void Execute(string sql)
    {
        BeforeStatement?.Invoke(sql);
        Check(raw.sqlite3_exec(_database, sql));
    }

    /// <summary>Prepares one statement.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out var statement));
        return new(this, statement, sql);
    }

    /// <summary>Runs a query and gives its rows as text.</summary>
    public List<string?[]> Query(string sql, params ReadOnlySpan<string> parameters)
    {
        using var statement = Prepare(sql);
        for (var i = 0; i < parameters.Length; i++)
        {
            statement.BindText(i + 1, System.Text.Encoding.UTF8.GetBytes(parameters[i]));
        }

        var rows = new List<string?[]>();
        while (statement.Step())
        {
            rows.Add(statement.Row());
        }

        return rows;
    }

    /// <summary>Throws what SQLite says, without a value of the row in it.</summary>
    public void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new SqliteException(result, $"SQLite error {result}: {raw.sqlite3_errmsg(_database).utf8_to_string()}.{SqliteAdvice.For(result, _path)}");
        }
    }

    public void Dispose() => _database.Dispose();
}
