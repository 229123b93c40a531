using System.Globalization;
using System.Text;

namespace TypedCdc.Sql;

/// <summary>
/// Writes the rows of one table through one session. Needs no transaction: each statement decides by the versions alone and can be run again, so that whoever crashes
/// between two of them is made good by the next delivery of the same records.
/// </summary>
internal sealed class DialectWriter(ISqlExecutor executor, DialectTable table, WriteBatch batch, SinkMetrics metrics, TimeProvider time)
{
    private const int ConflictAttempts = 6;
    private static readonly TimeSpan ConflictWait = TimeSpan.FromMilliseconds(20);

    private readonly SqlDialect _dialect = table.Dialect;
    private readonly RowBuffer _rows = batch.Rows(table.Target.Index);
    private WriteCounts _counts;

    /// <summary>What ties there may be in the database.</summary>
    public required TieMemory Memory { get; init; }

    /// <summary>Asks for the revisions that the table has known; null where nobody asks.</summary>
    public SqlStatement? SelectRevisions { get; init; }

    public async ValueTask<WriteCounts> WriteAsync(CancellationToken cancellationToken)
    {
        if (_rows.Count > 0)
        {
            var keys = KeyRows.Of(_rows, ref _counts);
            foreach (var chunk in Cut(keys))
            {
                await WriteAsync(chunk, cancellationToken);
            }
        }

        return _counts;
    }

