using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Writes rows to a database through sessions that it keeps: what is simple in bulk, where a session can (<see cref="IBulkWriter"/>), everything else in statements of the dialect.
/// </summary>
internal class SqlStore(ISqlDatabase database) : IRelationalStore
{
    private readonly SqlDialect _dialect = database.Dialect;
    private readonly SessionPool _sessions = new(database);
    private readonly ConcurrentDictionary<int, OpenedTable> _tables = new(); // by the table's index
    private readonly ConcurrentDictionary<string, TieMemory> _memories = new(StringComparer.Ordinal); // by the table's name
    private SinkMetrics? _metrics;
    private SqlSessionContext _context = new(TimeProvider.System, NullLogger.Instance, static () => { });
    private bool _knowsRevisions;
    private bool _remembers; // there is the table of what is remembered

    public SqlStore(SqlDialect dialect, Func<CancellationToken, ValueTask<ISqlSession>> open, Func<ValueTask>? dispose = null)
        : this(new DelegatedDatabase(dialect, open, dispose))
    {
    }

    public string Name => _dialect.Name;

    public ValueLimits Limits => LimitsOf(_dialect) with { MaximumColumns = Registry.MaximumColumns(_dialect) };

    // Class 42 is the statement's fault (a missing right, table or column): every record would fail, and the write waits.
    public SqlFailure Classify(Exception error) => error switch
    {
        DbException { SqlState: ['4', '2', ..] } => SqlFailure.Transient,
        DbException or TimeoutException => _dialect.Classify(error),
        _ => SqlFailure.Transient,
    };

    public Exception Explain(Exception error) => new InvalidOperationException(_dialect.Explain(error));

    public bool KeepsSchemaless => true;

    public bool CanPurge => true;

    public bool CanFinishSnapshots => true;

    protected SqlDialect Dialect => _dialect;

    protected TimeProvider Time => _context.Time;

    public static ValueLimits LimitsOf(SqlDialect dialect) => new()
    {
        TakesNul = dialect.Limits.TakesNul,
        TimeResolution = dialect.Limits.TimeResolution.Ticks,
        DurationResolution = dialect.Limits.DurationResolution?.Ticks,
        MaximumTextBytes = dialect.Limits.MaximumTextBytes,
        MaximumDocumentBytes = dialect.Limits.MaximumDocumentBytes,
    };

    public TargetTable OpenHistory(HistoryTable history, int index) =>
        history.ToTarget(index, isHashed: !_dialect.TakesLongKeys, LimitsOf(_dialect) with { DocumentsTakeNul = _dialect.HistoryTakesNul });

