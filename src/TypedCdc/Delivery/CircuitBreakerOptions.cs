namespace TypedCdc;

/// <summary>
/// When delivery stops because too much of it fails: so that a bad deploy stops at its first hundred records and does not drain the stream into the dead letters.
/// Counted for each subscriber by itself, and once for records that are not change records at all.
/// </summary>
public sealed record CircuitBreakerOptions
{
    /// <summary>
    /// How many dead letters in a row are stored before the next one stops delivery. The default value is 100: more than a burst of odd records, less than a stream. Null for no limit.
    /// </summary>
    public int? ConsecutiveDeadLetters { get; init; } = 100;

    /// <summary>The part of the records within <see cref="Window"/>, above 0 and up to 1, that may become dead letters. The default value is 0.5. Null for no limit.</summary>
    public double? DeadLetterRatio { get; init; } = 0.5;

    /// <summary>How many records there must be in the window before <see cref="DeadLetterRatio"/> counts. The default value is 500: a ratio of few says nothing.</summary>
    public int MinimumRecords { get; init; } = 500;

    /// <summary>The time that <see cref="DeadLetterRatio"/> looks back. The default value is one minute.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);
}
