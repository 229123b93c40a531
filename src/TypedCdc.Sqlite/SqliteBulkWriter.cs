using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sqlite;

/// <summary>
/// Writes rows by prepared statements of one row. All writes that wait go into one transaction: most of a transaction's cost is its pages, and with keys in random order small ones touch
/// nearly as many pages as large ones.
/// </summary>
internal sealed class SqliteBulkWriter(SqliteDatabase database) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Write> _waiting = [];
    private readonly Dictionary<string, SqliteTable> _tables = new(StringComparer.Ordinal); // by name; used with the database's gate held

    public async ValueTask<IReadOnlyList<BulkResult>> WriteAsync(IReadOnlyList<BulkRows> tables, SqlSessionContext context, CancellationToken cancellationToken)
    {
        var write = new Write(tables);
        lock (_gate)
        {
            _waiting.Add(write);
        }

        try
        {
            await database.Gate.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!TryRemove(write))
        {
            // Another write has taken it along: its rows are in use until the connection is free again, and may be written by then.
            await database.Gate.WaitAsync(CancellationToken.None);
        }

        try
        {
            if (write.Results is null)
            {
                database.RequireFile();
                await WriteAsync(write, context, cancellationToken);
            }

            return write.Results!;
        }
        finally
        {
            database.Gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (var table in _tables.Values)
        {
            table.Dispose();
        }

        _tables.Clear();
    }

    // Each write is whole in the transaction or not in it at all. Where the transaction fails, each is written alone: one must not fail because of another.
    private async ValueTask WriteAsync(Write own, SqlSessionContext context, CancellationToken cancellationToken)
    {
        var together = Take(own);
        try
        {
            await WriteTogetherAsync(together, context, cancellationToken);
        }
        catch (Exception error) when (together.Length > 1 && error is not (OperationCanceledException or SqliteException { IsTransient: true }))
        {
            await WriteTogetherAsync([own], context, cancellationToken);
        }
    }

    private async ValueTask WriteTogetherAsync(Write[] writes, SqlSessionContext context, CancellationToken cancellationToken)
    {
        var results = new BulkResult[writes.Length][];
        await database.RetryWhileBusyAsync(static connection => Run(connection, "BEGIN IMMEDIATE"), context, cancellationToken);
        try
        {
            for (var i = 0; i < writes.Length; i++)
            {
                results[i] = [.. writes[i].Tables.Select(rows => Table(rows.Table).Write(rows))];
            }

            await database.RetryWhileBusyAsync(static connection => Run(connection, "COMMIT"), context, cancellationToken);
        }
        catch
        {
            // An error such as a full disk may have ended the transaction.
            if (database.Connection.IsInTransaction)
            {
                database.Connection.Execute("ROLLBACK");
            }

            throw;
        }

        for (var i = 0; i < writes.Length; i++)
        {
            writes[i].Results = results[i];
        }
    }

    private static bool Run(SqliteConnection connection, string sql)
    {
        connection.Execute(sql);
        return true;
    }

    // An untyped table that has got columns is another table than before, with the same name.
    private SqliteTable Table(TableStatements statements)
    {
        if (!_tables.TryGetValue(statements.Name, out var table) || table.Statements != statements)
        {
            table?.Dispose();
            _tables[statements.Name] = table = new(database.Connection, statements);
        }

        return table;
    }

    private bool TryRemove(Write write)
    {
        lock (_gate)
        {
            return _waiting.Remove(write);
        }
    }

    // What waits; a write that another one has taken along and failed with is written alone.
    private Write[] Take(Write own)
    {
        lock (_gate)
        {
            if (!_waiting.Contains(own))
            {
                return [own];
            }

            var taken = _waiting.ToArray();
            _waiting.Clear();
            return taken;
        }
    }

    /// <summary>One write; touched by whoever holds the database's gate.</summary>
    private sealed class Write(IReadOnlyList<BulkRows> tables)
    {
        public IReadOnlyList<BulkRows> Tables => tables;

        /// <summary>Set when its transaction has been committed, by whichever write took it along.</summary>
        public IReadOnlyList<BulkResult>? Results { get; set; }
    }
}
