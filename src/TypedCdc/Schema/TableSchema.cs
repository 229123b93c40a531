using System.Collections.Immutable;

namespace TypedCdc.Schema;

/// <summary>A model as data: its table, keys, attributes and columns. The generator writes it; sinks and tools read it.</summary>
public sealed record TableSchema
{
    /// <summary>The default name of the DynamoDB table.</summary>
    public required string TableName { get; init; }

    /// <summary>The unquoted name of the SQL view; the table is this with <c>__cdc</c> behind.</summary>
    public required string SqlName { get; init; }

    /// <summary>The SQL schema; null for the connection's own.</summary>
    public string? SqlSchema { get; init; }

    /// <summary>The convention that <see cref="AttributeSchema.ColumnName"/> follows; null where the model leaves it to the sink.</summary>
    public NamingPolicy? ColumnNaming { get; init; }

    /// <summary>The mapped attributes, in the model's order. An attribute's index here is its ordinal.</summary>
    public required ImmutableArray<AttributeSchema> Attributes { get; init; }

    /// <summary>The ordinal of the member that is the partition key; -1 where <see cref="PartitionKeyPattern"/> makes it of <see cref="PartitionKeyParts"/>.</summary>
    public required int PartitionKey { get; init; }

    /// <summary>The ordinal of the member that is the sort key; -1 where the table has none, or <see cref="SortKeyPattern"/> makes it of <see cref="SortKeyParts"/>.</summary>
    public int SortKey { get; init; } = -1;

    /// <summary>The indexes of the SQL table beside its primary key and the sink's own.</summary>
    public ImmutableArray<IndexSchema> Indexes { get; init; } = [];

    /// <summary>The text of the partition key with its parts, <c>CUSTOMER#{Id}</c>; null where it has no pattern.</summary>
    public string? PartitionKeyPattern { get; init; }

    /// <summary>The text of the sort key with its parts; null where it has no pattern.</summary>
    public string? SortKeyPattern { get; init; }

    /// <summary>The ordinals of the members that the partition key is made of; empty where a member is the key.</summary>
    public ImmutableArray<int> PartitionKeyParts { get; init; } = [];

    /// <summary>The ordinals of the members that the sort key is made of and the partition key is not; empty where a member is the key.</summary>
    public ImmutableArray<int> SortKeyParts { get; init; } = [];

    /// <summary>The name of the partition key in DynamoDB.</summary>
    public string PartitionKeyName
    {
        get => field ?? Attributes[PartitionKey].Name;
        init;
    }

    /// <summary>The name of the sort key in DynamoDB; null where the table has none.</summary>
    public string? SortKeyName
    {
        get => field ?? (SortKey < 0 ? null : Attributes[SortKey].Name);
        init;
    }

    /// <summary>The ordinals of the members of the typed key: those of the partition key, then those of the sort key.</summary>
    public ImmutableArray<int> Key => [.. PartitionKey < 0 ? PartitionKeyParts : [PartitionKey], .. SortKey < 0 ? SortKeyParts : [SortKey]];

    /// <summary>
    /// A short hash over names, types and keys, made at compile time: two builds of one model have the same, a changed mapping has another.
    /// </summary>
    public required string Revision { get; init; }
}
