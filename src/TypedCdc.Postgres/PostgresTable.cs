using System.Text;
using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>One table as one session writes it.</summary>
internal sealed class PostgresTable
{
    private readonly NpgsqlConnection _connection;
    private readonly TargetTable _table;
    private readonly PostgresStatements _statements;
    private readonly PostgresTies _ties;
    private readonly CopyBuffer _buffer = new();
    private readonly NewKeys _newKeys;
    private readonly NpgsqlBatch _upsert;
    private readonly NpgsqlBatch _upsertAndCount; // for writes with tombstones
    private readonly NpgsqlCommand _revisions;
    private readonly PostgresHorizon _horizon;
    private string? _seenRevisions; // when this worker's was last found to be the newest
    private bool _hasSeenRevisions;

    private PostgresTable(NpgsqlConnection connection, TargetTable table, PostgresStatements statements, bool hasTypesOfModel)
    {
        _connection = connection;
        _table = table;
        _statements = statements;
        _ties = new(connection, statements);
        _newKeys = new(statements.CanCopyNew && hasTypesOfModel);
        _horizon = new(connection, table, statements);
        Direct = new(table, statements, SqlName.Quote(table.Schema, SqlName.OfTable(table.Name)));
        _upsert = MakeUpsert(statements.Upsert);
        _upsertAndCount = MakeUpsert(statements.UpsertAndCount);
        _revisions = new(PostgresMigrations.SelectRevisions, connection) { Parameters = { new() { Value = SqlName.Quote(table.Schema, SqlName.OfTable(table.Name)) } } };
    }

    /// <summary>What is written.</summary>
    public TargetTable Target => _table;

    /// <summary>Its part of a small write.</summary>
    public DirectTable Direct { get; }

    /// <summary>Makes the parameters of a small write, unless it is known already that it must go another way.</summary>
    public bool TryPrepareDirect(RowBuffer rows, ref WriteCounts counts) =>
        _hasSeenRevisions && PostgresHorizon.Oldest(rows) is var oldest && !_horizon.HasPassed(oldest) && Direct.TryPrepare(rows, oldest, _seenRevisions, ref counts);

