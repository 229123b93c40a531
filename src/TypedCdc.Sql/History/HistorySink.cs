using System.Data.Common;
using TypedCdc.Sinks;

namespace TypedCdc.Sql;

/// <summary>
/// Appends every change to a table. A subscriber of its own beside the sink of current states: what that refuses, because a column cannot hold it, is in the history
/// nevertheless, and the other way round.
/// </summary>
internal sealed class HistorySink(TableSet tables, IHistoryStore store) : ISink, IAsyncDisposable
{
    private ITableRouter? _router;
    private SinkMetrics? _metrics;
    private TimeProvider _time = TimeProvider.System;

    /// <summary>Rows that were new, for tests and status.</summary>
    public long Rows => _metrics?.Rows ?? 0;

    public async ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken)
    {
        _router = context.Tables;
        _time = context.TimeProvider;
        _metrics = new(store.Name, context.Logger);
        foreach (var table in tables.Histories)
        {
            table.Target.Limits = store.Limits;
        }

        await store.StartAsync(tables.Histories, tables.Migrations, context, cancellationToken);
    }

    public async ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
    {
        if (_router is not { } router || _metrics is not { } metrics)
        {
            throw new InvalidOperationException("The sink has not been started.");
        }

        var started = _time.GetTimestamp();
        var rejected = new List<RejectedRecord>();
        for (var i = 0; i < tables.Histories.Count; i++)
        {
            var rows = Read(records, tables.Histories[i], router, rejected);
            if (rows.Count > 0)
            {
                // A table at a time: a replay adds nothing, so that there is nothing that must be one with another.
                var added = await AppendAsync(i, rows, rejected, metrics, cancellationToken);
                metrics.Written(new WriteCounts { Rows = added, Stale = rows.Count - added });
            }
        }

        metrics.Batch(records.Count, rejected.Count, _time.GetElapsedTime(started));
        if (rejected.Count > 0)
        {
            throw new RejectedRecordsException([.. rejected.DistinctBy(static one => one.Index).OrderBy(static one => one.Index)]);
        }
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async ValueTask<long> AppendAsync(int table, List<HistoryRow> rows, List<RejectedRecord> rejected, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        try
        {
            return await store.AppendAsync(table, rows, rejected, cancellationToken);
        }
        catch (DbException error) when (error.IsTransient)
        {
            metrics.Retried(); // by delivery
            throw;
        }
    }

    private static List<HistoryRow> Read(IReadOnlyList<CdcRecord> records, HistoryTable table, ITableRouter router, List<RejectedRecord> rejected)
    {
        // A reader a write: writes of different lanes run at once.
        var reader = new HistoryReader(table);
        var rows = new List<HistoryRow>(records.Count);
        for (var i = 0; i < records.Count; i++)
        {
            var models = router.Find(records[i].TableName);
            if (!models.Any(model => model.ClrType == table.Model.ClrType))
            {
                continue;
            }

            try
            {
                if (reader.Read(records[i], i, isShared: models.Count > 1) is { } row)
                {
                    rows.Add(row);
                }
            }
            catch (CdcDecodeException error)
            {
                rejected.Add(new(i, error));
            }
        }

        rows.Sort(HistoryRow.Compare);
        return rows;
    }
}
