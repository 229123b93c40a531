using System.Globalization;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Forgets removed items of one table, and removes what a whole snapshot does not have, through one session. In a database that can hold writers back, in a transaction that does; elsewhere in
/// an order that needs none: <b>told</b> first, so that every write that begins from now on knows; then, when no write is under way any more that did not (<see cref="SqlDialect.PurgeGrace"/>),
/// done. Whoever ends in between has told too much, which refuses more late changes than needed and never brings a removed item back.
/// </summary>
internal sealed class Purger(ISqlSession executor, TableStatements table, HorizonStatements statements, SqlStatement remembered, TimeProvider time)
{
    private const int StuckRounds = 20;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);

    private readonly SqlDialect _dialect = table.Dialect;

    /// <summary>What the database remembers of the table.</summary>
    public async ValueTask<RememberedTimes> ReadAsync(CancellationToken cancellationToken) => RememberedTimes.Of(await executor.ExecuteAsync(remembered, cancellationToken));

    /// <summary>Forgets some of the tombstones that are older than the policy keeps them.</summary>
    /// <param name="policy">How long tombstones stay.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many.</returns>
    public async ValueTask<int> PurgeAsync(PurgePolicy policy, CancellationToken cancellationToken)
    {
        if (statements.IsLocking)
        {
            return await InTransactionAsync(async () => await HorizonAsync(policy, cancellationToken) is { } locked ? await PurgeLockedAsync(locked, cancellationToken) : 0, cancellationToken);
        }

        if (await HorizonAsync(policy, cancellationToken) is not { } horizon)
        {
            return 0;
        }

        // Found now and deleted only if they are the same later: a removal that arrives late, while an older change of its item is on its way, outlives that change.
        await RefreshAsync(table.Name, cancellationToken);
        var found = await FindAsync(horizon, cancellationToken);
        if (found.Count == 0)
        {
            return 0;
        }

        await Task.Delay(_dialect.PurgeGrace, time, cancellationToken);
        return await DeleteAsync(found, cancellationToken);
    }

    /// <summary>Remembers a whole snapshot, where one is given, and removes the rows that are not in the newest one.</summary>
    /// <param name="microseconds">The time of the snapshot's rows; null to do what was left undone.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many were removed.</returns>
    public async ValueTask<long> FinishSnapshotAsync(long? microseconds, CancellationToken cancellationToken)
    {
        if (microseconds is { } at)
        {
            await RaiseAsync("snapshot", at, cancellationToken);
        }

        var (_, snapshot, swept) = await ReadAsync(cancellationToken);
        if (swept >= snapshot)
        {
            return 0;
        }

        if (!statements.IsLocking)
        {
            // A row that a write adds which does not know of the snapshot must be seen below.
            await Task.Delay(_dialect.PurgeGrace, time, cancellationToken);
        }

        var removed = await SweepAsync(snapshot, cancellationToken);
        await RaiseAsync("swept", snapshot, cancellationToken);
        return removed;
    }

    private async ValueTask RaiseAsync(string column, long microseconds, CancellationToken cancellationToken)
    {
        if (!statements.IsLocking)
        {
            await executor.ExecuteAsync(statements.Raise(column, microseconds), cancellationToken);
            return;
        }

        // Waits for the writes that do not know of it.
        await InTransactionAsync(async () => (await executor.ExecuteAsync(statements.Raise(column, microseconds), cancellationToken)).AffectedRows, cancellationToken);
    }

    private async ValueTask<long> SweepAsync(long snapshot, CancellationToken cancellationToken)
    {
        await RefreshAsync(table.Name, cancellationToken);
        var all = Count(await executor.ExecuteAsync(statements.CountUnswept(snapshot), cancellationToken));
        for (var stuck = 0; await HasUnsweptAsync(snapshot, cancellationToken);)
        {
            var affected = statements.IsLocking
                ? await InTransactionAsync(async () => (await executor.ExecuteAsync(statements.Sweep(snapshot), cancellationToken)).AffectedRows, cancellationToken)
                : (await executor.ExecuteAsync(statements.Sweep(snapshot), cancellationToken)).AffectedRows;
            stuck = affected == 0 ? stuck + 1 : 0;
            if (stuck == StuckRounds)
            {
                throw new InvalidOperationException(
                    $"Items of '{table.Target.Name}' that its newest whole snapshot does not have cannot be removed: {_dialect.Name} does not take their tombstones. Columns outside the key must take NULL.");
            }

            if (affected == 0)
            {
                await Task.Delay(Wait, time, cancellationToken);
            }

            await RefreshAsync(table.Name, cancellationToken);
        }

        return all;
    }

    private async ValueTask<bool> HasUnsweptAsync(long snapshot, CancellationToken cancellationToken) =>
        (await executor.ExecuteAsync(statements.AnyUnswept(snapshot), cancellationToken)).Rows.Count > 0;

    // The new horizon, remembered; null where nothing was removed so long ago.
    private async ValueTask<long?> HorizonAsync(PurgePolicy policy, CancellationToken cancellationToken)
    {
        if ((await executor.ExecuteAsync(statements.NewestTombstone, cancellationToken)).Rows is not [[{ } newest]]
            || PurgeHorizon.At(time.GetUtcNow(), Convert.ToInt64(newest, CultureInfo.InvariantCulture), policy) is not (> 0 and var horizon))
        {
            return null;
        }

        await executor.ExecuteAsync(statements.Raise("horizon", horizon), cancellationToken);
        return horizon;
    }

    private async ValueTask<IReadOnlyList<IReadOnlyList<object?>>> FindAsync(long horizon, CancellationToken cancellationToken) =>
        (await executor.ExecuteAsync(statements.SelectTombstones(horizon, statements.BatchRows), cancellationToken)).Rows;

    private async ValueTask<int> PurgeLockedAsync(long horizon, CancellationToken cancellationToken) =>
        await statements.PurgeAtOnceAsync(executor, horizon, cancellationToken) ?? await DeleteAsync(await FindAsync(horizon, cancellationToken), cancellationToken);

    private async ValueTask<int> DeleteAsync(IReadOnlyList<IReadOnlyList<object?>> found, CancellationToken cancellationToken)
    {
        var deleted = 0L;
        foreach (var some in found.Where(row => !statements.HasTies(row)).Chunk(statements.DeletedRows))
        {
            var affected = (await executor.ExecuteAsync(statements.DeleteTombstones(some), cancellationToken)).AffectedRows;
            deleted += affected < 0 ? some.Length : affected;
        }

        // A row that is another one by now keeps what it was chosen from.
        foreach (var tied in found.Where(statements.HasTies))
        {
            if ((await executor.ExecuteAsync(statements.DeleteTombstones([tied]), cancellationToken)).AffectedRows != 0)
            {
                await RefreshAsync(table.Ties, cancellationToken);
                await executor.ExecuteAsync(statements.DeleteTies(tied), cancellationToken);
                deleted++;
            }
        }

        return (int)deleted;
    }

    private ValueTask<T> InTransactionAsync<T>(Func<Task<T>> run, CancellationToken cancellationToken) =>
        ConflictRetry.RunAsync(_dialect, time, static () => { }, token => InTransactionOnceAsync(run, token), cancellationToken);

    private async ValueTask<T> InTransactionOnceAsync<T>(Func<Task<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var statement in _dialect.BeginPurge(table.Name))
            {
                await executor.ExecuteAsync(new(statement), cancellationToken);
            }

            var result = await run();
            await executor.ExecuteAsync(new("COMMIT"), cancellationToken);
            return result;
        }
        catch
        {
            await RollBackAsync();
            throw;
        }
    }

    private async ValueTask RollBackAsync()
    {
        try
        {
            await executor.ExecuteAsync(new("ROLLBACK"), CancellationToken.None);
        }
        catch (Exception)
        {
            // The first error is the one that tells; the store gives the session up.
        }
    }

    private async ValueTask RefreshAsync(string name, CancellationToken cancellationToken)
    {
        if (_dialect.Refresh(name) is { } refresh)
        {
            await executor.ExecuteAsync(new(refresh), cancellationToken);
        }
    }

    private static long Count(SqlAnswer answer) => answer.Rows is [[{ } count]] ? Convert.ToInt64(count, CultureInfo.InvariantCulture) : 0;
}