    // Halves what the database refuses, until the culprit stands alone.
    private async ValueTask WriteAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        try
        {
            var refused = await WriteRetryingAsync(keys, cancellationToken);
            foreach (var key in refused)
            {
                if (keys.Count == 1 && key.SameTime.Count == 0)
                {
                    await RejectAsync(key, new InvalidOperationException($"{_dialect.Name} refused the row without saying why."), cancellationToken);
                }
                else
                {
                    await WriteAloneAsync(key, cancellationToken);
                }
            }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && IsOfTheRow(error))
        {
            if (keys.Count > 1)
            {
                var half = keys.Count / 2;
                await WriteAsync(keys[..half], cancellationToken);
                await WriteAsync(keys[half..], cancellationToken);
            }
            else if (keys[0].SameTime.Count > 0)
            {
                await WriteAloneAsync(keys[0], cancellationToken);
            }
            else
            {
                await RejectAsync(keys[0], error is UnfitForColumnException ? error : new InvalidOperationException(_dialect.Explain(error)), cancellationToken);
            }
        }
    }

    private bool IsOfTheRow(Exception error) => error is UnfitForColumnException || _dialect.Classify(error) is SqlFailure.Row or SqlFailure.TooLarge;

    // The changes of one item at one time, each by itself: which of them is refused must not depend on the others.
    private async ValueTask WriteAloneAsync(KeyRows key, CancellationToken cancellationToken)
    {
        await WriteAsync([new(key.Newest, [], key.SameTime.Count == 0 ? key.Next : -1)], cancellationToken);
        for (var i = 0; i < key.SameTime.Count; i++)
        {
            await WriteAsync([new(key.SameTime[i], [], i == key.SameTime.Count - 1 ? key.Next : -1)], cancellationToken);
        }
    }

    // The next older row of the key is written as if it had come in a write of its own.
    private async ValueTask RejectAsync(KeyRows key, Exception reason, CancellationToken cancellationToken)
    {
        batch.Reject(_rows[key.Newest].Record, reason);
        if (key.Next >= 0)
        {
            await WriteAsync([KeyRows.At(_rows, key.Next).Key], cancellationToken);
        }
    }

    private async ValueTask<List<KeyRows>> WriteRetryingAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(keys, cancellationToken);
            }
            catch (Exception error) when (attempt < ConflictAttempts && _dialect.Classify(error) == SqlFailure.Conflict)
            {
                metrics.Retried();
                await Task.Delay(ConflictWait * attempt, time, cancellationToken);
            }
        }
    }

    // Returns the keys whose rows are missing from the database's answer.
    private async ValueTask<List<KeyRows>> WriteOnceAsync(List<KeyRows> keys, CancellationToken cancellationToken)
    {
        var attempt = new Attempt();
        var begin = _dialect.BeginWrite(table.Name);
        try
        {
            foreach (var statement in begin)
            {
                await executor.ExecuteAsync(new(statement), cancellationToken);
            }

            await StopIfOlderAsync(cancellationToken);
            await UpsertAsync(keys, attempt, cancellationToken);
            if (begin.Count > 0)
            {
                await executor.ExecuteAsync(new("COMMIT"), cancellationToken);
            }
        }
        catch when (begin.Count > 0)
        {
            await RollBackAsync();
            throw;
        }

        _counts.Add(attempt.Counts);
        return attempt.Refused;
    }

    private async ValueTask UpsertAsync(List<KeyRows> keys, Attempt attempt, CancellationToken cancellationToken)
    {
        List<int> newest = [.. keys.Select(static key => key.Newest)];
        var answer = await executor.ExecuteAsync(table.Upsert(_rows, newest), cancellationToken);
        if (_dialect.CountsWrittenRows)
        {
            attempt.Counts.Rows += answer.AffectedRows;
            if (answer.AffectedRows == keys.Count && keys.TrueForAll(static key => key.SameTime.Count == 0))
            {
                attempt.Counts.Tombstones += newest.Count(row => _rows[row].IsTombstone);
                await ForgetTiesAsync(newest, cancellationToken);
                return;
            }
        }

        var present = await PresentAsync(answer, newest, cancellationToken);
        var written = new List<int>();
        foreach (var key in keys)
        {
            if (!present.TryGetValue(table.KeyText(_rows, key.Newest), out var version))
            {
                attempt.Refused.Add(key);
                continue;
            }

            var changes = key.SameTime.Prepend(key.Newest).Where(row => IsTie(row, version)).ToList();
            if (changes.Count > 0)
            {
                attempt.Counts.Ties += changes.Count;
                await DecideAsync(key.Newest, changes, cancellationToken);
            }

            if (string.Equals(version, Version(key.Newest), StringComparison.Ordinal))
            {
                // Or it was there before: a database that does not count what it wrote does not tell.
                written.Add(key.Newest);
                attempt.Counts.Rows += _dialect.CountsWrittenRows ? 0 : 1;
                attempt.Counts.Tombstones += _rows[key.Newest].IsTombstone ? 1 : 0;
            }
            else
            {
                attempt.Counts.Stale++;
            }
        }

        await ForgetTiesAsync(written, cancellationToken);
    }

    private async ValueTask<Dictionary<string, string>> PresentAsync(SqlAnswer answer, List<int> newest, CancellationToken cancellationToken)
    {
        var present = new Dictionary<string, string>(newest.Count, StringComparer.Ordinal);
        if (_dialect.UpsertReturnsRows && table.CanReadManyKeys)
        {
            Add(answer.Rows);
            return present;
        }

        var step = table.CanReadManyKeys ? newest.Count : 1;
        for (var i = 0; i < newest.Count; i += step)
        {
            var some = newest.GetRange(i, Math.Min(step, newest.Count - i));
            var rows = (await executor.ExecuteAsync(table.SelectVersions(_rows, some), cancellationToken)).Rows;
            if (table.CanReadManyKeys)
            {
                Add(rows);
            }
            else if (rows.Count > 0)
            {
                present[table.KeyText(_rows, some[0])] = Text(rows[0][^2]);
            }
        }

        return present;

        void Add(IReadOnlyList<IReadOnlyList<object?>> rows)
        {
            foreach (var row in rows)
            {
                present[table.KeyText(row)] = Text(row[^2]);
            }
        }
    }

    private bool IsTie(int row, string present) =>
        Version(row) is var version && version.AsSpan(0, RowVersion.TimeLength).SequenceEqual(present.AsSpan(0, RowVersion.TimeLength)) && !string.Equals(version, present, StringComparison.Ordinal);

    /// <summary>
    /// Lets all changes of an item at the time of its row decide which of them is the row. Between any two of these steps the process may end, and other writers
    /// may do the same: what is remembered only grows, the row says from how many it was chosen, and whoever saw more of them wins. The last to remember sees all.
    /// </summary>
    private async ValueTask DecideAsync(int row, List<int> changes, CancellationToken cancellationToken)
    {
        Memory.MayHave = true;
        await RefreshAsync(table.Name, cancellationToken);
        await executor.ExecuteAsync(table.RememberPresent(_rows, row), cancellationToken);
        foreach (var some in changes.Chunk(Math.Max(1, _dialect.Limits.MaximumParameters / table.RowParameters)))
        {
            await executor.ExecuteAsync(table.RememberTies(_rows, some), cancellationToken);
        }

        await RefreshAsync(table.Ties, cancellationToken);
        var remembered = (await executor.ExecuteAsync(table.SelectTies(_rows, row), cancellationToken)).Rows
            .Select(static one => (Version: Text(one[0]), Old: Convert.ToInt64(one[1], CultureInfo.InvariantCulture), New: Convert.ToInt64(one[2], CultureInfo.InvariantCulture)))
            .ToList();

        // A change that came several times counts by its newest version.
        var different = remembered.GroupBy(static one => (one.Old, one.New)).Select(static copies => copies.MaxBy(static one => one.Version, StringComparer.Ordinal))
            .OrderBy(static one => one.Version, StringComparer.Ordinal).ThenBy(static one => one.Old).ThenBy(static one => one.New).ToList();
        if (different.Count > 0)
        {
            var last = Tie.FindLast([.. different.Select(static one => new Tie(one.Old, one.New))]);
            await executor.ExecuteAsync(table.TakeTie(_rows, row, different[last], different[^1].Version, remembered.Count), cancellationToken);
        }
    }

    private async ValueTask RefreshAsync(string name, CancellationToken cancellationToken)
    {
        if (_dialect.Refresh(name) is { } refresh)
        {
            await executor.ExecuteAsync(new(refresh), cancellationToken);
        }
    }

    private async ValueTask ForgetTiesAsync(List<int> written, CancellationToken cancellationToken)
    {
        if (Memory.MayHave)
        {
            foreach (var row in written)
            {
                await executor.ExecuteAsync(table.ForgetTies(_rows, row), cancellationToken);
            }
        }
    }

    // A worker with a newer model may have come a moment ago.
    private async ValueTask StopIfOlderAsync(CancellationToken cancellationToken)
    {
        if (SelectRevisions is not null && (await executor.ExecuteAsync(SelectRevisions, cancellationToken)).Rows is [[string known]]
            && !ModelRevisions.IsNewest(Encoding.UTF8.GetBytes(known), Encoding.UTF8.GetBytes(table.Target.Revision)))
        {
            throw ModelRevisions.IsOlder(table.Target);
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
            // The first error is the one that tells; a session that cannot even roll back is given up by the store.
        }
    }

    private IEnumerable<List<KeyRows>> Cut(List<KeyRows> keys)
    {
        var limits = _dialect.Limits;
        var most = Math.Clamp(limits.MaximumParameters / table.RowParameters, 1, limits.MaximumRows);
        var chunk = new List<KeyRows>();
        var bytes = 0L;
        foreach (var key in keys)
        {
            var size = SizeOf(key.Newest);
            if (chunk.Count == most || (chunk.Count > 0 && bytes + size > limits.MaximumStatementBytes))
            {
                yield return chunk;
                chunk = [];
                bytes = 0;
            }

            chunk.Add(key);
            bytes += size;
        }

        yield return chunk;
    }

    // The values and, roughly, the text around each.
    private long SizeOf(int row)
    {
        var size = 256L;
        foreach (ref readonly var cell in _rows.Cells(row))
        {
            size += 48 + (cell.Kind is CellKind.Text or CellKind.Bytes ? cell.Length : 8);
        }

        return size;
    }

    private string Version(int row) => Encoding.ASCII.GetString(_rows.Version(row));

    private static string Text(object? value) => value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>What one attempt did: forgotten where it is tried again.</summary>
    private sealed class Attempt
    {
        public WriteCounts Counts;

        public List<KeyRows> Refused { get; } = [];
    }
}
