namespace TypedCdc.Schema;

/// <summary>How a member's value is written in its attribute, where the attribute's kind alone does not say it.</summary>
public enum AttributeEncoding : byte
{
    /// <summary>As the kind says: S as text, N as a number, times as ISO 8601 text, enums by name.</summary>
    Default,

    /// <summary>A point in time as seconds since 1970-01-01T00:00:00Z in an N (fractions allowed).</summary>
    UnixSeconds,

    /// <summary>A point in time as milliseconds since 1970-01-01T00:00:00Z in an N.</summary>
    UnixMilliseconds,

    /// <summary>An enum as its number in an N; the column is an integer.</summary>
    EnumNumber,
}
