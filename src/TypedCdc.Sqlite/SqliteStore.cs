using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>
/// Writes rows through one connection: one prepared upsert a table, all rows of a write in one transaction, durable when it returns (write-ahead log,
/// <c>synchronous=FULL</c>).
/// </summary>
internal sealed class SqliteStore(SqliteSinkOptions options) : IRelationalStore
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    // SQLite has one writer at a time anyway: waiting here costs no polling.
    private readonly SemaphoreSlim _writer = new(1, 1);
    private SqliteConnection? _connection;
    private SqliteStatement[] _upserts = [];
    private TimeProvider _time = TimeProvider.System;
    private SinkMetrics? _metrics;

    public string Name => "sqlite";

    /// <summary>For tests: called before each statement is run, with its text.</summary>
    internal Action<string>? BeforeStatement { get; init; }

    public async ValueTask StartAsync(IReadOnlyList<TargetTable> tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken)
    {
        _time = context.TimeProvider;
        _metrics = metrics;
        var connection = _connection = new(options.Path) { BeforeStatement = BeforeStatement };
        await RetryWhileBusyAsync(
            connection => connection.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {options.CheckpointPages}; PRAGMA cache_size = {-(options.CacheBytes / 1024)};")),
            cancellationToken);
        await RetryWhileBusyAsync(static connection => connection.Execute("BEGIN IMMEDIATE"), cancellationToken);
        try
        {
            foreach (var table in tables)
            {
                connection.Execute(SqlStatements.CreateTable(SqlDatabase.Sqlite, table.Sql));
            }

            await RetryWhileBusyAsync(static connection => connection.Execute("COMMIT"), cancellationToken);
        }
        catch
        {
            RollBack(connection);
            throw;
        }

        _upserts = [.. tables.Select(table => connection.Prepare(Upsert(table.Sql)))];
    }

    public async ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
    {
        var connection = _connection ?? throw new InvalidOperationException("The sink has not been started.");
        var rejectedBefore = batch.RejectedCount;
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await RetryWhileBusyAsync(static connection => connection.Execute("BEGIN IMMEDIATE"), cancellationToken);
            var counts = default(Counts);
            foreach (var rows in batch.Tables)
            {
                WriteRows(_upserts[rows.Table.Index], rows, batch, ref counts);
            }

            await RetryWhileBusyAsync(static connection => connection.Execute("COMMIT"), cancellationToken);
            _metrics!.Written(counts.Rows, counts.Stale, counts.Tombstones);
        }
        catch
        {
            batch.ForgetRejectedSince(rejectedBefore);
            RollBack(connection);
            throw;
        }
        finally
        {
            _writer.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.WaitAsync();
        foreach (var statement in _upserts)
        {
            statement.Dispose();
        }

        _upserts = [];
        _connection?.Dispose();
        _connection = null;
    }

    private void WriteRows(SqliteStatement upsert, RowBuffer rows, WriteBatch batch, ref Counts counts)
    {
        var order = rows.Order;
        for (var i = 0; i < order.Length;)
        {
            // The newest of the key first. Only where SQLite refuses it is the next one written, as if it had come in a write of its own.
            var first = order[i];
            var isWritten = false;
            do
            {
                var row = order[i];
                isWritten = isWritten || TryWrite(upsert, rows, row, batch, ref counts);
                i++;
            }
            while (i < order.Length && rows.IsSameKey(first, order[i]));
        }
    }

    private bool TryWrite(SqliteStatement upsert, RowBuffer rows, int row, WriteBatch batch, ref Counts counts)
    {
        ref readonly var head = ref rows[row];
        Bind(upsert, rows, row);
        try
        {
            upsert.Step();
        }
        catch (SqliteException error) when (error.IsOfTheRow)
        {
            batch.Reject(head.Record, error);
            return false;
        }

        upsert.Reset();
        if (_connection!.Changes == 0)
        {
            counts.Stale++;
        }
        else
        {
            counts.Rows++;
            counts.Tombstones += head.IsTombstone ? 1 : 0;
        }

        return true;
    }

    private static void Bind(SqliteStatement upsert, RowBuffer rows, int row)
    {
        var cells = rows.Cells(row);
        Span<byte> time = stackalloc byte[40];
        for (var i = 0; i < cells.Length; i++)
        {
            ref readonly var cell = ref cells[i];
            var parameter = i + 1;
            switch (cell.Kind)
            {
                case CellKind.Null:
                    upsert.BindNull(parameter);
                    break;
                case CellKind.Int64 when rows.Table.Columns[i].Type == ColumnType.Timestamp:
                    upsert.BindText(parameter, time[..CellWriter.FormatTimestamp(cell.Int64, time)]);
                    break;
                case CellKind.Int64:
                    upsert.BindInt64(parameter, cell.Int64);
                    break;
                case CellKind.Double:
                    upsert.BindDouble(parameter, cell.Double);
                    break;
                case CellKind.Text:
                    upsert.BindText(parameter, rows.Bytes(cell));
                    break;
                default:
                    upsert.BindBlob(parameter, rows.Bytes(cell));
                    break;
            }
        }

        upsert.BindText(cells.Length + 1, rows.Version(row));
        if (rows[row].IsTombstone)
        {
            upsert.BindInt64(cells.Length + 2, rows[row].Microseconds);
        }
        else
        {
            upsert.BindNull(cells.Length + 2);
        }
    }

    /// <summary>The guarded upsert of a row or a tombstone: cells in column order, version, time of removal.</summary>
    internal static string Upsert(SqlTable table)
    {
        string[] columns = [.. table.Columns.Select(static column => SqlName.Quote(column.Name)), SqlName.Quote(SqlName.Version), SqlName.Quote(SqlName.DeletedAt)];
        var keys = table.Keys.Select(static key => SqlName.Quote(key.Name)).ToArray();
        var text = new StringBuilder("INSERT INTO ").Append(SqlName.Quote(SqlName.OfTable(table.Name))).Append(" AS t (").AppendJoin(", ", columns).Append(")\nVALUES (");
        text.AppendJoin(", ", columns.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"?{i + 1}")));
        text.Append(")\nON CONFLICT (").AppendJoin(", ", keys).Append(") DO UPDATE SET\n    ");
        text.AppendJoin(",\n    ", columns.Except(keys, StringComparer.Ordinal).Select(static column => $"{column} = excluded.{column}"));
        return text.Append("\nWHERE t.\"cdc_ver\" < excluded.\"cdc_ver\"").ToString();
    }

    private static void RollBack(SqliteConnection connection)
    {
        if (connection.IsInTransaction)
        {
            connection.Execute("ROLLBACK");
        }
    }

    // SQLite's own busy handler would hold the thread; and it gives up at once where two connections wait for each other.
    private async ValueTask RetryWhileBusyAsync(Action<SqliteConnection> action, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks)))
        {
            try
            {
                action(_connection!);
                return;
            }
            catch (SqliteException error) when (error.SqlitePrimaryCode == SQLitePCL.raw.SQLITE_BUSY && _time.GetElapsedTime(started) < options.BusyTimeout)
            {
                _metrics?.Retried();
                await Task.Delay(wait, _time, cancellationToken);
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Counts
    {
        public long Rows;
        public long Stale;
        public long Tombstones;
    }
}
