using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>Which leases a stream needs and does not have, and which it has and no longer needs.</summary>
internal static class LeaseAudit
{
    private static readonly DateTimeOffset CounterOrigin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The leases of a first start.</summary>
    internal static IReadOnlyList<NewLease> Initial(IReadOnlyDictionary<string, KinesisShard> listed, ShardPosition start, KinesisStreamSummary stream, WorkerTime now) =>
    [
        .. listed.Values
            .Where(shard => start.Kind != ShardPositionKind.Latest || shard.IsOpen)
            .OrderBy(shard => shard.ShardId, StringComparer.Ordinal) // parents first: a child whose parent has no lease may begin
            .Select(shard => new NewLease(
                Create(shard, stream, now) with
                {
                    Checkpoint = start.Kind switch
                    {
                        ShardPositionKind.Latest => LeaseCheckpoint.Latest,
                        ShardPositionKind.AtTimestamp => LeaseCheckpoint.AtTimestamp,
                        _ => LeaseCheckpoint.TrimHorizon,
                    },
                    StartAt = start.Kind switch { ShardPositionKind.Latest => now.Wall, ShardPositionKind.AtTimestamp => start.Timestamp, _ => null },
                },
                [])),
    ];

    /// <summary>
    /// Listed shards that should have a lease: no descendant has one (then they are done with), and no ancestor has one that has not ended (then they get theirs at its end). They begin at the oldest
    /// record, so that nothing is left out, and with a counter above the last that was seen.
    /// </summary>
    internal static IReadOnlyList<NewLease> Missing(
        IReadOnlyDictionary<string, KinesisShard> listed,
        IReadOnlyDictionary<string, Lease> leases,
        IReadOnlyDictionary<string, long> lastCounters,
        KinesisStreamSummary stream,
        WorkerTime now)
    {
        // By the leases too: the listing may be older than a shard that was read and removed since.
        var children = listed.Values.SelectMany(shard => Parents(shard).Select(parent => (Parent: parent, Child: shard.ShardId)))
            .Concat(leases.Values.SelectMany(lease => lease.Parents.Select(parent => (Parent: parent, Child: lease.Key))))
            .ToLookup(pair => pair.Parent, pair => pair.Child, StringComparer.Ordinal);
        var hasDescendant = new Dictionary<string, bool>(StringComparer.Ordinal);
        var missing = new List<NewLease>();
        foreach (var shard in listed.Values.OrderBy(shard => shard.ShardId, StringComparer.Ordinal))
        {
            if (!leases.ContainsKey(shard.ShardId) && !DescendantHasLease(shard.ShardId) && !AncestorIsOpen(shard))
            {
                var lease = Create(shard, stream, now);
                missing.Add(new(lease with { Counter = Math.Max(lease.Counter, lastCounters.GetValueOrDefault(shard.ShardId, -1) + 1) }, []));
            }
        }

        return missing;

        bool DescendantHasLease(string shard)
        {
            if (hasDescendant.TryGetValue(shard, out var known))
            {
                return known;
            }

            return hasDescendant[shard] = children[shard].Any(child => leases.ContainsKey(child) || DescendantHasLease(child));
        }

        bool AncestorIsOpen(KinesisShard shard) => Parents(shard).Any(parent =>
            (leases.TryGetValue(parent, out var lease) && !lease.Checkpoint.IsEnd)
            || missing.Exists(other => other.Lease.Key == parent)
            || (!leases.ContainsKey(parent) && listed.TryGetValue(parent, out var listedParent) && AncestorIsOpen(listedParent)));
    }

    /// <summary>The leases of the children of a shard that has ended, each with those of its other parents.</summary>
    internal static IReadOnlyList<NewLease> ChildrenOf(string shard, IReadOnlyDictionary<string, KinesisShard> listed, KinesisStreamSummary stream, WorkerTime now) =>
    [
        .. listed.Values
            .Where(child => Parents(child).Contains(shard, StringComparer.Ordinal))
            .OrderBy(child => child.ShardId, StringComparer.Ordinal)
            .Select(child => new NewLease(
                Create(child, stream, now),
                [.. Parents(child).Where(parent => parent != shard && listed.ContainsKey(parent)).Select(parent => Create(listed[parent], stream, now))])),
    ];

    /// <summary>Leases of shards that have ended and that nobody waits for: each child has begun, or is done with itself.</summary>
    internal static IReadOnlyList<Lease> Finished(IReadOnlyDictionary<string, KinesisShard> listed, IReadOnlyDictionary<string, Lease> leases)
    {
        return [.. leases.Values.Where(lease => lease.Checkpoint.IsEnd && (listed.ContainsKey(lease.Key) ? lease.Children.Count > 0 && lease.Children.All(IsBegun) : lease.Children.All(IsBegun)))];

        bool IsBegun(string child) => leases.TryGetValue(child, out var lease)
            ? lease.Checkpoint.HasBegun
            : !listed.ContainsKey(child) || listed.Values.Any(other => Parents(other).Contains(child, StringComparer.Ordinal) && IsBegun(other.ShardId));
    }

    private static IEnumerable<string> Parents(KinesisShard shard) => new[] { shard.ParentShardId, shard.AdjacentParentShardId }.OfType<string>();

    // The counter begins with the time, so that the token of a lease whose row was deleted and created again does not go back.
    private static Lease Create(KinesisShard shard, KinesisStreamSummary stream, WorkerTime now) => new(shard.ShardId)
    {
        Counter = Math.Max(0, (long)(now.Wall - CounterOrigin).TotalMilliseconds),
        Parents = [.. Parents(shard)],
        HashKeys = shard.HashKeys,
        StreamCreatedAt = stream.CreatedAt,
    };
}
