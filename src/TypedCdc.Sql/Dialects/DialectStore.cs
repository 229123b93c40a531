using System.Collections.Concurrent;

namespace TypedCdc.Sql;

/// <summary>Writes rows to any database that a dialect describes, through sessions that it keeps.</summary>
internal class DialectStore(SqlDialect dialect, Func<CancellationToken, ValueTask<ISqlExecutor>> open, Func<ValueTask>? dispose = null) : IRelationalStore
{
    private readonly ConcurrentBag<ISqlExecutor> _idle = [];
    private DialectTable[] _tables = [];
    private TieMemory[] _memories = [];
    private SqlStatement?[] _revisions = [];
    private SinkMetrics? _metrics;
    private TimeProvider _time = TimeProvider.System;

    public string Name => dialect.Name;

    public ValueLimits Limits => LimitsOf(dialect);

    protected SqlDialect Dialect => dialect;

    protected IReadOnlyList<DialectTable> Tables => _tables;

    protected IReadOnlyList<SqlStatement?> Revisions => _revisions;

    protected TimeProvider Time => _time;

    public static ValueLimits LimitsOf(SqlDialect dialect) => new()
    {
        TakesNul = dialect.Limits.TakesNul,
        TimeResolution = dialect.Limits.TimeResolution.Ticks,
        MaximumTextBytes = dialect.Limits.MaximumTextBytes,
    };

    public async ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        _metrics = metrics;
        _time = context.TimeProvider;
        _tables = [.. tables.Tables.Select(table => new DialectTable(dialect, table))];
        _memories = [.. _tables.Select(static _ => new TieMemory())];
        _revisions = new SqlStatement?[_tables.Length];
        await using var executor = await open(cancellationToken);
        if (tables.Migrations != MigrationMode.Off)
        {
            var migrations = new DialectMigrations(dialect, executor, context.Logger);
            await migrations.RunAsync(_tables, tables.Migrations, cancellationToken);
            _revisions = [.. _tables.Select(migrations.SelectRevisions)];
        }

        foreach (var (table, memory) in _tables.Zip(_memories))
        {
            memory.MayHave = (await executor.ExecuteAsync(table.AnyTie, cancellationToken)).Rows.Count > 0;
        }
    }

    public async ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var metrics = _metrics ?? throw new InvalidOperationException("The sink has not been started.");
        var executor = _idle.TryTake(out var idle) ? idle : await open(cancellationToken);
        var rejectedBefore = batch.RejectedCount;
        try
        {
            var counts = default(WriteCounts);
            for (var i = 0; i < _tables.Length; i++)
            {
                counts.Add(await WriteTableAsync(executor, i, batch, metrics, cancellationToken));
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

    protected virtual ValueTask<WriteCounts> WriteTableAsync(ISqlExecutor executor, int index, WriteBatch batch, SinkMetrics metrics, CancellationToken cancellationToken) =>
        new DialectWriter(executor, _tables[index], batch, metrics, _time) { Memory = _memories[index], SelectRevisions = _revisions[index] }.WriteAsync(cancellationToken);
}
