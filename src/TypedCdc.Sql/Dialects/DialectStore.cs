using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TypedCdc.Sql;

/// <summary>Writes rows to any database that a dialect describes, through sessions that it keeps.</summary>
internal class DialectStore(SqlDialect dialect, Func<CancellationToken, ValueTask<ISqlExecutor>> open, Func<ValueTask>? dispose = null) : IRelationalStore
{
    private readonly ConcurrentBag<ISqlExecutor> _idle = [];
    private readonly ConcurrentDictionary<int, OpenedTable> _tables = new(); // by the table's index
    private readonly ConcurrentDictionary<string, TieMemory> _memories = new(StringComparer.Ordinal); // by the table's name
    private SinkMetrics? _metrics;
    private TimeProvider _time = TimeProvider.System;
    private ILogger _logger = NullLogger.Instance;
    private bool _knowsRevisions;

    public string Name => dialect.Name;

    public ValueLimits Limits => LimitsOf(dialect) with { MaximumColumns = DialectSchemaless.MaximumColumns(dialect) };

    public bool KeepsSchemaless => true;

    protected SqlDialect Dialect => dialect;

    protected TimeProvider Time => _time;

    public static ValueLimits LimitsOf(SqlDialect dialect) => new()
    {
        TakesNul = dialect.Limits.TakesNul,
        TimeResolution = dialect.Limits.TimeResolution.Ticks,
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
        await using var executor = await open(cancellationToken);
        if (_knowsRevisions)
        {
            await new DialectMigrations(dialect, executor, context.Logger).RunAsync(opened, tables.Migrations, cancellationToken);
        }

        foreach (var table in opened)
        {
            await RecallTiesAsync(executor, table, cancellationToken);
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
                if (batch.Rows(i) is { Count: > 0 } rows)
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

    protected virtual ValueTask<WriteCounts> WriteTableAsync(ISqlExecutor executor, OpenedTable table, WriteBatch batch, SinkMetrics metrics, CancellationToken cancellationToken) =>
        new DialectWriter(executor, table.Table, batch, metrics, _time) { Memory = table.Memory, SelectRevisions = table.SelectRevisions }.WriteAsync(cancellationToken);

    private async ValueTask RecallTiesAsync(ISqlExecutor executor, DialectTable table, CancellationToken cancellationToken)
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
            table, _memories.GetOrAdd(table.Name, static _ => new() { MayHave = true }), _knowsRevisions || table.Schemaless is not null ? DialectMigrations.SelectRevisions(dialect, table) : null);
    }

    /// <summary>A table as it is written.</summary>
    /// <param name="Table">Its statements.</param>
    /// <param name="Memory">What ties there may be.</param>
    /// <param name="SelectRevisions">Asks for the revisions that it has known; null where nobody asks.</param>
    protected sealed record OpenedTable(DialectTable Table, TieMemory Memory, SqlStatement? SelectRevisions);
}
