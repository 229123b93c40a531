using System.Globalization;

namespace TypedCdc;

/// <summary>
/// Remembers what a handler has done, to leave out what comes again. What it can promise: within its window, and as long as the process lives, a change with an event id that the handler
/// has taken is not given to it again, and a change that is older than one of the same key that it has taken is known as stale. What it cannot: duplicates that come after the
/// window or a restart, and the order of two changes of one item with the same timestamp (a tie, counted in <c>CdcStatistics.Ties</c>). A handler that must not do
/// something twice needs a key of its own where it does it: <see cref="Change{T}.EventId"/> is made for that.
/// </summary>
public sealed record DeduplicationOptions
{
    /// <summary>
    /// How many event ids, and how many keys, are remembered. The default value is 100,000, about 20 MB: Kinesis repeats a record soon or not at all, and a worker that takes over
    /// goes back no farther than the last checkpoint.
    /// </summary>
    public int Window { get; init; } = 100_000;

    /// <summary>What becomes of a change that is older than one that the handler has taken. The default value is <see cref="StaleChanges.Flag"/>.</summary>
    public StaleChanges Stale { get; init; }

    internal void Validate(string name)
    {
        if (Window < 1)
        {
            throw new CdcConfigurationException(string.Create(
                CultureInfo.InvariantCulture, $"Deduplication.Window of the handler '{name}' is {Window}, but must be at least 1."));
        }
    }
}
