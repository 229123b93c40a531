using System.Collections.Immutable;

namespace TypedCdc.Schema;

/// <summary>An index of the SQL table, from <see cref="CdcIndexAttribute"/>.</summary>
public sealed record IndexSchema
{
    /// <summary>Its unquoted name.</summary>
    public required string Name { get; init; }

    /// <summary>The ordinals of the attributes whose columns it is over, in its order.</summary>
    public required ImmutableArray<int> Attributes { get; init; }
}
