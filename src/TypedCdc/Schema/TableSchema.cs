using System.Collections.Immutable;

namespace TypedCdc;

/// <summary>A model as data: its table, keys, attributes and columns. The generator writes it; sinks and tools read it.</summary>
public sealed record TableSchema
{
    /// <summary>The default name of the DynamoDB table.</summary>
    public required string TableName { get; init; }

    /// <summary>The unquoted name of the SQL view; the table is this with <c>__cdc</c> behind.</summary>
    public required string SqlName { get; init; }

    /// <summary>The SQL schema; null for the connection's own.</summary>
    public string? SqlSchema { get; init; }

    /// <summary>The mapped attributes, in the model's order. An attribute's index here is its ordinal.</summary>
    public required ImmutableArray<AttributeSchema> Attributes { get; init; }

    /// <summary>The ordinal of the partition key.</summary>
    public required int PartitionKey { get; init; }

    /// <summary>The ordinal of the sort key; -1 where the table has none.</summary>
    public int SortKey { get; init; } = -1;

    /// <summary>The indexes of the SQL table beside its primary key and the sink's own.</summary>
    public ImmutableArray<IndexSchema> Indexes { get; init; } = [];

    /// <summary>
    /// A short hash over names, types and keys, made at compile time: two builds of one model have the same, a changed mapping has another.
    /// </summary>
    public required string Revision { get; init; }
}
