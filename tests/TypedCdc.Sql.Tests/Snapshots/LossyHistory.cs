using TypedCdc.Sources;

namespace TypedCdc.Sql.Tests.Snapshots;

/// <summary>A history of which everything in a window before a table scan may be lost, removals too. The scan sees each item at some moment after its start.</summary>
internal sealed class LossyHistory
{
    /// <summary>How far back the versions of the scan's rows are put.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    public LossyHistory(int seed)
    {
        var random = new Random(seed);
        var history = new History(seed, keys: 12, changes: 160);
        All = history.Events;
        StartedAt = All[All.Count / 2].Time;
        for (var key = 0; key < 12; key++)
        {
            var seenAt = StartedAt + random.NextInt64(1_000_000);
            if (All.LastOrDefault(one => one.Key == key && one.Time <= seenAt)?.New is { } item)
            {
                Rows.Add(new(key, StartedAt, null, "SNAPSHOT", item, null));
            }
        }

        // Lost is only what is older than the scan's rows: from there on the stream is read whole.
        var delivered = All.Where(one => one.Time >= Version || random.Next(2) == 0).ToList();
        foreach (var one in delivered)
        {
            for (var copies = random.Next(1, 3); copies > 0; copies--)
            {
                (random.Next(2) == 0 ? Before : After).Add(one);
            }
        }

        // And what was lost may still come from somewhere.
        After.AddRange(All.Where(one => one.Time < Version && random.Next(4) == 0));
        Before.AddRange(Rows);
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Before));
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(After));
    }

    /// <summary>What really happened.</summary>
    public IReadOnlyList<History.Event> All { get; }

    public long StartedAt { get; }

    public SnapshotInfo Info => new("customers", DateTimeOffset.UnixEpoch.AddTicks(StartedAt * TimeSpan.TicksPerMicrosecond));

    public List<History.Event> Rows { get; } = [];

    /// <summary>What comes before the scan is finished, in any order.</summary>
    public List<History.Event> Before { get; } = [];

    /// <summary>What comes afterwards, or at the same time.</summary>
    public List<History.Event> After { get; } = [];

    private long Version => StartedAt - (Margin.Ticks / TimeSpan.TicksPerMicrosecond);

    public static IEnumerable<List<CdcRecord>> Cut(IReadOnlyList<History.Event> events, Random random)
    {
        for (var at = 0; at < events.Count;)
        {
            var size = Math.Min(random.Next(1, 30), events.Count - at);
            yield return [.. events.Skip(at).Take(size).Select(static one => one.ToRecord())];
            at += size;
        }
    }
}
