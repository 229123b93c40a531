using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql;

/// <summary>Writes rows to any database that a dialect describes, through sessions that it keeps.</summary>
internal class DialectStore(SqlDialect dialect, Func<CancellationToken, ValueTask<ISqlSession>> open, Func<ValueTask>? dispose = null) : IRelationalStore
{
    private readonly ConcurrentBag<ISqlSession> _idle = [];
    private readonly ConcurrentDictionary<int, OpenedTable> _tables = new(); // by the table's index
    private readonly ConcurrentDictionary<string, TieMemory> _memories = new(StringComparer.Ordinal); // by the table's name
    private SinkMetrics? _metrics;
    private TimeProvider _time = TimeProvider.System;
    private ILogger _logger = NullLogger.Instance;
    private bool _knowsRevisions;
    private bool _remembers; // there is the table of what is remembered

    public string Name => dialect.Name;

    public ValueLimits Limits => LimitsOf(dialect) with { MaximumColumns = DialectSchemaless.MaximumColumns(dialect) };

    public bool KeepsSchemaless => true;

    protected SqlDialect Dialect => dialect;

    protected TimeProvider Time => _time;

    public static ValueLimits LimitsOf(SqlDialect dialect) => new()
    {
        TakesNul = dialect.Limits.TakesNul,
        TimeResolution = dialect.Limits.TimeResolution.Ticks,
        DurationResolution = dialect.Limits.DurationResolution?.Ticks,
        MaximumTextBytes = dialect.Limits.MaximumTextBytes,
        MaximumDocumentBytes = dialect.Limits.MaximumDocumentBytes,
    };

    public async ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        _metrics = metrics;
        _time = context.TimeProvider;
        _logger = context.Logger;
        _knowsRevisions = tables.Migrations != MigrationMode.Off;
        DialectTable[] opened = [.. tables.Tables.Select(table => new DialectTable(dialect, table))];
        var executor = await open(cancellationToken);
        try
        {
            await StartAsync(opened, tables, executor, cancellationToken);
            _idle.Add(executor);
        }
        catch
        {
            await executor.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<SchemalessShape> OpenAsync(SchemalessShape wanted, MigrationMode migrations, CancellationToken cancellationToken)
    {
        await using var executor = await open(cancellationToken);
        var shape = await new DialectSchemaless(dialect, executor, _logger).OpenAsync(wanted, migrations, cancellationToken);
        if (shape.Refusal is null)
        {
            await RecallTiesAsync(executor, new(dialect, shape.ToTarget(0, Limits)), cancellationToken);
        }

        return shape;
    }

    public async ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var metrics = _metrics ?? throw new InvalidOperationException("The sink has not been started.");
        var executor = _idle.TryTake(out var idle) ? idle : await open(cancellationToken);
        var rejectedBefore = batch.RejectedCount;
        try
        {
            var counts = default(WriteCounts);
            for (var i = 0; i < batch.Tables.Length; i++)
            {
                if (batch.Tables[i] is { Count: > 0 } rows)
                {
                    counts.Add(await WriteTableAsync(executor, Opened(rows.Table), batch, metrics, cancellationToken));
                }
            }

            metrics.Written(counts);
            _idle.Add(executor);
        }
        catch
        {
            // What the session still holds is not known: the next write begins with a new one.
            batch.ForgetRejectedSince(rejectedBefore);
            await executor.DisposeAsync();
            throw;
        }
    }

    public bool CanPurge => true;

    public async ValueTask<int> PurgeAsync(TargetTable table, PurgePolicy policy, CancellationToken cancellationToken) =>
        await InSessionAsync(Opened(table), horizon => horizon.PurgeAsync(policy, cancellationToken), cancellationToken);

    public bool CanFinishSnapshots => true;

