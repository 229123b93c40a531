using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using TypedCdc.Sinks;
using TypedCdc.Sources;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Keeps the current state of DynamoDB items in a relational database. Converges: whatever the order and however often the records of an item come, the newest
/// by (time, sequence number) is what the view shows, and a removed item stays removed.
/// </summary>
internal sealed class RelationalSink : ISink, ISnapshotSink, IAsyncDisposable
{
    private readonly TableSet _tables;
    private readonly IRelationalStore _store;
    private readonly ConcurrentBag<Buffers> _idle = [];
    private readonly WriteSize _size = new();
    private TableRoutes? _routes;
    private SchemalessTables? _schemaless;
    private SinkContext? _context;
    private PurgeTimer? _purge;

    /// <summary>Keeps the current states of a set of tables.</summary>
    public RelationalSink(TableSet tables, IRelationalStore store)
        : this(store, tables with { Histories = [] })
    {
    }

    private RelationalSink(IRelationalStore store, TableSet tables)
    {
        _store = store;
        _tables = tables;
    }

    /// <summary>What was counted; after <see cref="StartAsync"/>.</summary>
    public SinkMetrics? Metrics { get; private set; }

    /// <summary>Keeps the histories of a set of tables.</summary>
    public static RelationalSink OfHistories(TableSet tables, IRelationalStore store) =>
        new(store, tables with { Tables = [.. tables.Histories.Select(store.OpenHistory)], Schemaless = [], Purge = null });

    public async ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken)
    {
        _context = context;
        _routes = new([.. _tables.Tables.Where(static table => table.Model is not null)], context.Tables);
        Metrics = new(_store.Name, context.Logger);
        _schemaless = new(_tables, context.Tables, _store, Metrics, context.Logger);
        foreach (var table in _tables.Tables.Where(static table => table.History is null))
        {
            table.Limits = _store.Limits;
        }

        if (_tables.Purge is not null && !_store.CanPurge)
        {
            throw new InvalidOperationException($"The sink for {_store.Name} cannot purge tombstones. Take out TombstoneRetention.");
        }

        if (_tables.Schemaless.Count > 0 && !_store.KeepsSchemaless)
        {
            throw new InvalidOperationException($"The sink for {_store.Name} keeps no tables without a model. Take out tables.AddDocuments(…) and tables.AddColumns(…).");
        }

        await _store.StartAsync(_tables, context, Metrics, cancellationToken);
        if (_store.CanFinishSnapshots)
        {
            foreach (var table in _tables.Tables.Where(static table => table.History is null))
            {
                Metrics.Removed(await _store.FinishSnapshotAsync(table, null, cancellationToken));
            }
        }

        context.Logger.LogInformation("Connected to {Database}: {Tables} table(s) fit their models.", _store.Name, _tables.Tables.Count);
        if (_tables.Purge is { } policy)
        {
            _purge = new(policy, context.TimeProvider, PurgeAsync, context.Logger);
        }
    }

    public async ValueTask FinishSnapshotAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        if (_context is not { } context || _routes is null || _schemaless is null)
        {
            throw new InvalidOperationException("The sink has not been started.");
        }

        var started = (snapshot.StartedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        foreach (var table in (TargetTable[])[.. _routes.Find(snapshot.TableName).Tables, .. await _schemaless.RefreshAsync(snapshot.TableName, cancellationToken)])
        {
            if (!_store.CanFinishSnapshots)
            {
                context.Logger.LogWarning("The snapshot of '{Source}' is complete, but the sink for {Database} does not remove what is not in it from '{Table}'.", snapshot.TableName, _store.Name, table.Name);
                continue;
            }

            var removed = await _store.FinishSnapshotAsync(table, Math.Max(0, started - table.SnapshotMargin), cancellationToken);
            Metrics!.Removed(removed);
            context.Logger.LogInformation("The snapshot of '{Source}' from {Time:O} is complete: {Removed} items of '{Table}' are not in it and were removed.", snapshot.TableName, snapshot.StartedAt, removed, table.Name);
        }
    }

    /// <summary>Forgets the tombstones that are old enough, in small transactions.</summary>
    public async ValueTask PurgeAsync(CancellationToken cancellationToken)
    {
        var policy = _tables.Purge ?? throw new InvalidOperationException("The sink has no TombstoneRetention.");
        foreach (var table in _schemaless!.Current.Written)
        {
            int purged;
            do
            {
                purged = await _store.PurgeAsync(table, policy, cancellationToken);
                Metrics!.Purged(purged);
            }
            while (purged >= PurgePolicy.BatchRows);
        }
    }

    /// <summary>
    /// Writes records, in order; in one write, unless writes of that size took longer than the database allows. What was written before a failure stays: the guard by version makes a
    /// repetition change nothing.
    /// </summary>
    /// <exception cref="RejectedRecordsException">The database will never take some of them; all others are written.</exception>
    public async ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
    {
        if (_context is not { } context || _schemaless is not { } schemaless || Metrics is not { } metrics)
        {
            throw new InvalidOperationException("The sink has not been started.");
        }

        await new SizedWrite(_store, _size, metrics, context, records).RunAsync(
            (part, token) => WritePartAsync(part, schemaless, metrics, context.TimeProvider, token), cancellationToken);
    }

    private async ValueTask WritePartAsync(IReadOnlyList<CdcRecord> records, SchemalessTables schemaless, SinkMetrics metrics, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var mayWish = true; ; mayWish = false)
        {
            var buffers = Take(schemaless.Current, metrics);
            var batch = buffers.Batch;
            try
            {
                buffers.Schemaless.MayWish = mayWish;
                batch.Read(records);
                if (buffers.Schemaless.Wanted is { Count: > 0 } wanted)
                {
                    // The buffers know the tables as they were: all is read once more.
                    await schemaless.OpenAsync(wanted, cancellationToken);
                    continue;
                }

                await _store.WriteAsync(batch, cancellationToken);
                metrics.Batch(records.Count, batch.RejectedCount, time.GetElapsedTime(started));
                batch.ThrowIfRejected();
                return;
            }
            catch (DbException error) when (_store.Classify(error) == SqlFailure.Transient && error.IsTransient)
            {
                metrics.Retried(); // by delivery
                throw;
            }
            catch (StaleShapeException stale)
            {
                await schemaless.RefreshAsync(stale.Table, cancellationToken);
            }
            finally
            {
                _idle.Add(buffers);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_purge is not null)
        {
            await _purge.DisposeAsync();
        }

        await _store.DisposeAsync();
    }

    private Buffers Take(SchemalessCatalog catalog, SinkMetrics metrics)
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.Catalog == catalog)
            {
                return idle;
            }
        }

        var schemaless = new SchemalessReader(_schemaless!, catalog, _store.Limits, metrics);
        return new(
            catalog,
            new(catalog.All, new(_routes!, metrics), _tables.Schemaless.Count > 0 ? schemaless : null, _tables.Histories.Count > 0 ? new(catalog.All, _context!.Tables) : null),
            schemaless);
    }

    /// <summary>What one write needs, for the tables as they were when it was made.</summary>
    private sealed record Buffers(SchemalessCatalog Catalog, WriteBatch Batch, SchemalessReader Schemaless);
}
