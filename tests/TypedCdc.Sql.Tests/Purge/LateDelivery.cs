namespace TypedCdc.Sql.Tests.Purge;

/// <summary>A history whose changes come late, by a bounded time or not, some of them several times, in waves.</summary>
internal sealed class LateDelivery
{
    /// <summary>How late a change comes at most, where that is bounded.</summary>
    public const long Lateness = 4_000_000;

    private readonly List<List<History.Event>> _waves = [];

    public LateDelivery(int seed, bool isBounded)
    {
        var random = new Random(seed);
        var history = new History(seed, keys: 10, changes: 200);
        var arrivals = new List<(long At, History.Event Event)>();
        foreach (var one in history.Events)
        {
            for (var copies = random.Next(1, 4); copies > 0; copies--)
            {
                arrivals.Add((one.Time + random.NextInt64(!isBounded && random.Next(4) == 0 ? 10 * Lateness : Lateness), one));
            }
        }

        arrivals.Sort(static (left, right) => left.At.CompareTo(right.At));
        for (var at = 0; at < arrivals.Count;)
        {
            var size = Math.Min(random.Next(1, 40), arrivals.Count - at);
            _waves.Add([.. arrivals.Skip(at).Take(size).Select(static arrival => arrival.Event)]);
            Starts.Add(arrivals[at].At);
            at += size;
        }
    }

    /// <summary>What comes together.</summary>
    public IReadOnlyList<List<History.Event>> Waves => _waves;

    /// <summary>When each wave begins, in µs: nothing in it is older by more than <see cref="Lateness"/>, where that is bounded.</summary>
    public List<long> Starts { get; } = [];

    public IEnumerable<History.Event> All => _waves.SelectMany(static wave => wave);

    /// <summary>
    /// Compares a view with what it must show where changes were refused: never a removed item; an item's newest change, unless that was refused; and nothing of an item whose newest change
    /// was refused.
    /// </summary>
    public void Check(IReadOnlySet<History.Event> refused, string view, string context)
    {
        var shown = view.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(static line => line.Split('|')[0], StringComparer.Ordinal);
        foreach (var changes in All.GroupBy(static one => one.Key))
        {
            var expected = History.Expect(changes).TrimEnd('\n');
            var newest = changes.Where(one => one.Time == changes.Max(static other => other.Time)).ToList();
            shown.Remove($"integer:{changes.Key.ToString(System.Globalization.CultureInfo.InvariantCulture)}", out var line);
            if (newest.Exists(refused.Contains))
            {
                Assert.True(line is null || newest.Exists(one => one.New is not null && one.Expected == line), $"{context}: {line}");
            }
            else
            {
                Assert.True(expected == (line ?? ""), $"{context}: expected '{expected}', found '{line}'");
            }
        }

        Assert.Empty(shown);
    }
}
