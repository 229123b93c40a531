namespace TypedCdc;

/// <summary>The member is a point in time that stands as a number: seconds or milliseconds since 1970-01-01T00:00:00Z, as DynamoDB's time to live wants it.</summary>
/// <param name="unit">What the number counts. The default value is <see cref="UnixTimeUnit.Seconds"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class UnixTimeAttribute(UnixTimeUnit unit = UnixTimeUnit.Seconds) : Attribute
{
    /// <summary>What the number counts.</summary>
    public UnixTimeUnit Unit { get; } = unit;
}

/// <summary>What a Unix time counts.</summary>
public enum UnixTimeUnit
{
    /// <summary>Seconds, with or without a fraction.</summary>
    Seconds = 0,

    /// <summary>Milliseconds, with or without a fraction.</summary>
    Milliseconds = 1,
}
