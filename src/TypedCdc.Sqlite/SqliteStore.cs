using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>
/// Writes rows through one connection: one prepared upsert a table, all rows of the writes that wait in one transaction, durable when they return (write-ahead log,
/// <c>synchronous=FULL</c>).
/// </summary>
internal sealed class SqliteStore(SqliteSinkOptions options) : IRelationalStore
{
    // SQLite has one writer at a time anyway: waiting here costs no polling.
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly SqliteWriteQueue _waiting = new();
    private SqliteWriter? _connection;
    private SqliteTable?[] _tables = [];
    private SinkMetrics? _metrics;
    private TimeProvider _time = TimeProvider.System;
    private ILogger _logger = NullLogger.Instance;

    public string Name => "sqlite";

    public ValueLimits Limits { get; } = new() { MaximumColumns = SqliteSchemaless.MaximumColumns };

    /// <summary>For tests: called before each statement is run, with its text.</summary>
    internal Action<string>? BeforeStatement { get; init; }

    public async ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        tables.RequireDistinctNames(hasSchemas: false);
        _metrics = metrics;
        _time = context.TimeProvider;
        _logger = context.Logger;
        var writer = _connection = new(options, context.TimeProvider) { BeforeStatement = BeforeStatement, Retried = metrics.Retried };
        await writer.ConfigureAsync(cancellationToken);
        await writer.InTransactionAsync(
            connection => SqliteMigrations.Run(connection, tables, context.Logger), cancellationToken);
        _tables = [.. tables.Tables.Select(table => new SqliteTable(writer.Connection, table))];
    }

    public async ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var writer = _connection ?? throw new InvalidOperationException("The sink has not been started.");
        var write = new SqliteWrite(batch);
        _waiting.Add(write);
        try
        {
            await _writer.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!_waiting.TryRemove(write))
        {
            // Taken along: the rows are in use until the writer is free again, and may be written by then.
            await _writer.WaitAsync(CancellationToken.None);
        }

        try
        {
            if (!write.IsDone)
            {
                await WriteAsync(writer, write, cancellationToken);
            }
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Writes what waits in one transaction; each write is whole in it or not in it at all. Where that fails, each by itself: one must not fail for another.</summary>
    private async ValueTask WriteAsync(SqliteWriter writer, SqliteWrite own, CancellationToken cancellationToken)
    {
        var together = _waiting.Take(own);
        try
        {
            await WriteTogetherAsync(writer, together, cancellationToken);
        }
        catch (Exception error) when (together.Length > 1 && error is not (OperationCanceledException or SqliteException { IsTransient: true }))
        {
            await WriteTogetherAsync(writer, [own], cancellationToken);
        }
    }

    private async ValueTask WriteTogetherAsync(SqliteWriter writer, SqliteWrite[] writes, CancellationToken cancellationToken)
    {
        try
        {
            await writer.InTransactionAsync(
                connection =>
                {
                    foreach (var write in writes)
                    {
                        WriteRows(connection, write);
                    }
                },
                cancellationToken);
        }
        catch
        {
            foreach (var write in writes)
            {
                write.StartAnew();
            }

            throw;
        }

        foreach (var write in writes)
        {
            write.IsDone = true;
            _metrics!.Written(write.Counts);
        }
    }

    private void WriteRows(SqliteConnection connection, SqliteWrite write)
    {
        foreach (var rows in write.Batch.Tables)
        {
            if (rows.Count > 0)
            {
                Table(connection, rows.Table).Write(rows, write.Batch, ref write.Counts);
            }
        }
    }

    public bool CanFinishSnapshots => true;

    public async ValueTask<long> FinishSnapshotAsync(TargetTable table, long? microseconds, CancellationToken cancellationToken)
    {
        var writer = _connection ?? throw new InvalidOperationException("The sink has not been started.");
        var all = 0L;
        for (var hasMore = true; hasMore;)
        {
            var removed = 0;
            await _writer.WaitAsync(cancellationToken);
            try
            {
                await writer.InTransactionAsync(
                    connection =>
                    {
                        if (microseconds is { } time)
                        {
                            Table(connection, table).SetSnapshot(time);
                        }

                        hasMore = Table(connection, table).Sweep(out removed);
                    },
                    cancellationToken);
            }
            finally
            {
                _writer.Release();
            }

            all += removed;
        }

        return all;
    }

    public bool CanPurge => true;

    public async ValueTask<int> PurgeAsync(TargetTable table, PurgePolicy policy, CancellationToken cancellationToken)
    {
        var writer = _connection ?? throw new InvalidOperationException("The sink has not been started.");
        var purged = 0;
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await writer.InTransactionAsync(connection => purged = Table(connection, table).Purge(_time.GetUtcNow(), policy), cancellationToken);
            return purged;
        }
        finally
        {
            _writer.Release();
        }
    }

    public bool KeepsSchemaless => true;

    public async ValueTask<SchemalessShape> OpenAsync(SchemalessShape wanted, MigrationMode migrations, CancellationToken cancellationToken)
    {
        var writer = _connection ?? throw new InvalidOperationException("The sink has not been started.");
        await _writer.WaitAsync(cancellationToken);
        try
        {
            var opened = wanted;
            await writer.InTransactionAsync(connection => opened = SqliteSchemaless.Open(connection, wanted, migrations, _logger), cancellationToken);
            return opened;
        }
        finally
        {
            _writer.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.WaitAsync();
        foreach (var table in _tables)
        {
            table?.Dispose();
        }

        _tables = [];
        _connection?.Dispose();
        _connection = null;
    }

    // A table without a model that has got columns is another one than before, at the same place.
    private SqliteTable Table(SqliteConnection connection, TargetTable table)
    {
        if (table.Index >= _tables.Length)
        {
            Array.Resize(ref _tables, table.Index + 1);
        }

        if (_tables[table.Index] is not { } opened || opened.Target != table)
        {
            _tables[table.Index]?.Dispose();
            _tables[table.Index] = opened = new(connection, table);
        }

        return opened;
    }
}
