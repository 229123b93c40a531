using TypedCdc.Changes;

namespace TypedCdc.Testing;

/// <summary>What a test record says besides its images.</summary>
public sealed record TestRecordOptions
{
    /// <summary>The table. The default value is null: the model's own.</summary>
    public string? TableName { get; init; }

    /// <summary>When the change was made. The default value is 2026-01-01T00:00:00Z.</summary>
    public DateTimeOffset Time { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The event's id. The default value is null: zeros.</summary>
    public string? EventId { get; init; }

    /// <summary>For removals: DynamoDB's time to live made it.</summary>
    public bool IsTimeToLive { get; init; }
}