    public async ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        _metrics = metrics;
        _context = new(context.TimeProvider, context.Logger, metrics.Retried);
        _knowsRevisions = tables.Migrations != MigrationMode.Off;
        TableStatements[] opened = [.. tables.Tables.Select(table => new TableStatements(_dialect, table))];
        await InSessionAsync(
            async session =>
            {
                await StartAsync(opened, tables, session, cancellationToken);
                return 0;
            },
            cancellationToken);
    }

    public ValueTask<SchemalessShape> OpenAsync(SchemalessShape wanted, MigrationMode migrations, CancellationToken cancellationToken) => InSessionAsync(
        async session =>
        {
            var shape = await new Registry(_dialect, session, _context.Logger).OpenAsync(wanted, migrations, cancellationToken);
            if (shape.Refusal is null)
            {
                await RecallTiesAsync(session, new(_dialect, shape.ToTarget(0, Limits)), cancellationToken);
            }

            return shape;
        },
        cancellationToken);

    public async ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var metrics = _metrics ?? throw new InvalidOperationException("The sink has not been started.");
        var rejectedBefore = batch.RejectedCount;
        try
        {
            metrics.Written(await InSessionAsync(session => WriteAsync(session, batch, metrics, cancellationToken), cancellationToken));
        }
        catch
        {
            batch.ForgetRejectedSince(rejectedBefore);
            throw;
        }
    }

    public ValueTask<int> PurgeAsync(TargetTable table, PurgePolicy policy, CancellationToken cancellationToken) =>
        PurgeWithAsync(Opened(table), purger => purger.PurgeAsync(policy, cancellationToken), cancellationToken);

    public async ValueTask<long> FinishSnapshotAsync(TargetTable table, long? microseconds, CancellationToken cancellationToken)
    {
        var opened = Opened(table);
        if (opened.SelectRevisions is null)
        {
            if (microseconds is not null)
            {
                _context.Logger.LogWarning(
                    "A whole snapshot of '{Table}' was written, but rows that are not in it cannot be removed: the table 'cdc_models' is missing. Start the sink once with MigrationMode.AddOnly.", table.Name);
            }

            return 0;
        }

        return await PurgeWithAsync(opened, purger => purger.FinishSnapshotAsync(microseconds, cancellationToken), cancellationToken);
    }

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    /// <summary>The statements that forget removed items of a table.</summary>
    protected virtual HorizonStatements HorizonOf(TableStatements table) => new(table);

    /// <summary>What writes a table with statements.</summary>
    protected virtual IsolatingWriter WriterOf(ISqlSession session, OpenedTable table, WriteBatch batch, SinkMetrics metrics) =>
        table.Table.Target.History is not null
            ? new HistoryWriter(session, table.Table, batch, metrics, _context.Time)
            : new TableWriter(session, table.Table, batch, metrics, _context.Time) { Memory = table.Memory, SelectRevisions = table.SelectRevisions, ChecksRevision = table.ChecksRevision };

    private async ValueTask<WriteCounts> WriteAsync(ISqlSession session, WriteBatch batch, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        var counts = default(WriteCounts);
        var writes = new List<TableWrite>();
        foreach (var rows in batch.Tables)
        {
            if (rows.Count > 0)
            {
                writes.Add(new(Opened(rows.Table), rows, session is IBulkWriter, ref counts));
            }
        }

        if (session is IBulkWriter bulk)
        {
            // Counted at once: what follows may fail, and this is durable.
            metrics.Written(await WriteInBulkAsync(session, bulk, writes, cancellationToken));
        }

        foreach (var write in writes.Where(static write => write.HasLeft))
        {
            counts.Add(await WriterOf(session, write.Table, batch, metrics).WriteAsync(write.Left, write.Table.Seen, cancellationToken));
        }

        return counts;
    }

    private static async ValueTask<WriteCounts> WriteInBulkAsync(ISqlSession session, IBulkWriter bulk, List<TableWrite> writes, CancellationToken cancellationToken)
    {
        var tables = new List<BulkRows>(writes.Count);
        foreach (var write in writes)
        {
            if (write.Table.SelectRevisions is { } select && !write.Table.Seen.IsKnown)
            {
                write.Table.Seen.Set(await session.ExecuteAsync(select, cancellationToken));
            }

            tables.Add(write.ToBulk());
        }

        var results = await bulk.WriteAsync(tables, cancellationToken);
        var counts = default(WriteCounts);
        for (var i = 0; i < writes.Count; i++)
        {
            counts.Add(writes[i].Settle(tables[i], results[i]));
        }

        return counts;
    }

    private async ValueTask StartAsync(TableStatements[] opened, TableSet tables, ISqlSession session, CancellationToken cancellationToken)
    {
        var migrations = new Migrator(_dialect, session, _context.Logger);
        await migrations.RunAsync(opened, tables.Migrations, cancellationToken);
        _remembers = _knowsRevisions || await migrations.HasModelsAsync(cancellationToken);
        if (tables.Purge is not null && !_remembers)
        {
            throw new InvalidOperationException(
                $"The sink for {Name} cannot purge tombstones: the table 'cdc_models' is missing. Start the sink once with MigrationMode.AddOnly, or remove TombstoneRetention.");
        }

        foreach (var table in opened.Where(static table => table.Target.History is null))
        {
            await RecallTiesAsync(session, table, cancellationToken);
        }
    }

    private ValueTask<T> PurgeWithAsync<T>(OpenedTable table, Func<Purger, ValueTask<T>> run, CancellationToken cancellationToken)
    {
        var remembered = table.SelectRevisions ?? throw new InvalidOperationException($"Nothing is remembered of the table '{table.Table.Target.Name}'.");
        return InSessionAsync(session => run(new(session, table.Table, HorizonOf(table.Table), remembered, _context.Time)), cancellationToken);
    }

    private ValueTask<T> InSessionAsync<T>(Func<ISqlSession, ValueTask<T>> use, CancellationToken cancellationToken) => _sessions.UseAsync(_context, use, cancellationToken);

    private async ValueTask RecallTiesAsync(ISqlSession session, TableStatements table, CancellationToken cancellationToken)
    {
        if (!_memories.ContainsKey(table.Name))
        {
            _memories.TryAdd(table.Name, new() { MayHave = (await session.ExecuteAsync(table.AnyTie, cancellationToken)).Rows.Count > 0 });
        }
    }

    // An untyped table that has got columns is another table than before, at the same index.
    private OpenedTable Opened(TargetTable target)
    {
        if (_tables.TryGetValue(target.Index, out var known) && known.Table.Target == target)
        {
            return known;
        }

        var table = new TableStatements(_dialect, target);
        return _tables[target.Index] = new(
            table,
            _memories.GetOrAdd(table.Name, static _ => new() { MayHave = true }),
            target.History is null && (_remembers || table.Schemaless is not null) ? Migrator.SelectRevisions(_dialect, table) : null,
            _knowsRevisions || table.Schemaless is not null,
            new());
    }
}