    /// <summary>Makes the session's temporary table and prepares what writes through it.</summary>
    public static async Task<PostgresTable> OpenAsync(NpgsqlConnection connection, TargetTable table, CancellationToken cancellationToken)
    {
        var statements = new PostgresStatements(table.Sql);
        await using (var command = new NpgsqlCommand(statements.CreateStage, connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var compare = new NpgsqlCommand(statements.HasTypesOfStage, connection) { Parameters = { new() { Value = statements.Stage }, new() { Value = statements.Table } } };
        var opened = new PostgresTable(connection, table, statements, hasTypesOfModel: (bool)(await compare.ExecuteScalarAsync(cancellationToken))!);
        await opened._upsert.PrepareAsync(cancellationToken);
        await opened._upsertAndCount.PrepareAsync(cancellationToken);
        await opened._revisions.PrepareAsync(cancellationToken);
        await opened.LookAsync(cancellationToken);
        return opened;
    }

    /// <summary>Writes, of each key, the newest row, and lets those of the same time decide among themselves.</summary>
    /// <exception cref="KeysPresentException">The rows were taken for new ones, and some are not: to be written again, in another transaction.</exception>
    /// <exception cref="HorizonPassedException">Some rows are older than a horizon that was not known: to be written again, in another transaction.</exception>
    public async Task<WriteCounts> WriteAsync(RowBuffer rows, WriteBatch batch, CancellationToken cancellationToken)
    {
        await _horizon.BeginAsync(rows, cancellationToken);
        if (!_horizon.IsGuarding && _newKeys.MayBeAll(rows))
        {
            return await WriteNewAsync(rows, cancellationToken);
        }

        var counts = new WriteCounts { Ways = new() { Stage = 1 } };
        _buffer.Begin();
        for (var place = 0; place < rows.Count;)
        {
            place = Stage(rows, place, ref counts);
        }

        await CopyAsync(_statements.Copy, cancellationToken);
        return await UpsertAsync(rows, batch, counts, static (ties, ordinal, token) => ties.DecideAsync(ordinal, token), cancellationToken);
    }

    /// <summary>
    /// Writes rows whose keys are expected not to be in the table, straight into it: half of what the way through the temporary table costs. The key itself is the guard: one that is
    /// there refuses all, whatever its version.
    /// </summary>
    private async Task<WriteCounts> WriteNewAsync(RowBuffer rows, CancellationToken cancellationToken)
    {
        _buffer.Begin();
        var counts = default(WriteCounts);
        for (var place = 0; place < rows.Count; place++)
        {
            _buffer.Add(rows, rows.At(place));
        }

        try
        {
            await CopyAsync(_statements.CopyNew, cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            _newKeys.WereNot();
            throw new KeysPresentException(error);
        }

        await using (var reader = await _revisions.ExecuteReaderAsync(cancellationToken))
        {
            await StopIfOlderAsync(reader, cancellationToken);
        }

        _newKeys.Were();
        counts.Rows = counts.Staged = rows.Count;
        counts.Ways.Copy = 1;
        return counts;
    }

    /// <summary>As <see cref="WriteAsync"/>, but where the server refuses rows, they are halved under savepoints until the refused ones are alone.</summary>
    public async Task<WriteCounts> WriteIsolatingAsync(RowBuffer rows, RowIsolation isolation, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await _horizon.BeginAsync(rows, cancellationToken);
        var keys = new List<int>(); // the place of each key's newest row
        for (var place = 0; place < rows.Count; place++)
        {
            if (place == 0 || !rows.IsSameKey(rows.At(place - 1), rows.At(place)))
            {
                keys.Add(place);
            }
        }

        return await WriteIsolatingAsync(rows, keys, isolation, transaction, cancellationToken);
    }

    /// <summary>Writes the given keys, each by the place of the row that is the newest to be considered.</summary>
    public async Task<WriteCounts> WriteIsolatingAsync(RowBuffer rows, List<int> keys, RowIsolation isolation, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return default;
        }

        await transaction.SaveAsync("rows", cancellationToken);
        var batch = isolation.Batch;
        var rejectedBefore = batch.RejectedCount;
        try
        {
            var counts = new WriteCounts { Ways = new() { Stage = 1 } };
            _buffer.Begin();
            foreach (var key in keys)
            {
                Stage(rows, key, ref counts);
            }

            await CopyAsync(_statements.Copy, cancellationToken);
            counts = await UpsertAsync(rows, batch, counts, DecideCarefullyAsync, cancellationToken);
            await ExecuteAsync($"TRUNCATE {_statements.Stage}", cancellationToken);
            await transaction.ReleaseAsync("rows", cancellationToken);
            isolation.Accept(rows, keys);
            return counts;
        }
        catch (PostgresException error) when (RowIsolation.IsPerhapsOfTheRow(error) && _connection.State == System.Data.ConnectionState.Open)
        {
            await transaction.RollbackAsync("rows", cancellationToken);
            batch.ForgetRejectedSince(rejectedBefore);
            if (keys.Count > 1)
            {
                var half = keys.Count / 2;
                var counts = await WriteIsolatingAsync(rows, keys[..half], isolation, transaction, cancellationToken);
                counts.Add(await WriteIsolatingAsync(rows, keys[half..], isolation, transaction, cancellationToken));
                return counts;
            }

            if (PostgresErrors.Classify(error) == PostgresFault.Unknown && !isolation.HasProbed(rows))
            {
                await ProbeAsync(transaction, cancellationToken);
                isolation.Probed(rows);
            }

            isolation.Refuse(rows, keys[0], error);
            return default;
        }

        // The row that the table refuses is the one that asks for its say, and not the one that it would have been beside.
        async Task<bool> DecideCarefullyAsync(PostgresTies ties, int ordinal, CancellationToken token)
        {
            await transaction.SaveAsync("tie", token);
            try
            {
                var isOther = await ties.DecideAsync(ordinal, token);
                await transaction.ReleaseAsync("tie", token);
                return isOther;
            }
            catch (PostgresException error) when (PostgresErrors.Classify(error) == PostgresFault.Row)
            {
                await transaction.RollbackAsync("tie", token);
                batch.Reject(rows[rows.At(ordinal)].Record, PostgresErrors.Explain(error));
                return false;
            }
        }
    }

    // The revisions travel with the rows' own statement: a worker with a newer model may have come a moment ago.
    private NpgsqlBatch MakeUpsert(string statement) => new(_connection)
    {
        BatchCommands =
        {
            new(statement),
            new(PostgresMigrations.SelectRevisions) { Parameters = { new() { Value = SqlName.Quote(_table.Schema, SqlName.OfTable(_table.Name)) } } },
            new(_statements.ForgetSettledTies),
        },
    };

    /// <summary>Adds a key's newest row, and those of the same time, to the COPY. Returns the place behind the key's rows.</summary>
    private int Stage(RowBuffer rows, int place, ref WriteCounts counts)
    {
        var newest = rows.At(place);
        _buffer.Add(rows, newest, place, isTie: false);
        counts.Staged++;
        counts.StagedTombstones += rows[newest].IsTombstone ? 1 : 0;
        for (place++; place < rows.Count && rows.IsSameKey(newest, rows.At(place)); place++)
        {
            var row = rows.At(place);
            if (rows[row].Microseconds == rows[newest].Microseconds && !rows.Version(row).SequenceEqual(rows.Version(rows.At(place - 1))))
            {
                _buffer.Add(rows, row, place, isTie: true);
                counts.StagedTies++;
            }
            else
            {
                counts.Compacted++;
            }
        }

        return place;
    }

    private async Task CopyAsync(string statement, CancellationToken cancellationToken)
    {
        _buffer.End();
        await using var copy = await _connection.BeginRawBinaryCopyAsync(statement, cancellationToken);
        await copy.WriteAsync(_buffer.Written, cancellationToken);
    }

    // So that the first write can be a small one already. What is wrong is said by the write, which looks again.
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var reader = await _revisions.ExecuteReaderAsync(cancellationToken);
        var revisions = await reader.ReadAsync(cancellationToken) ? reader.GetString(0) : null;
        (_seenRevisions, _hasSeenRevisions) = (revisions, revisions is null || ModelRevisions.IsNewest(revisions, _table.Revision));
    }

    // In the transaction of the rows: a worker with a newer model may have come a moment ago.
    private async Task StopIfOlderAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken))
        {
            (_seenRevisions, _hasSeenRevisions) = (null, true);
            return;
        }

        var revisions = reader.GetString(0);
        if (!ModelRevisions.IsNewest(revisions, _table.Revision))
        {
            throw ModelRevisions.IsOlder(_table);
        }

        (_seenRevisions, _hasSeenRevisions) = (revisions, true);
        _horizon.Check(reader.IsDBNull(1) ? 0 : reader.GetInt64(1), reader.IsDBNull(2) ? 0 : reader.GetInt64(2));
    }

    /// <summary>Forgets old tombstones, in a transaction of its own.</summary>
    public Task<int> PurgeAsync(DateTimeOffset now, PurgePolicy policy, CancellationToken cancellationToken) => _horizon.PurgeAsync(now, policy, cancellationToken);

    /// <summary>Remembers a whole snapshot, and removes the rows that are not in the newest one.</summary>
    public Task<long> FinishSnapshotAsync(long? microseconds, CancellationToken cancellationToken) => _horizon.FinishSnapshotAsync(microseconds, cancellationToken);

    private async Task<WriteCounts> UpsertAsync(
        RowBuffer rows, WriteBatch batch, WriteCounts counts, Func<PostgresTies, int, CancellationToken, Task<bool>> decide, CancellationToken cancellationToken)
    {
        var refused = await _horizon.RefuseAsync(rows, batch, cancellationToken);
        counts.Staged -= refused.Staged;
        counts.StagedTies -= refused.StagedTies;
        if (counts.StagedTombstones > 0)
        {
            await using var reader = await _upsertAndCount.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            counts.Rows = reader.GetInt64(0);
            counts.Tombstones = reader.GetInt64(1);
            await reader.NextResultAsync(cancellationToken);
            await StopIfOlderAsync(reader, cancellationToken);
        }
        else
        {
            await using (var reader = await _upsert.ExecuteReaderAsync(cancellationToken))
            {
                await StopIfOlderAsync(reader, cancellationToken);
            }

            counts.Rows = (long)_upsert.BatchCommands[0].Rows;
        }

        counts.Stale = counts.Staged - counts.Rows + refused.Stale;
        if (counts.Stale + counts.StagedTies > 0)
        {
            foreach (var ordinal in await _ties.FindAsync(cancellationToken))
            {
                counts.Ties++;
                if (await decide(_ties, ordinal, cancellationToken))
                {
                    counts.Rows++;
                }
            }
        }

        return counts;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // The same statement with no row: what fails now is not the fault of a row, but of a right, a column or a statement-level trigger.
    private async Task ProbeAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await transaction.SaveAsync("probe", cancellationToken);
        try
        {
            await ExecuteAsync(_statements.Upsert, cancellationToken);
            await transaction.RollbackAsync("probe", cancellationToken);
        }
        catch (PostgresException error) when (RowIsolation.IsPerhapsOfTheRow(error))
        {
            throw PostgresErrors.ExplainTable(_table.Name, error);
        }
    }
}
