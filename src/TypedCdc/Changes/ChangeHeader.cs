namespace TypedCdc.Changes;

/// <summary>Everything a change knows besides its images.</summary>
internal readonly record struct ChangeHeader
{
    internal required string TableName { get; init; }

    internal required string Region { get; init; }

    internal EventId EventId { get; init; }

    internal UserIdentity? UserIdentity { get; init; }

    /// <summary>Microseconds since 1970-01-01T00:00:00Z, whatever unit the source wrote.</summary>
    internal long TimestampMicroseconds { get; init; }

    internal bool IsTimeUnknown { get; init; }

    internal int SizeBytes { get; init; }

    internal bool IsTimeToLive { get; init; }

    internal StreamPosition Position { get; init; }
}
