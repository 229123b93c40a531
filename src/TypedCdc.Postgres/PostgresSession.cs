using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>One connection with its temporary tables. All rows of a write go in one transaction.</summary>
internal sealed class PostgresSession : IAsyncDisposable
{
    /// <summary>
    /// What a transaction that begins by itself must have, whatever the database's default is. No plan is made anew for each write, nor compiled: the statements are few, and each has one good plan, by
    /// the table's key. And staged rows are put in order in memory: where they do not fit, the server writes all of them to a file and reads them again.
    /// </summary>
    private const string Settings = """
        SET default_transaction_isolation = 'read committed';
        SET plan_cache_mode = force_generic_plan;
        SET jit = off;
        SELECT set_config('work_mem', '32MB', false) WHERE pg_size_bytes(current_setting('work_mem')) < 32 * 1024 * 1024
        """;

    // Long enough for a trigger's own hiccup, short enough for the rows that wait.
    private const int UnknownAttempts = 3;
    private static readonly TimeSpan UnknownWait = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlConnection _connection;
    private readonly Dictionary<int, PostgresTable> _tables = []; // by the table's index; opened at their first row

    private readonly DirectWrite _direct;

    private PostgresSession(NpgsqlConnection connection, WritePaths paths)
    {
        _connection = connection;
        _direct = new(connection, paths);
    }

    public static async Task<PostgresSession> OpenAsync(NpgsqlDataSource dataSource, WritePaths paths, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(Settings, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new(connection, paths);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the session's temporary tables are those of the batch's tables: a table without a model that has got columns is another one than before.</summary>
    public bool Fits(WriteBatch batch)
    {
        foreach (var rows in batch.Tables)
        {
            if (rows.Count > 0 && !Fits(rows.Table))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the session's temporary table is this table's, or none.</summary>
    public bool Fits(TargetTable table) => !_tables.TryGetValue(table.Index, out var opened) || opened.Target == table;

    /// <summary>
    /// Writes the rows of all tables. Where the server refuses a row, everything is rolled back and written again in parts, until the row is alone. An error that is neither known as
    /// a row's nor as the server's is tried a few times first.
    /// </summary>
    public async Task<WriteCounts> WriteAsync(WriteBatch batch, TimeProvider time, CancellationToken cancellationToken)
    {
        await OpenTablesAsync(batch, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (_direct.Fits(batch) ? await _direct.TryWriteAsync(batch, _tables, cancellationToken) : null)
                    ?? await WriteUntilSureAsync(batch, isolation: null, cancellationToken);
            }
            catch (PostgresException error) when (PostgresErrors.Classify(error) == PostgresFault.Row)
            {
                break;
            }
            catch (PostgresException error) when (PostgresErrors.Classify(error) == PostgresFault.Unknown && _connection.State == System.Data.ConnectionState.Open)
            {
                if (attempt == UnknownAttempts)
                {
                    break;
                }

                await Task.Delay(UnknownWait * attempt, time, cancellationToken);
            }
        }

        return await WriteUntilSureAsync(batch, new(batch), cancellationToken);
    }

    /// <summary>Forgets old tombstones of one table.</summary>
    public async Task<int> PurgeAsync(TargetTable table, DateTimeOffset now, PurgePolicy policy, CancellationToken cancellationToken) =>
        await (await OpenAsync(table, cancellationToken)).PurgeAsync(now, policy, cancellationToken);

    /// <summary>Remembers a whole snapshot of one table, and removes the rows that are not in the newest one.</summary>
    public async Task<long> FinishSnapshotAsync(TargetTable table, long? microseconds, CancellationToken cancellationToken) =>
        await (await OpenAsync(table, cancellationToken)).FinishSnapshotAsync(microseconds, cancellationToken);

    // Each table of a write can be wrong in some ways, once each.
    private async Task<WriteCounts> WriteUntilSureAsync(WriteBatch batch, RowIsolation? isolation, CancellationToken cancellationToken)
    {
        var rejectedBefore = batch.RejectedCount;
        while (true)
        {
            try
            {
                isolation?.Clear();
                return await WriteAsync(batch, isolation, cancellationToken);
            }
            catch (WriteAgainException)
            {
                batch.ForgetRejectedSince(rejectedBefore);
            }
            catch (PostgresException)
            {
                batch.ForgetRejectedSince(rejectedBefore);
                throw;
            }
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<WriteCounts> WriteAsync(WriteBatch batch, RowIsolation? isolation, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        if (isolation is not null)
        {
            // What the user's constraints would only refuse at COMMIT is refused where its row is known.
            await using var constraints = new NpgsqlCommand("SET CONSTRAINTS ALL IMMEDIATE", _connection);
            await constraints.ExecuteNonQueryAsync(cancellationToken);
        }

        var counts = default(WriteCounts);
        for (var index = 0; index < batch.Tables.Length; index++)
        {
            var rows = batch.Tables[index];
            if (rows.Count > 0)
            {
                var table = _tables[rows.Table.Index];
                counts.Add(isolation is null
                    ? await table.WriteAsync(rows, batch, cancellationToken)
                    : await table.WriteIsolatingAsync(rows, isolation, transaction, cancellationToken));
            }
        }

        while (isolation?.Next() is { } round)
        {
            counts.Add(await _tables[round.Rows.Table.Index].WriteIsolatingAsync(round.Rows, round.Keys, isolation, transaction, cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return counts;
    }

    // Before the transaction of the rows, which may be rolled back.
    private async Task OpenTablesAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        for (var index = 0; index < batch.Tables.Length; index++)
        {
            if (batch.Rows(index) is { Count: > 0 } rows)
            {
                await OpenAsync(rows.Table, cancellationToken);
            }
        }
    }

    private async ValueTask<PostgresTable> OpenAsync(TargetTable table, CancellationToken cancellationToken)
    {
        if (!_tables.TryGetValue(table.Index, out var opened))
        {
            _tables.Add(table.Index, opened = await PostgresTable.OpenAsync(_connection, table, cancellationToken));
        }

        return opened;
    }
}
