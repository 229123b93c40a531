using System.Globalization;
using TypedCdc.Delivery;

namespace TypedCdc.Observability;

/// <summary>The counts of one DynamoDB table. See <see cref="CdcStatistics"/> for what is counted when.</summary>
public sealed class TableStatistics
{
    private long _inserted;
    private long _modified;
    private long _removed;
    private long _snapshots;
    private long _deadLettered;
    private long _unknown;
    private long _keyMismatches;
    private long _unmapped;

    internal TableStatistics(string tableName) => TableName = tableName;

    /// <summary>The DynamoDB table.</summary>
    public string TableName { get; }

    /// <summary>All records that are done.</summary>
    public long Events => Inserted + Modified + Removed + Snapshots + DeadLettered + Unknown + KeyMismatches;

    /// <summary>Insertions.</summary>
    public long Inserted => Volatile.Read(ref _inserted);

    /// <summary>Modifications.</summary>
    public long Modified => Volatile.Read(ref _modified);

    /// <summary>Removals, by users and by time to live.</summary>
    public long Removed => Volatile.Read(ref _removed);

    /// <summary>Rows of scans and exports.</summary>
    public long Snapshots => Volatile.Read(ref _snapshots);

    /// <summary>Records that one subscriber at least could not take.</summary>
    public long DeadLettered => Volatile.Read(ref _deadLettered);

    /// <summary>Records, where no model is registered for the table, and items that belong to none of its models.</summary>
    public long Unknown => Volatile.Read(ref _unknown);

    /// <summary>Items that belong to no model because their key only nearly matches a key pattern (<see cref="TypedCdc.KeyMismatches"/>). They are not among <see cref="Unknown"/>.</summary>
    public long KeyMismatches => Volatile.Read(ref _keyMismatches);

    /// <summary>Attributes in new images that no member maps.</summary>
    public long UnmappedAttributes => Volatile.Read(ref _unmapped);

    /// <inheritdoc/>
    public override string ToString()
    {
        var snapshots = Snapshots is var count and > 0 ? string.Create(CultureInfo.InvariantCulture, $", snapshots: {count}") : "";
        var mismatches = KeyMismatches is var near and > 0 ? string.Create(CultureInfo.InvariantCulture, $", key mismatches: {near}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"events: {Events}, inserted: {Inserted}, modified: {Modified}, removed: {Removed}{snapshots}, dead-lettered: {DeadLettered}, unknown: {Unknown}{mismatches}");
    }

    internal void AddUnmapped(int count) => Interlocked.Add(ref _unmapped, count);

    internal void OnFinished(TrackedRecord record)
    {
        if (record.IsDeadLettered)
        {
            Interlocked.Increment(ref _deadLettered);
        }
        else if (record is { HasKeyMismatch: true, Route.IsKnown: false })
        {
            Interlocked.Increment(ref _keyMismatches);
        }
        else if (record.Route is { IsKnown: false })
        {
            Interlocked.Increment(ref _unknown);
        }
        else
        {
            switch (record.Operation)
            {
                case ChangeOperation.Insert:
                    Interlocked.Increment(ref _inserted);
                    break;
                case ChangeOperation.Modify:
                    Interlocked.Increment(ref _modified);
                    break;
                case ChangeOperation.Remove:
                    Interlocked.Increment(ref _removed);
                    break;
                default:
                    Interlocked.Increment(ref _snapshots);
                    break;
            }
        }
    }
}
