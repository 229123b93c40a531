using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql;

/// <summary>
/// Appends to histories of any database that a dialect describes. Needs no transaction: every statement adds only what is not there, so that whoever crashes between two of them is made good by
/// the next delivery of the same records.
/// </summary>
internal class DialectHistoryStore(SqlDialect dialect, Func<CancellationToken, ValueTask<ISqlSession>> open, Func<ValueTask>? dispose = null) : IHistoryStore
{
    private const int ConflictAttempts = 6;
    private const int MigrationAttempts = 10;
    private static readonly TimeSpan ConflictWait = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentBag<ISqlSession> _idle = [];
    private DialectHistoryTable[] _tables = [];
    private TimeProvider _time = TimeProvider.System;

    public string Name => dialect.Name;

    public ValueLimits Limits => DialectStore.LimitsOf(dialect);

    public async ValueTask StartAsync(IReadOnlyList<HistoryTable> tables, MigrationMode mode, SinkContext context, CancellationToken cancellationToken)
    {
        _time = context.TimeProvider;
        _tables = [.. tables.Select(table => new DialectHistoryTable(dialect, table))];
        if (mode == MigrationMode.Off)
        {
            return;
        }

        await using var executor = await open(cancellationToken);
        var migrations = new DialectMigrations(dialect, executor, context.Logger);
        var begin = dialect.BeginMigration();
        await migrations.BeginAsync(begin, cancellationToken);
        try
        {
            foreach (var table in _tables)
            {
                await MigrateAsync(executor, migrations, table, mode, mayRace: begin.Count == 0, context.Logger, cancellationToken);
            }

            if (begin.Count > 0)
            {
                await executor.ExecuteAsync(new("COMMIT"), cancellationToken);
            }
        }
        catch when (begin.Count > 0)
        {
            await migrations.RollBackAsync();
            throw;
        }
    }

    public async ValueTask<long> AppendAsync(int table, List<HistoryRow> rows, List<RejectedRecord> rejected, CancellationToken cancellationToken)
    {
        var executor = _idle.TryTake(out var idle) ? idle : await open(cancellationToken);
        var refused = new List<RejectedRecord>();
        try
        {
            var added = 0L;
            foreach (var chunk in Cut(_tables[table], rows, refused))
            {
                added += await AppendAsync(executor, _tables[table], chunk, refused, cancellationToken);
            }

            _idle.Add(executor);
            rejected.AddRange(refused);
            return added;
        }
        catch
        {
            // What the session still holds is not known: the next write begins with a new one.
            await executor.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var executor))
        {
            await executor.DisposeAsync();
        }

