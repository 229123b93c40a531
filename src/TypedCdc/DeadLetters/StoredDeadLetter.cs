namespace TypedCdc.DeadLetters;

/// <summary>A dead letter as a store keeps it: one for each record and subscriber, however often it failed.</summary>
public sealed record StoredDeadLetter
{
    /// <summary>Its name in the store.</summary>
    public required string Id { get; init; }

    /// <summary>What failed, as it failed the last time.</summary>
    public required DeadLetter Letter { get; init; }

    /// <summary>When it failed the first time.</summary>
    public required DateTimeOffset FirstTime { get; init; }

    /// <summary>How often it was stored: once, and again for each redelivery that failed.</summary>
    public required int Times { get; init; }

    /// <summary>When it was delivered again without failing; null where it was not.</summary>
    public DateTimeOffset? RedrivenAt { get; init; }
}