    public async ValueTask<long> FinishSnapshotAsync(TargetTable table, long? microseconds, CancellationToken cancellationToken)
    {
        var opened = Opened(table);
        if (opened.SelectRevisions is null)
        {
            if (microseconds is not null)
            {
                _logger.LogWarning("A whole snapshot of '{Table}' was written, but what is not in it cannot be removed: there is no table 'cdc_models' to remember it in. Start once with MigrationMode.AddOnly.", table.Name);
            }

            return 0;
        }

        return await InSessionAsync(opened, horizon => horizon.FinishSnapshotAsync(microseconds, cancellationToken), cancellationToken);
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

    /// <summary>The statements that forget removed items of a table.</summary>
    protected virtual HorizonStatements HorizonOf(DialectTable table) => new(table);

    protected virtual ValueTask<WriteCounts> WriteTableAsync(ISqlSession executor, OpenedTable table, WriteBatch batch, SinkMetrics metrics, CancellationToken cancellationToken) =>
        new DialectWriter(executor, table.Table, batch, metrics, _time) { Memory = table.Memory, SelectRevisions = table.SelectRevisions, ChecksRevision = table.ChecksRevision }.WriteAsync(cancellationToken);

    private async ValueTask StartAsync(DialectTable[] opened, TableSet tables, ISqlSession executor, CancellationToken cancellationToken)
    {
        var migrations = new DialectMigrations(dialect, executor, _logger);
        if (_knowsRevisions)
        {
            await migrations.RunAsync(opened, tables.Migrations, cancellationToken);
        }

        _remembers = _knowsRevisions || await migrations.HasModelsAsync(cancellationToken);
        if (tables.Purge is not null && !_remembers)
        {
            throw new InvalidOperationException($"The sink for {Name} cannot purge tombstones: there is no table 'cdc_models' to remember it in. Start it once with MigrationMode.AddOnly, or take out TombstoneRetention.");
        }

        foreach (var table in opened)
        {
            await RecallTiesAsync(executor, table, cancellationToken);
        }
    }

    private async ValueTask<T> InSessionAsync<T>(OpenedTable table, Func<DialectHorizon, ValueTask<T>> run, CancellationToken cancellationToken)
    {
        var remembered = table.SelectRevisions ?? throw new InvalidOperationException("Nothing is remembered of the table.");
        var executor = _idle.TryTake(out var idle) ? idle : await open(cancellationToken);
        try
        {
            var result = await run(new(executor, table.Table, HorizonOf(table.Table), remembered, _time));
            _idle.Add(executor);
            return result;
        }
        catch
        {
            await executor.DisposeAsync();
            throw;
        }
    }

    private async ValueTask RecallTiesAsync(ISqlSession executor, DialectTable table, CancellationToken cancellationToken)
    {
        if (!_memories.ContainsKey(table.Name))
        {
            _memories.TryAdd(table.Name, new() { MayHave = (await executor.ExecuteAsync(table.AnyTie, cancellationToken)).Rows.Count > 0 });
        }
    }

    // A table without a model that has got columns is another one than before, at the same place.
    private OpenedTable Opened(TargetTable target)
    {
        if (_tables.TryGetValue(target.Index, out var known) && known.Table.Target == target)
        {
            return known;
        }

        var table = new DialectTable(dialect, target);
        return _tables[target.Index] = new(
            table,
            _memories.GetOrAdd(table.Name, static _ => new() { MayHave = true }),
            _remembers || table.Schemaless is not null ? DialectMigrations.SelectRevisions(dialect, table) : null,
            _knowsRevisions || table.Schemaless is not null);
    }

    /// <summary>A table as it is written.</summary>
    /// <param name="Table">Its statements.</param>
    /// <param name="Memory">What ties there may be.</param>
    /// <param name="SelectRevisions">Asks for what is remembered of it; null where nothing is.</param>
    /// <param name="ChecksRevision">Whether a worker with an older model stops.</param>
    protected sealed record OpenedTable(DialectTable Table, TieMemory Memory, SqlStatement? SelectRevisions, bool ChecksRevision);
}
