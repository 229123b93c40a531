using Npgsql;
using TypedCdc.Sql;

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

    /// <summary>Writes all tables' rows. Where the server refuses a row, all is taken back and written again in parts, until the row stands alone.</summary>
    public async Task<WriteCounts> WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        await OpenTablesAsync(batch, cancellationToken);
        try
        {
            return (_direct.Fits(batch) ? await _direct.TryWriteAsync(batch, _tables, cancellationToken) : null) ?? await WriteUntilSureAsync(batch, isCareful: false, cancellationToken);
        }
        catch (PostgresException error) when (IsOfTheRow(error))
        {
            return await WriteUntilSureAsync(batch, isCareful: true, cancellationToken);
        }
    }

    /// <summary>Forgets old tombstones of one table.</summary>
    public async Task<int> PurgeAsync(TargetTable table, DateTimeOffset now, PurgePolicy policy, CancellationToken cancellationToken) =>
        await (await OpenAsync(table, cancellationToken)).PurgeAsync(now, policy, cancellationToken);

    /// <summary>Remembers a whole snapshot of one table, and removes the rows that are not in the newest one.</summary>
    public async Task<long> FinishSnapshotAsync(TargetTable table, long? microseconds, CancellationToken cancellationToken) =>
        await (await OpenAsync(table, cancellationToken)).FinishSnapshotAsync(microseconds, cancellationToken);

    // Each of a write's tables can be wrong in some ways, once each.
    private async Task<WriteCounts> WriteUntilSureAsync(WriteBatch batch, bool isCareful, CancellationToken cancellationToken)
    {
        var rejectedBefore = batch.RejectedCount;
        while (true)
        {
            try
            {
                return await WriteAsync(batch, isCareful, cancellationToken);
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

    /// <summary>
    /// The row itself is what the server will not take (PostgreSQL documentation, "PostgreSQL Error Codes"): 22 data exception, 23 integrity constraint, 44 WITH CHECK
    /// OPTION, 54 program limit, P0 an exception that a trigger raised.
    /// </summary>
    internal static bool IsOfTheRow(PostgresException error) => error.SqlState[..2] is "22" or "23" or "44" or "54" or "P0";

    private async Task<WriteCounts> WriteAsync(WriteBatch batch, bool isCareful, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        var counts = default(WriteCounts);
        for (var index = 0; index < batch.Tables.Length; index++)
        {
            var rows = batch.Tables[index];
            if (rows.Count > 0)
            {
                var table = _tables[rows.Table.Index];
                counts.Add(isCareful
                    ? await table.WriteCarefullyAsync(rows, batch, transaction, cancellationToken)
                    : await table.WriteAsync(rows, batch, cancellationToken));
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return counts;
    }

    // Before the rows' transaction, which may be taken back.
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