        if (dispose is not null)
        {
            await dispose();
        }
    }

    /// <summary>Adds the rows that are not there, once.</summary>
    /// <returns>How many were added, and those that are not there although no error said why.</returns>
    protected virtual async ValueTask<(long Added, IReadOnlyList<(string Id, HistoryRow Row)> Refused)> InsertAsync(
        ISqlSession executor, DialectHistoryTable table, IReadOnlyList<(string Id, HistoryRow Row)> rows, CancellationToken cancellationToken)
    {
        // Such a database does not say how many of the rows were new.
        var wanted = dialect.CountsWrittenRows ? rows : await MissingAsync(executor, table, rows, cancellationToken);
        if (wanted.Count == 0)
        {
            return (0, []);
        }

        var answer = await executor.ExecuteAsync(table.Insert(wanted), cancellationToken);
        var added = answer.AffectedRows < 0 || !(dialect.CountsWrittenRows || dialect.UpsertReturnsRows) ? wanted.Count : Math.Min(answer.AffectedRows, wanted.Count);

        // Such a database leaves out a row that fails by itself: what the count lacks has failed, or another worker has added it meanwhile.
        return added == wanted.Count || !dialect.UpsertReturnsRows ? (added, []) : (added, await MissingAsync(executor, table, wanted, cancellationToken));
    }

    private static async ValueTask<IReadOnlyList<(string Id, HistoryRow Row)>> MissingAsync(
        ISqlSession executor, DialectHistoryTable table, IReadOnlyList<(string Id, HistoryRow Row)> rows, CancellationToken cancellationToken)
    {
        var there = (await executor.ExecuteAsync(table.SelectIds(rows), cancellationToken)).Rows.Select(static row => row[0] as string).ToHashSet(StringComparer.Ordinal);
        return there.Count == 0 ? rows : [.. rows.Where(row => !there.Contains(row.Id))];
    }

    private async ValueTask MigrateAsync(
        ISqlSession executor, DialectMigrations migrations, DialectHistoryTable table, MigrationMode mode, bool mayRace, ILogger logger, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var steps = table.Plan(await migrations.ColumnsAsync(table.History.Schema, table.History.Name, cancellationToken), mode);
                if (steps.Count > 0)
                {
                    logger.LogInformation("Migrating the history table '{Table}' of the {Database} database:\n{Plan}", table.History.Name, dialect.Name, string.Join('\n', steps));
                }

                foreach (var step in steps)
                {
                    await executor.ExecuteAsync(new(step), cancellationToken);
                }

                return;
            }
            catch (Exception error) when (mayRace && attempt < MigrationAttempts && error is not SchemaDriftException && !cancellationToken.IsCancellationRequested)
            {
                logger.LogInformation("Another worker changed the history table '{Table}' at the same time, or the database did not take a step; it is compared again.", table.History.Name);
            }
        }
    }

    // Into statements that the database takes. A change that came twice is added once.
    private IEnumerable<List<(string Id, HistoryRow Row)>> Cut(DialectHistoryTable table, List<HistoryRow> rows, List<RejectedRecord> refused)
    {
        var limits = dialect.Limits;
        var most = Math.Clamp(limits.MaximumParameters / table.RowParameters, 1, limits.MaximumRows);
        var known = new HashSet<string>(rows.Count, StringComparer.Ordinal);
        var chunk = new List<(string, HistoryRow)>();
        var bytes = 0L;
        foreach (var row in rows)
        {
            if (table.Refusal(row) is { } reason)
            {
                refused.Add(new(row.Record, new InvalidOperationException(reason)));
                continue;
            }

            var id = table.IdOf(row);
            if (!known.Add(id))
            {
                continue;
            }

            var size = table.SizeOf(row);
            if (chunk.Count == most || (chunk.Count > 0 && bytes + size > limits.MaximumStatementBytes))
            {
                yield return chunk;
                chunk = [];
                bytes = 0;
            }

            chunk.Add((id, row));
            bytes += size;
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }

    // Halves what the database refuses, until the culprit stands alone. Nothing has to be taken back: what was appended before stays right.
    private async ValueTask<long> AppendAsync(
        ISqlSession executor, DialectHistoryTable table, List<(string Id, HistoryRow Row)> rows, List<RejectedRecord> refused, CancellationToken cancellationToken)
    {
        try
        {
            var (added, missing) = await InsertRetryingAsync(executor, table, rows, cancellationToken);
            foreach (var row in missing)
            {
                if (rows.Count == 1)
                {
                    refused.Add(new(row.Row.Record, new InvalidOperationException($"{dialect.Name} refused the row of the history without saying why.")));
                }
                else
                {
                    added += await AppendAsync(executor, table, [row], refused, cancellationToken);
                }
            }

            return added;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && (error is UnfitForColumnException || dialect.Classify(error) is SqlFailure.Row or SqlFailure.TooLarge))
        {
            if (rows.Count == 1)
            {
                refused.Add(new(rows[0].Row.Record, error is UnfitForColumnException ? error : new InvalidOperationException(dialect.Explain(error))));
                return 0;
            }

            var half = rows.Count / 2;
            return await AppendAsync(executor, table, rows[..half], refused, cancellationToken) + await AppendAsync(executor, table, rows[half..], refused, cancellationToken);
        }
    }

    private async ValueTask<(long Added, IReadOnlyList<(string Id, HistoryRow Row)> Refused)> InsertRetryingAsync(
        ISqlSession executor, DialectHistoryTable table, List<(string Id, HistoryRow Row)> rows, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await InsertAsync(executor, table, rows, cancellationToken);
            }
            catch (Exception error) when (attempt < ConflictAttempts && dialect.Classify(error) == SqlFailure.Conflict)
            {
                await Task.Delay(ConflictWait * attempt, _time, cancellationToken);
            }
        }
    }
}
