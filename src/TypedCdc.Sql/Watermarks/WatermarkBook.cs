using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Sql;

/// <summary>What a sink knows of the watermarks of the readings that it is fed with: read when a reading's first record comes, and kept as long as the reading's lease is.</summary>
/// <param name="store">Where they are kept.</param>
/// <param name="context">The sink's.</param>
internal sealed class WatermarkBook(IWatermarkStore store, SinkContext context) : IAsyncDisposable
{
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RememberInterval = TimeSpan.FromSeconds(10); // as often as a source stores checkpoints, about

    private readonly ConditionalWeakTable<ShardLease, ShardReading> _readings = [];
    private readonly ConcurrentDictionary<TargetTable, (string Target, string Model)> _tables = new();
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task? _run; // from the first reading on

    /// <summary>Takes the rows out of a write that were applied before its records' readings, and plans what becomes of the watermarks.</summary>
    /// <returns>The plan; null where no record has a lease.</returns>
    /// <exception cref="StaleLeaseException">Another worker has a shard of the write.</exception>
    public async ValueTask<WatermarkPlan?> PlanAsync(IReadOnlyList<CdcRecord> records, WriteBatch batch, CancellationToken cancellationToken)
    {
        WatermarkPlan? plan = null;
        for (var index = 0; index < batch.Tables.Length; index++)
        {
            var rows = batch.Rows(index);
            if (!await OpenAsync(records, rows, cancellationToken))
            {
                continue;
            }

            plan ??= new(records, context.Application);
            if (plan.Add(rows, lease => Find(lease, rows.Table)!) > 0)
            {
                rows.Sort();
            }
        }

        return plan;
    }

    /// <summary>Forgets the tables of the readings of a write: one of them is another than it was.</summary>
    public void Forget(WatermarkPlan plan)
    {
        foreach (var lease in plan.Leases)
        {
            if (_readings.TryGetValue(lease, out var reading))
            {
                reading.Tables.Clear();
            }
        }
    }

    /// <summary>Remembers what is to be remembered a last time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await (_run ?? Task.CompletedTask);
        _stop.Dispose();
        using var limit = new CancellationTokenSource(LongestFarewell, context.TimeProvider);
        await RememberAsync(limit.Token);
    }

    /// <summary>
    /// Remembers the checkpoints that were stored behind the last writes of shards in which nothing happens since: without that, a reading that is put back on purpose would look like one after a crash.
    /// </summary>
    internal async Task RememberAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (lease, reading) in _readings)
            {
                if (reading.ToRemember is { } checkpoint && !reading.Tables.IsEmpty)
                {
                    await store.RememberCheckpointAsync(context.Application, lease, checkpoint, cancellationToken);
                    reading.Remembered(checkpoint);
                }
            }
        }
        catch (Exception error)
        {
            // The next write, or the next time, says it.
            context.Logger.LogDebug(error, "A checkpoint is not remembered in {Table}.", StoredWatermark.Table);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(RememberInterval, context.TimeProvider, _stop.Token);
                await RememberAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The sink ends.
        }
    }

    /// <summary>Makes sure that every reading that the rows are of is known with their table.</summary>
    /// <returns>Whether there is one.</returns>
    private async ValueTask<bool> OpenAsync(IReadOnlyList<CdcRecord> records, RowBuffer rows, CancellationToken cancellationToken)
    {
        ShardLease? last = null;
        for (var row = 0; row < rows.Count; row++)
        {
            var lease = records[rows[row].Record].Lease;
            if (lease is null || lease == last)
            {
                continue;
            }

            last = lease;
            if (Find(lease, rows.Table) is null)
            {
                await LoadAsync(lease, rows.Table, cancellationToken);
            }
        }

        return last is not null;
    }

    private TableReading? Find(ShardLease lease, TargetTable table) =>
        _readings.TryGetValue(lease, out var reading) ? reading.Tables.GetValueOrDefault(Describe(table).Target) : null;

    private async ValueTask LoadAsync(ShardLease lease, TargetTable table, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            var (target, model) = Describe(table);
            if (!_readings.TryGetValue(lease, out var reading))
            {
                reading = new(lease, await store.ClaimAsync(context.Application, lease, cancellationToken));
                _readings.Add(lease, reading);
                _run ??= RunAsync();
            }

            if (!reading.Tables.ContainsKey(target))
            {
                // Looked at before anything is written: a row's transaction then sees whether it is still the same.
                var identity = await store.IdentifyAsync(table, cancellationToken);
                reading.Tables[target] = new(reading, target, identity, model, context.Lanes);
            }
        }
        finally
        {
            _loading.Release();
        }
    }

    private (string Target, string Model) Describe(TargetTable table) => _tables.TryGetValue(table, out var known)
        ? known
        : _tables.GetOrAdd(table, (SqlName.Quote(table.Schema, SqlName.OfTable(table.Name)), WatermarkModel.Of(table, context.Tables.Bindings)));
}
