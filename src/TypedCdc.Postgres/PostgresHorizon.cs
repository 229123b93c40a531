using Npgsql;
using TypedCdc.Sql;

namespace TypedCdc.Postgres;

/// <summary>
/// Up to when a table has forgotten removed items, as one session sees it. Live changes are newer and cost nothing: the horizon is read with the revisions, behind their rows, and by then
/// every purge is seen that could have taken a tombstone from under them. Only a write with older rows guards itself: it keeps purges out with a lock, and looks for the items
/// that are not there before it writes.
/// </summary>
internal sealed class PostgresHorizon(NpgsqlConnection connection, TargetTable table, PostgresStatements statements)
{
    private readonly string _name = SqlName.Quote(table.Schema, SqlName.OfTable(table.Name));
    private long _horizon; // as far as is known; it never goes back
    private long _oldest;

    /// <summary>Whether the write at hand looks for items that are not there.</summary>
    public bool IsGuarding { get; private set; }

    /// <summary>Begins a write, as the first of its transaction for this table.</summary>
    public async Task BeginAsync(RowBuffer rows, CancellationToken cancellationToken)
    {
        _oldest = long.MaxValue;
        for (var row = 0; row < rows.Count; row++)
        {
            _oldest = Math.Min(_oldest, rows[row].Microseconds);
        }

        IsGuarding = _oldest < _horizon;
        if (IsGuarding)
        {
            await LockAsync("pg_advisory_xact_lock_shared", cancellationToken);
            _horizon = await ReadAsync(cancellationToken);
        }
    }

    /// <summary>Takes note of the horizon that holds behind the rows that were written.</summary>
    /// <exception cref="HorizonPassedException">Some of them are older.</exception>
    public void Check(long horizon)
    {
        _horizon = horizon;
        if (!IsGuarding && _oldest < horizon)
        {
            throw new HorizonPassedException();
        }
    }

    /// <summary>Takes out of the staged rows those that are older than the horizon and whose items are not there. Removals of such items leave nothing to do.</summary>
    /// <returns>How many were taken out, and how many of them silently.</returns>
    public async Task<WriteCounts> RefuseAsync(RowBuffer rows, WriteBatch batch, CancellationToken cancellationToken)
    {
        var counts = default(WriteCounts);
        if (!IsGuarding)
        {
            return counts;
        }

        await using var command = new NpgsqlCommand(statements.TakeOutAbsent, connection) { Parameters = { new() { Value = PurgeHorizon.ToVersion(_horizon) } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = reader.GetInt32(0);
            var row = rows.At(place);
            if (place > 0 && rows.IsSameKey(rows.At(place - 1), row) && rows[rows.At(place - 1)].Microseconds == rows[row].Microseconds)
            {
                counts.StagedTies++;
            }
            else
            {
                counts.Staged++;
            }

            if (rows[row].IsTombstone)
            {
                counts.Stale++;
            }
            else
            {
                batch.Reject(rows[row].Record, PurgeHorizon.Refusal(table, rows[row].Microseconds, _horizon));
            }
        }

        return counts;
    }

    /// <summary>Forgets old tombstones, in a transaction of its own.</summary>
    /// <returns>How many.</returns>
    public async Task<int> PurgeAsync(DateTimeOffset now, PurgePolicy policy, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync("pg_advisory_xact_lock", cancellationToken);
        await using var newest = new NpgsqlCommand(statements.NewestTombstone, connection);
        if (await newest.ExecuteScalarAsync(cancellationToken) is not long removed || PurgeHorizon.At(now, removed, policy) is not (> 0 and var horizon))
        {
            return 0;
        }

        await ExecuteAsync("UPDATE \"cdc_models\" SET \"horizon\" = greatest(\"horizon\", $2) WHERE \"name\" = $1", cancellationToken, _name, horizon);
        var purged = await ExecuteAsync(statements.PurgeTombstones, cancellationToken, horizon, PurgePolicy.BatchRows);
        await ExecuteAsync(statements.PurgeTies, cancellationToken, PurgeHorizon.ToVersion(horizon));
        await transaction.CommitAsync(cancellationToken);
        return purged;
    }

    private Task<int> LockAsync(string function, CancellationToken cancellationToken) =>
        ExecuteAsync($"SELECT {function}(hashtextextended('typedcdc purge ' || $1, 0))", cancellationToken, _name);

    private async Task<long> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT \"horizon\" FROM \"cdc_models\" WHERE \"name\" = $1", connection) { Parameters = { new() { Value = _name } } };
        return await command.ExecuteScalarAsync(cancellationToken) is long horizon ? horizon : 0;
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
