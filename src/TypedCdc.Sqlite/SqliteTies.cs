using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>
/// Decides between different changes of one item at the same time. All of them are kept in a table beside the item's, so that what is decided depends on which
/// changes came, and not on the order in which they came or on how they were cut into writes.
/// </summary>
internal sealed class SqliteTies(SqliteConnection connection, SqliteStatements statements) : IDisposable
{
    private SqliteStatement? _any;
    private SqliteStatement? _forgetOlder;
    private SqliteStatement? _rememberPresent;
    private SqliteStatement? _remember;
    private SqliteStatement? _all;
    private SqliteStatement? _take;

    /// <summary>Whether something may be remembered; null while nobody has looked.</summary>
    private bool? _mayHave;

    /// <summary>
    /// Forgets what was remembered of an item whose row is of another time now. At once, and not in some later clean-up: a database holds the same after a replay
    /// as before it.
    /// </summary>
    public void Forget(RowBuffer rows, int row)
    {
        if (_mayHave is null)
        {
            var any = _any ??= connection.Prepare(statements.AnyTie);
            _mayHave = any.Step();
            any.Reset();
        }

        if (_mayHave.Value)
        {
            Run(_forgetOlder ??= connection.Prepare(statements.ForgetOlderTies), rows, row, withVersion: true);
        }
    }

    /// <summary>Has to be called when a write begins: another process may have remembered something since.</summary>
    public void Begin() => _mayHave = null;

    /// <summary>Adds a change to those that the item's row stands for, and lets the last of them be the row.</summary>
    /// <returns>Whether the row is another one now.</returns>
    public bool Decide(RowBuffer rows, int row)
    {
        _mayHave = true;
        Run(_rememberPresent ??= connection.Prepare(statements.RememberPresent), rows, row, withVersion: false);
        var remember = _remember ??= connection.Prepare(statements.RememberTie);
        remember.BindRow(rows, row);
        remember.Step();
        remember.Reset();

        var ids = new List<long>();
        var changes = new List<Tie>();
        var newest = Array.Empty<byte>();
        var all = _all ??= connection.Prepare(statements.Ties);
        all.BindKey(rows, row);
        while (all.Step())
        {
            ids.Add(all.Int64(0));
            changes.Add(all.IsNull(2) ? new(Tie.Unknown, all.Int64(0)) : new(all.Int64(2), all.Int64(3)));
            newest = all.Text(1).ToArray();
        }

        all.Reset();
        var last = Tie.FindLast(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(changes));

        // Under the newest version of them all, so that none of them passes the guard again.
        var take = _take ??= connection.Prepare(statements.TakeTie);
        take.BindText(1, newest);
        take.BindInt64(2, ids[last]);
        take.Step();
        take.Reset();
        return connection.Changes > 0;
    }

    public void Dispose()
    {
        _any?.Dispose();
        _forgetOlder?.Dispose();
        _rememberPresent?.Dispose();
        _remember?.Dispose();
        _all?.Dispose();
        _take?.Dispose();
    }

    private static void Run(SqliteStatement statement, RowBuffer rows, int row, bool withVersion)
    {
        var count = statement.BindKey(rows, row);
        if (withVersion)
        {
            statement.BindText(count + 1, rows.Version(row)[..RowVersion.TimeLength]);
        }

        statement.Step();
        statement.Reset();
    }
}
