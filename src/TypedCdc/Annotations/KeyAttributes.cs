namespace TypedCdc;

/// <summary>The member is the table's partition key (HASH). Its type must be one that DynamoDB allows in a key: S, N or B.</summary>
/// <param name="name">The attribute's name in DynamoDB; by default made from the member's name by <see cref="CdcTableAttribute.Naming"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class PartitionKeyAttribute(string? name = null) : Attribute
{
    /// <summary>The attribute's name in DynamoDB.</summary>
    public string? Name { get; } = name;
}

/// <summary>The member is the table's sort key (RANGE). Its type must be one that DynamoDB allows in a key: S, N or B.</summary>
/// <param name="name">The attribute's name in DynamoDB; by default made from the member's name by <see cref="CdcTableAttribute.Naming"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class SortKeyAttribute(string? name = null) : Attribute
{
    /// <summary>The attribute's name in DynamoDB.</summary>
    public string? Name { get; } = name;
}
