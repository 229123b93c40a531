using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>
/// Up to when a table has forgotten removed items, as one session sees it. Live changes are newer and cost nothing: the horizon is read with the revisions, behind their rows, and by then
/// every purge is seen that could have taken a tombstone from under them. Only a write with older rows guards itself: it keeps purges out with a lock, and looks for the items
/// that are not there before it writes.
/// </summary>
internal sealed class PostgresHorizon(NpgsqlConnection connection, TargetTable table, PostgresStatements statements)
{
    private readonly string _name = SqlName.Quote(table.Schema, SqlName.OfTable(table.Name));
    private long _horizon; // before it, an absent item may be a removed one; as far as is known, it never goes back
    private long _snapshot; // before it, an absent item is a removed one; as the horizon
    private long _oldest;

    /// <summary>Whether the write at hand looks for items that are not there.</summary>
    public bool IsGuarding { get; private set; }

    /// <summary>The time of the oldest row.</summary>
    public static long Oldest(RowBuffer rows)
    {
        var oldest = long.MaxValue;
        for (var row = 0; row < rows.Count; row++)
        {
            oldest = Math.Min(oldest, rows[row].Microseconds);
        }

        return oldest;
    }

    /// <summary>Whether a time is before a horizon, as far as is known.</summary>
    public bool HasPassed(long microseconds) => microseconds < Math.Max(_horizon, _snapshot);

    /// <summary>Begins a write, as the first of its transaction for this table.</summary>
    public async Task BeginAsync(RowBuffer rows, CancellationToken cancellationToken)
    {
        _oldest = Oldest(rows);
        IsGuarding = HasPassed(_oldest);
        if (IsGuarding)
        {
            await LockAsync("pg_advisory_xact_lock_shared", cancellationToken);
            (_horizon, _snapshot, _) = await ReadAsync(cancellationToken);
        }
    }

    /// <summary>Takes note of the horizon that holds behind the rows that were written.</summary>
    /// <exception cref="HorizonPassedException">Some of them are older.</exception>
    public void Check(long horizon, long snapshot)
    {
        var isNews = horizon > _horizon || snapshot > _snapshot;
        (_horizon, _snapshot) = (horizon, snapshot);
        if (_oldest < Math.Max(horizon, snapshot) && (!IsGuarding || isNews))
        {
            throw new HorizonPassedException();
        }
    }

    /// <summary>
    /// Takes out of the staged rows those that are older than a whole snapshot, which are stale, and those that are older than the horizon and whose items are not there. Removals of such
    /// items leave nothing to do.
    /// </summary>
    /// <returns>How many were taken out, and how many of them silently.</returns>
    public async Task<WriteCounts> RefuseAsync(RowBuffer rows, WriteBatch batch, CancellationToken cancellationToken)
    {
        var counts = default(WriteCounts);
        if (!IsGuarding)
        {
            return counts;
        }

        await using var command = new NpgsqlCommand(statements.TakeOutOld, connection)
        {
            Parameters = { new() { Value = PurgeHorizon.ToVersion(_horizon) }, new() { Value = PurgeHorizon.ToVersion(_snapshot) } },
        };
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

            if (rows[row].IsTombstone || rows[row].Microseconds < _snapshot)
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

    /// <summary>Remembers a whole snapshot, where one is given, and removes the rows that are not in the newest one.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<long> FinishSnapshotAsync(long? microseconds, CancellationToken cancellationToken)
    {
        if (microseconds is { } time)
        {
            // Waits until the writes that do not know of it have ended: a row that one of them adds must be seen below.
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync($"LOCK TABLE {statements.Table} IN SHARE MODE", cancellationToken);
            await ExecuteAsync("UPDATE \"cdc_models\" SET \"snapshot\" = greatest(\"snapshot\", $2) WHERE \"name\" = $1", cancellationToken, _name, time);
            await transaction.CommitAsync(cancellationToken);
        }

        var (_, snapshot, swept) = await ReadAsync(cancellationToken);
        var removed = 0L;
        if (swept < snapshot)
        {
            removed = await SweepAsync(snapshot, cancellationToken);
            await ExecuteAsync("UPDATE \"cdc_models\" SET \"swept\" = greatest(\"swept\", $2) WHERE \"name\" = $1", cancellationToken, _name, snapshot);
        }

        return removed;
    }

    private async Task<long> SweepAsync(long snapshot, CancellationToken cancellationToken)
    {
        var bytes = new byte[RowVersion.MaximumLength];
        var version = bytes.AsMemory(0, RowVersion.Format(bytes, snapshot, null));
        var text = System.Text.Encoding.ASCII.GetString(version.Span);
        var all = 0L;
        await using var rest = new NpgsqlCommand(statements.HasUnswept, connection) { Parameters = { new() { Value = text } } };
        while (true)
        {
            var removed = await ExecuteAsync(statements.Sweep, cancellationToken, snapshot, text, Tie.Unknown, ImageHash.OfVersion(version.Span), PurgePolicy.BatchRows);
            all += removed;
            if (removed == 0)
            {
                if (await rest.ExecuteScalarAsync(cancellationToken) is false)
                {
                    return all;
                }

                // A writer has the rows that are left.
                await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
            }
        }
    }

    private Task<int> LockAsync(string function, CancellationToken cancellationToken) =>
        ExecuteAsync($"SELECT {function}(hashtextextended('typedcdc purge ' || $1, 0))", cancellationToken, _name);

    private async Task<(long Horizon, long Snapshot, long Swept)> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT coalesce(\"horizon\", 0), coalesce(\"snapshot\", 0), coalesce(\"swept\", 0) FROM \"cdc_models\" WHERE \"name\" = $1", connection)
        { Parameters = { new() { Value = _name } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : default;
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
