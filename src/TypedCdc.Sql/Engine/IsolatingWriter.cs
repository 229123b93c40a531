using System.Text;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Writes the rows of one table: in statements that the database takes, again where a transaction lost against another one, and in halves where the database refuses rows, until
/// the culprits stand alone and their neighbours are written.
/// </summary>
internal abstract class IsolatingWriter(ISqlSession executor, SqlDialect dialect, TargetTable table, WriteBatch batch, SinkMetrics metrics, TimeProvider time)
{
    private readonly RowBuffer _rows = batch.Rows(table.Index);
    private WriteCounts _counts;
    private SeenRevisions? _seen;

    /// <summary>Asks for what is remembered of the table; null where nothing is.</summary>
    public SqlStatement? SelectRevisions { get; init; }

    /// <summary>Whether a worker with an older model stops.</summary>
    public bool ChecksRevision { get; init; } = true;

    protected RowBuffer Rows => _rows;

    /// <summary>Writes some keys of the batch.</summary>
    /// <param name="keys">The keys, in their order.</param>
    /// <param name="seen">Takes what is found in <c>cdc_models</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<WriteCounts> WriteAsync(List<KeyRows> keys, SeenRevisions seen, CancellationToken cancellationToken)
    {
        _seen = seen;
        foreach (var chunk in Cut(keys))
        {
            await WriteAsync(chunk, cancellationToken);
        }

        await FinishAsync(cancellationToken);
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
                    await RejectAsync(key, new InvalidOperationException($"{dialect.Name} refused the row without saying why."), cancellationToken);
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
                await RejectAsync(keys[0], error is UnfitForColumnException ? error : new InvalidOperationException(dialect.Explain(error)), cancellationToken);
            }
        }
    }

    private bool IsOfTheRow(Exception error) => error is UnfitForColumnException || dialect.Classify(error) is SqlFailure.Row or SqlFailure.TooLarge;

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

    private ValueTask<List<KeyRows>> WriteRetryingAsync(List<KeyRows> keys, CancellationToken cancellationToken) =>
        ConflictRetry.RunAsync(dialect, time, metrics.Retried, token => WriteOnceAsync(keys, token), cancellationToken);

    /// <summary>Writes keys once. Returns those whose rows are missing from the database's answer.</summary>
    protected abstract ValueTask<List<KeyRows>> WriteOnceAsync(List<KeyRows> keys, CancellationToken cancellationToken);

    /// <summary>Called when all is written.</summary>
    protected virtual ValueTask FinishAsync(CancellationToken cancellationToken) => default;

    /// <summary>Adds what an attempt did that came to its end.</summary>
    protected void Count(in WriteCounts counts) => _counts.Add(counts);

    /// <summary>Cuts keys into as many as are written at once.</summary>
    protected virtual IEnumerable<List<KeyRows>> Cut(List<KeyRows> keys) => [keys];

    /// <summary>Cuts keys into as many as one statement takes.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="rowParameters">How many parameters one row has.</param>
    protected IEnumerable<List<KeyRows>> CutByLimits(List<KeyRows> keys, int rowParameters)
    {
        var limits = dialect.Limits;
        var most = Math.Clamp(limits.MaximumParameters / rowParameters, 1, limits.MaximumRows);
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

    /// <summary>The size of a row in a statement: the values and, roughly, the text around each.</summary>
    protected long SizeOf(int row)
    {
        var size = 256L;
        foreach (ref readonly var cell in _rows.Cells(row))
        {
            size += 48 + (cell.Kind is CellKind.Text or CellKind.Bytes ? cell.Length : 8);
        }

        return size;
    }

    /// <summary>Looks whether a worker with a newer model has come, and up to when the table has forgotten removed items.</summary>
    protected async ValueTask<RememberedTimes> LookAsync(CancellationToken cancellationToken)
    {
        if (SelectRevisions is null)
        {
            return default;
        }

        var answer = await executor.ExecuteAsync(SelectRevisions, cancellationToken);
        _seen?.Set(answer);
        return !ChecksRevision || answer.Rows is not [[string known, ..]] || ModelRevisions.IsNewest(known, table.Revision)
            ? RememberedTimes.Of(answer)
            : throw ModelRevisions.IsOlder(table);
    }

    /// <summary>Stops where a worker with a newer model has come.</summary>
    protected async ValueTask StopIfOlderAsync(CancellationToken cancellationToken) => await LookAsync(cancellationToken);

    /// <summary>Refuses a change of an item that the table does not have and may have forgotten.</summary>
    protected void RefuseTooOld(int row, in RememberedTimes remembered) => batch.Reject(_rows[row].Record, PurgeHorizon.Refusal(table, _rows[row].Microseconds, remembered.Horizon));

    protected async ValueTask RollBackAsync()
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
}
