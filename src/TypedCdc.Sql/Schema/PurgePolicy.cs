namespace TypedCdc.Sql.Schema;

/// <summary>When removed items are forgotten.</summary>
/// <param name="Keep">How long a tombstone stays: the stream's retention and the margin.</param>
/// <param name="Interval">How often is looked.</param>
internal sealed record PurgePolicy(TimeSpan Keep, TimeSpan Interval)
{
    /// <summary>How many tombstones one transaction takes away: writers of old records wait for it.</summary>
    public const int BatchRows = 1_000;
}
