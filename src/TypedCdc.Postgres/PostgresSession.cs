using Npgsql;
using TypedCdc.Sql;

namespace TypedCdc.Postgres;

/// <summary>One connection with its temporary tables. All rows of a write go in one transaction.</summary>
internal sealed class PostgresSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly PostgresTable[] _tables;

    private PostgresSession(NpgsqlConnection connection, PostgresTable[] tables)
    {
        _connection = connection;
        _tables = tables;
    }

    public static async Task<PostgresSession> OpenAsync(NpgsqlDataSource dataSource, TableSet tables, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var opened = new PostgresTable[tables.Tables.Count];
            foreach (var table in tables.Tables)
            {
                opened[table.Index] = await PostgresTable.OpenAsync(connection, table, cancellationToken);
            }

            return new(connection, opened);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes all tables' rows. Where the server refuses a row, all is taken back and written again in parts, until the row stands alone.</summary>
    public async Task<WriteCounts> WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteUntilSureAsync(batch, isCareful: false, cancellationToken);
        }
        catch (PostgresException error) when (IsOfTheRow(error))
        {
            return await WriteUntilSureAsync(batch, isCareful: true, cancellationToken);
        }
    }

    /// <summary>Forgets old tombstones of one table.</summary>
    public Task<int> PurgeAsync(int table, DateTimeOffset now, PurgePolicy policy, CancellationToken cancellationToken) =>
        Array.Find(_tables, one => one.Index == table)!.PurgeAsync(now, policy, cancellationToken);

    /// <summary>Remembers a whole snapshot of one table, and removes the rows that are not in the newest one.</summary>
    public Task<long> FinishSnapshotAsync(int table, long? microseconds, CancellationToken cancellationToken) =>
        Array.Find(_tables, one => one.Index == table)!.FinishSnapshotAsync(microseconds, cancellationToken);

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
    /// The row itself is what the server will not take (PostgreSQL documentation, "PostgreSQL Error Codes"): 22 data exception, 23 integrity constraint, 54 program
    /// limit, and the limits of an index row or a jsonb.
    /// </summary>
    internal static bool IsOfTheRow(PostgresException error) => error.SqlState[..2] is "22" or "23" or "54" or "44";

    private async Task<WriteCounts> WriteAsync(WriteBatch batch, bool isCareful, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        var counts = default(WriteCounts);
        foreach (var table in _tables)
        {
            var rows = batch.Rows(table.Index);
            if (rows.Count > 0)
            {
                counts.Add(isCareful
                    ? await table.WriteCarefullyAsync(rows, batch, transaction, cancellationToken)
                    : await table.WriteAsync(rows, batch, cancellationToken));
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return counts;
    }
}
