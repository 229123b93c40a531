namespace TypedCdc;

/// <summary>What a source knows of its records that they may not say themselves.</summary>
public sealed record CdcRecordOptions
{
    /// <summary>The table of records that name none (exports). The default value is null: such a record is an error.</summary>
    public string? TableName { get; init; }

    /// <summary>The time of records that say none (full exports and scans). The default value is null: such a record has the time 0, and <see cref="CdcRecord.HasTimestamp"/> is false.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Whether errors may show attribute values and keys. The default value is false.</summary>
    public bool EnableSensitiveData { get; init; }
}
