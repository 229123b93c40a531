using System.Collections.Concurrent;
using TypedCdc.Delivery;

namespace TypedCdc.Observability;

/// <summary>
/// What has gone through, counted once a record when its last subscriber is done with it; a record that comes twice counts twice.
/// <c>Events = Inserted + Modified + Removed + Snapshots + DeadLettered + Unknown + KeyMismatches</c>. A record that any subscriber dead-lettered counts as
/// dead-lettered and as nothing else, even where other subscribers took it. Injectable; may be read at any time.
/// </summary>
public sealed class CdcStatistics
{
    // Names of tables that nobody registered come from outside: beyond this many they share one entry.
    private const int MaximumTables = 1_000;
    private const string OtherTables = "(other tables)";

    private readonly ConcurrentDictionary<string, TableStatistics> _tables = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SourceMonitor> _sources = new(StringComparer.Ordinal);
    private readonly TableStatistics _all = new("");
    private long _duplicates;
    private long _stale;
    private long _ties;

    /// <summary>All records that are done.</summary>
    public long Events => _all.Events;

    /// <summary>Insertions.</summary>
    public long Inserted => _all.Inserted;

    /// <summary>Modifications.</summary>
    public long Modified => _all.Modified;

    /// <summary>Removals, by users and by time to live.</summary>
    public long Removed => _all.Removed;

    /// <summary>Rows of scans and exports.</summary>
    public long Snapshots => _all.Snapshots;

    /// <summary>Records that one subscriber at least could not take, and those that are not change records.</summary>
    public long DeadLettered => _all.DeadLettered;

    /// <summary>Records of tables that no model is registered for, and items that belong to none of the models of their table.</summary>
    public long Unknown => _all.Unknown;

    /// <inheritdoc cref="TableStatistics.KeyMismatches"/>
    public long KeyMismatches => _all.KeyMismatches;

    /// <summary>Attributes in new images that no member maps, counted once an image and attribute.</summary>
    public long UnmappedAttributes => _all.UnmappedAttributes;

    /// <summary>Changes that were left out because the handler had taken their event id (<see cref="HandlerOptions.Deduplication"/>).</summary>
    public long Duplicates => Volatile.Read(ref _duplicates);

    /// <summary>Changes that were older than one of their key that the handler had taken (<see cref="HandlerOptions.Deduplication"/>).</summary>
    public long Stale => Volatile.Read(ref _stale);

    /// <summary>Changes with the timestamp of another one of their key, so that nobody can say which is newer (<see cref="HandlerOptions.Deduplication"/>).</summary>
    public long Ties => Volatile.Read(ref _ties);

    /// <summary>The same by table. Records that are not change records belong to none.</summary>
    public IReadOnlyCollection<TableStatistics> Tables => [.. _tables.Values.OrderBy(table => table.TableName, StringComparer.Ordinal)];

    /// <summary>How far each source that reports it has read.</summary>
    public IReadOnlyCollection<SourceStatistics> Sources => [.. _sources.Values.Select(source => source.Statistics).OrderBy(source => source.Name, StringComparer.Ordinal)];

    /// <summary><c>events: 4, inserted: 1, modified: 2, removed: 1, dead-lettered: 0, unknown: 0</c>, with <c>snapshots: …</c> where there are some.</summary>
    public override string ToString() => _all.ToString();

    internal void Observe(SourceMonitor source) => _sources[source.Name] = source;

    internal TableStatistics ForTable(string tableName) =>
        _tables.TryGetValue(tableName, out var table) ? table
        : _tables.GetOrAdd(_tables.Count < MaximumTables ? tableName : OtherTables, static name => new(name));

    internal void OnFinished(TrackedRecord record)
    {
        _all.OnFinished(record);
        record.Route?.Statistics.OnFinished(record);
    }

    internal void OnDeduplicated(Handlers.DeduplicationVerdict verdict)
    {
        switch (verdict)
        {
            case Handlers.DeduplicationVerdict.Duplicate:
                Interlocked.Increment(ref _duplicates);
                break;
            case Handlers.DeduplicationVerdict.Stale:
                Interlocked.Increment(ref _stale);
                break;
            case Handlers.DeduplicationVerdict.Tie:
                Interlocked.Increment(ref _ties);
                break;
        }
    }

    internal void OnUnmapped(TableStatistics table, int count)
    {
        _all.AddUnmapped(count);
        table.AddUnmapped(count);
    }
}
