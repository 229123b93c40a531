using System.Globalization;
using System.Text;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Writes the rows of one table through one session. Needs no transaction: each statement decides by the versions alone and can be run again, so that whoever crashes
/// between two of them is made good by the next delivery of the same records.
/// </summary>
internal sealed class TableWriter(ISqlSession executor, TableStatements table, WriteBatch batch, SinkMetrics metrics, TimeProvider time)
    : IsolatingWriter(executor, table.Dialect, table.Target, batch, metrics, time)
{
    private readonly SqlDialect _dialect = table.Dialect;
    private readonly ISqlSession _executor = executor;
    private readonly TableStatements _table = table;
    private readonly TimeProvider _time = time;

    /// <summary>What ties there may be in the database.</summary>
    public required TieMemory Memory { get; init; }

    protected override async ValueTask<List<KeyRows>> WriteOnceAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        var attempt = new Attempt();
        var begin = _dialect.BeginWrite(_table.Name);
        try
        {
            foreach (var statement in begin)
            {
                await _executor.ExecuteAsync(new(statement), cancellationToken);
            }

            attempt.Asked = _time.GetTimestamp();
            attempt.Remembered = await LookAsync(cancellationToken);
            var kept = await KeepAsync(keys, attempt, cancellationToken);
            if (kept.Count > 0)
            {
                await HurryAsync(attempt, cancellationToken);
                await UpsertAsync(kept, attempt, cancellationToken);
            }

            if (begin.Count > 0)
            {
                await _executor.ExecuteAsync(new("COMMIT"), cancellationToken);
            }
        }
        catch when (begin.Count > 0)
        {
            await RollBackAsync();
            throw;
        }

        Count(attempt.Counts);
        foreach (var row in attempt.TooOld)
        {
            RefuseTooOld(row, attempt.Remembered);
        }

        return attempt.Refused;
    }

    // Of changes from before the horizon, those whose items are there; of changes from before a whole snapshot none: whatever they say, the snapshot says otherwise.
    private async ValueTask<List<KeyRows>> KeepAsync(List<KeyRows> keys, Attempt attempt, CancellationToken cancellationToken)
    {
        var (horizon, snapshot, _) = attempt.Remembered;
        if (keys.TrueForAll(key => Rows[key.Newest].Microseconds >= attempt.Remembered.Oldest))
        {
            return keys;
        }

        List<int> old = [.. keys.Select(static key => key.Newest).Where(row => Rows[row].Microseconds < horizon && Rows[row].Microseconds >= snapshot)];
        attempt.HasOld = old.Count > 0;
        var present = old.Count > 0 ? await SelectPresentAsync(old, cancellationToken) : [];
        var kept = new List<KeyRows>(keys.Count);
        foreach (var key in keys)
        {
            var at = Rows[key.Newest].Microseconds;
            if (at >= snapshot && (at >= horizon || present.ContainsKey(_table.KeyText(Rows, key.Newest))))
            {
                kept.Add(key);
                continue;
            }

            attempt.Counts.Stale++;
            if (at >= snapshot)
            {
                // A removal of what is not there leaves nothing to do.
                attempt.TooOld.AddRange(key.SameTime.Prepend(key.Newest).Where(row => !Rows[row].IsTombstone));
            }
        }

        return kept;
    }

    // Where nothing holds a purge back, it waits until no write is under way that has not heard of it: one that is too slow for that looks again, and begins anew where it matters.
    private async ValueTask HurryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (SelectRevisions is null || _dialect.BeginPurge(_table.Name).Count > 0 || _time.GetElapsedTime(attempt.Asked) <= _dialect.PurgeGrace / 2)
        {
            return;
        }

        attempt.Asked = _time.GetTimestamp();
        if (attempt.HasOld || await LookAsync(cancellationToken) != attempt.Remembered)
        {
            throw new TimeoutException($"A write to '{_table.Target.Name}' took longer than half of {_dialect.Name}'s PurgeGrace, while old tombstones were purged. It is made again.");
        }
    }

    private async ValueTask UpsertAsync(List<KeyRows> keys, Attempt attempt, CancellationToken cancellationToken)
    {
        List<int> newest = [.. keys.Select(static key => key.Newest)];
        var answer = await _executor.ExecuteAsync(_table.Upsert(Rows, newest), cancellationToken);
        if (_dialect.CountsWrittenRows)
        {
            attempt.Counts.Rows += answer.AffectedRows;
            if (answer.AffectedRows == keys.Count && keys.TrueForAll(static key => key.SameTime.Count == 0))
            {
                attempt.Counts.Tombstones += newest.Count(row => Rows[row].IsTombstone);
                await ForgetTiesAsync(newest, cancellationToken);
                return;
            }
        }

        var present = await PresentAsync(answer, newest, cancellationToken);
        var written = new List<int>();
        foreach (var key in keys)
        {
            if (!present.TryGetValue(_table.KeyText(Rows, key.Newest), out var found))
            {
                attempt.Refused.Add(key);
                continue;
            }

            var version = Text(found[^2]);
            var changes = key.SameTime.Prepend(key.Newest).Where(row => IsTie(row, version)).ToList();
            attempt.Counts.Ties += changes.Count;
            if (changes.Count > 0 || (_table.IsTakenAtFewerColumns(found) && HasTimeOf(key.Newest, version)))
            {
                await DecideAsync(key.Newest, changes, attempt, cancellationToken);
            }

            if (string.Equals(version, Version(key.Newest), StringComparison.Ordinal))
            {
                // Or it was there before: a database that does not count what it wrote does not tell.
                written.Add(key.Newest);
                attempt.Counts.Rows += _dialect.CountsWrittenRows ? 0 : 1;
                attempt.Counts.Tombstones += Rows[key.Newest].IsTombstone ? 1 : 0;
            }
            else
            {
                attempt.Counts.Stale++;
            }
        }

        await ForgetTiesAsync(written, cancellationToken);
    }

    // The rows that the table has now: their versions and what else tells how they came there.
    private async ValueTask<Dictionary<string, IReadOnlyList<object?>>> PresentAsync(SqlAnswer answer, List<int> newest, CancellationToken cancellationToken)
    {
        if (!_dialect.UpsertReturnsRows || !_table.CanReadManyKeys)
        {
            return await SelectPresentAsync(newest, cancellationToken);
        }

        var present = new Dictionary<string, IReadOnlyList<object?>>(newest.Count, StringComparer.Ordinal);
        AddTo(present, answer.Rows);
        return present;
    }

    // By whole keys, which every database answers as they are now.
    private async ValueTask<Dictionary<string, IReadOnlyList<object?>>> SelectPresentAsync(List<int> some, CancellationToken cancellationToken)
    {
        var present = new Dictionary<string, IReadOnlyList<object?>>(some.Count, StringComparer.Ordinal);
        var step = _table.CanReadManyKeys ? some.Count : 1;
        for (var i = 0; i < some.Count; i += step)
        {
            var part = some.GetRange(i, Math.Min(step, some.Count - i));
            var rows = (await _executor.ExecuteAsync(_table.SelectVersions(Rows, part), cancellationToken)).Rows;
            if (_table.CanReadManyKeys)
            {
                AddTo(present, rows);
            }
            else if (rows.Count > 0)
            {
                present[_table.KeyText(Rows, part[0])] = rows[0];
            }
        }

        return present;
    }

    private void AddTo(Dictionary<string, IReadOnlyList<object?>> present, IReadOnlyList<IReadOnlyList<object?>> rows)
    {
        foreach (var row in rows)
        {
            present[_table.KeyText(row)] = row;
        }
    }

    private bool IsTie(int row, string present) => HasTimeOf(row, present) && !string.Equals(Version(row), present, StringComparison.Ordinal);

    private bool HasTimeOf(int row, string present) => Version(row).AsSpan(0, RowVersion.TimeLength).SequenceEqual(present.AsSpan(0, RowVersion.TimeLength));

    // Columns that were added beside this write may have been left with what an older row had there: the sink looks again and writes anew.
    protected override ValueTask FinishAsync(CancellationToken cancellationToken) => _table.HasWidth ? StopIfOlderAsync(cancellationToken) : default;

    /// <summary>
    /// Lets all changes of an item at the time of its row decide which of them is the row. Between any two of these steps the process may end, and other writers
    /// may do the same: what is remembered only grows, the row says from how many it was chosen, and whoever saw more of them wins. The last to remember sees all.
    /// </summary>
    private async ValueTask DecideAsync(int row, List<int> changes, Attempt attempt, CancellationToken cancellationToken)
    {
        Memory.MayHave = true;
        await RefreshAsync(_table.Name, cancellationToken);
        if (_dialect.BeginWrite(_table.Name).Count > 0)
        {
            // Writes nothing, as the time is that of the row, but lets the table's constraints look at it: what they refuse must not be remembered, or it would one day be the row.
            foreach (var change in changes.Where(change => change != row))
            {
                await _executor.ExecuteAsync(_table.Upsert(Rows, [change]), cancellationToken);
            }
        }

        await _executor.ExecuteAsync(_table.RememberPresent(Rows, row), cancellationToken);
        foreach (var some in changes.Chunk(Math.Max(1, _dialect.Limits.MaximumParameters / _table.RowParameters)))
        {
            await _executor.ExecuteAsync(_table.RememberTies(Rows, some), cancellationToken);
        }

        await RefreshAsync(_table.Ties, cancellationToken);
        var remembered = (await _executor.ExecuteAsync(_table.SelectTies(Rows, row), cancellationToken)).Rows
            .Select(static one => (Version: Text(one[0]), Old: Convert.ToInt64(one[1], CultureInfo.InvariantCulture), New: Convert.ToInt64(one[2], CultureInfo.InvariantCulture)))
            .ToList();

        if (remembered.Count > 0)
        {
            var (chosen, newest) = TieChoice.Of(remembered);
            await HurryAsync(attempt, cancellationToken);
            await _executor.ExecuteAsync(_table.TakeTie(Rows, row, chosen, newest, remembered.Count), cancellationToken);
        }
    }

    private async ValueTask RefreshAsync(string name, CancellationToken cancellationToken)
    {
        if (_dialect.Refresh(name) is { } refresh)
        {
            await _executor.ExecuteAsync(new(refresh), cancellationToken);
        }
    }

    private async ValueTask ForgetTiesAsync(List<int> written, CancellationToken cancellationToken)
    {
        if (Memory.MayHave)
        {
            foreach (var row in written)
            {
                await _executor.ExecuteAsync(_table.ForgetTies(Rows, row), cancellationToken);
            }
        }
    }

    protected override IEnumerable<List<KeyRows>> Cut(List<KeyRows> keys) => CutByLimits(keys, _table.RowParameters);

    private string Version(int row) => Encoding.ASCII.GetString(Rows.Version(row));

    private static string Text(object? value) => value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>What one attempt did: forgotten where it is tried again.</summary>
    private sealed class Attempt
    {
        public WriteCounts Counts;

        public List<KeyRows> Refused { get; } = [];

        /// <summary>Changes from before the horizon, of items that the table does not have.</summary>
        public List<int> TooOld { get; } = [];

        public RememberedTimes Remembered { get; set; }

        /// <summary>When <see cref="Remembered"/> was asked for.</summary>
        public long Asked { get; set; }

        /// <summary>Whether changes from before the horizon are written, to items that were there.</summary>
        public bool HasOld { get; set; }
    }
}
