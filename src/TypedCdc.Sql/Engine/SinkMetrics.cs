using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>What a relational sink counts, on the meter of all (<see cref="CdcDiagnostics.MeterName"/>). One log line a state change, never one a row.</summary>
internal sealed class SinkMetrics(string database, ILogger logger) : IRowReports
{
    private static readonly Meter Meter = new(CdcDiagnostics.MeterName);
    private static readonly Counter<long> RowCount = Meter.CreateCounter<long>("cdc.sink.rows", "{row}", "Rows written, tombstones included.");
    private static readonly Counter<long> StaleCount = Meter.CreateCounter<long>("cdc.sink.stale", "{row}", "Rows not written because the table has a newer version, or the same.");
    private static readonly Counter<long> CompactedCount = Meter.CreateCounter<long>("cdc.sink.compacted", "{row}", "Rows not sent because a newer one of the same key is in the same write.");
    private static readonly Counter<long> TombstoneCount = Meter.CreateCounter<long>("cdc.sink.tombstones", "{row}", "Tombstones written.");
    private static readonly Counter<long> PurgedCount = Meter.CreateCounter<long>("cdc.sink.purged", "{row}", "Old tombstones taken away.");
    private static readonly Counter<long> RefusedCount = Meter.CreateCounter<long>("cdc.sink.refused", "{record}", "Records that cannot be written.");
    private static readonly Counter<long> UnfitCount = Meter.CreateCounter<long>("cdc.sink.unfit", "{value}", "Values that their column cannot hold, left NULL by its policy.");
    private static readonly Counter<long> TieCount = Meter.CreateCounter<long>("cdc.sink.ties", "{change}", "Changes of one item with equal timestamps: the stream's order decided, or their images.");
    private static readonly Counter<long> RetryCount = Meter.CreateCounter<long>("cdc.sink.retries", "{attempt}", "Attempts that are repeated, because the database was busy or away.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("cdc.sink.duration", "s", "How long one write took.");
    private static readonly Histogram<long> BatchSize = Meter.CreateHistogram<long>("cdc.sink.batch", "{record}", "Records of one write.");

    private static readonly Counter<long> TableWrites = Meter.CreateCounter<long>("cdc.sink.table_writes", "{write}", "Times that a table was written, by the way that was chosen (cdc.sink.path).");

    private readonly TagList _tags = new() { { "db.system.name", database } };
    private const int MaximumTables = 1_000; // table names come from outside

    private readonly ConcurrentDictionary<TargetColumn, bool> _said = new();
    private readonly ConcurrentDictionary<string, bool> _timeless = new(StringComparer.Ordinal);

    private long _rows;
    private long _stale;
    private long _compacted;
    private long _ties;

    /// <summary>Rows written, for tests and status.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>Rows that the guard kept out.</summary>
    public long StaleRows => Volatile.Read(ref _stale);

    /// <summary>Rows that a newer one of the same write replaced.</summary>
    public long CompactedRows => Volatile.Read(ref _compacted);

    /// <summary>Changes of one item with equal timestamps.</summary>
    public long Ties => Volatile.Read(ref _ties);

    public void Written(in WriteCounts counts)
    {
        Interlocked.Add(ref _rows, counts.Rows);
        Interlocked.Add(ref _stale, counts.Stale);
        Interlocked.Add(ref _compacted, counts.Compacted);
        Interlocked.Add(ref _ties, counts.Ties);
        Add(RowCount, counts.Rows);
        Add(StaleCount, counts.Stale);
        Add(TombstoneCount, counts.Tombstones);
        Add(CompactedCount, counts.Compacted);
        Add(TieCount, counts.Ties);
        Add(counts.Ways.Direct, "direct");
        Add(counts.Ways.Copy, "copy");
        Add(counts.Ways.Stage, "stage");
    }

    public void Batch(int records, int refused, TimeSpan duration)
    {
        BatchSize.Record(records, _tags);
        Duration.Record(duration.TotalSeconds, _tags);
        Add(RefusedCount, refused);
    }

    /// <summary>Rows became tombstones because they are not in a whole snapshot.</summary>
    public void Removed(long rows)
    {
        Interlocked.Add(ref _rows, rows);
        Add(RowCount, rows);
        Add(TombstoneCount, rows);
    }

    /// <summary>A change of a DynamoDB table has no time.</summary>
    public void Timeless(string tableName)
    {
        if (_timeless.Count < MaximumTables && _timeless.TryAdd(tableName, true))
        {
            logger.LogWarning(
                "Records of table '{Table}' have no ApproximateCreationDateTime. They are ordered by their sequence numbers, among themselves only: a row that was written from a "
                + "record with a time is newer than all of them.",
                tableName);
        }
    }

    public void Purged(int tombstones) => Add(PurgedCount, tombstones);

    public void Retried() => Add(RetryCount, 1);

    public void Unfit(TargetTable table, TargetColumn column)
    {
        Add(UnfitCount, 1);
        if (_said.TryAdd(column, true))
        {
            logger.LogWarning(
                "A value of '{Attribute}' does not fit the column '{Column}' of '{Table}' and is left NULL there, as its policy says; further ones are only counted (cdc.sink.unfit).",
                column.Attribute.Name, column.Attribute.ColumnName, table.Name);
        }
    }

    private void Add(long writes, string path)
    {
        if (writes > 0)
        {
            TableWrites.Add(writes, new("db.system.name", database), new("cdc.sink.path", path));
        }
    }

    private void Add(Counter<long> counter, long count)
    {
        if (count > 0)
        {
            counter.Add(count, _tags);
        }
    }
}
