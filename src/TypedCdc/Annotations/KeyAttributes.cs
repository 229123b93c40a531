namespace TypedCdc;

/// <summary>
/// The member is the table's partition key (HASH). Its type must be one that DynamoDB allows in a key: S, N or B.
/// On the class, with a <see cref="Pattern"/>: no member holds the attribute; the members that the pattern names are its parts.
/// </summary>
/// <param name="name">The attribute's name in DynamoDB; by default made from the member's name by <see cref="CdcTableAttribute.Naming"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class PartitionKeyAttribute(string? name = null) : Attribute
{
    /// <summary>The attribute's name in DynamoDB.</summary>
    public string? Name { get; } = name;

    /// <summary>
    /// In a single-table design: the text of the key with the members that it is made of in braces, <c>CUSTOMER#{Id}</c>. Items with another text are not of this model.
    /// A member of text ends at the next separator and never holds one; <c>{*Rest}</c> at the end takes everything. <c>{Number:D8}</c> fills an integer up with zeros,
    /// <c>{Id:N}</c> is a UUID without dashes, <c>{At:fff}</c> a time with three digits of a second's fraction.
    /// </summary>
    public string? Pattern { get; set; }
}

/// <summary>
/// The member is the table's sort key (RANGE). Its type must be one that DynamoDB allows in a key: S, N or B.
/// On the class, with a <see cref="Pattern"/>: no member holds the attribute; the members that the pattern names are its parts.
/// </summary>
/// <param name="name">The attribute's name in DynamoDB; by default made from the member's name by <see cref="CdcTableAttribute.Naming"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class SortKeyAttribute(string? name = null) : Attribute
{
    /// <summary>The attribute's name in DynamoDB.</summary>
    public string? Name { get; } = name;

    /// <inheritdoc cref="PartitionKeyAttribute.Pattern"/>
    public string? Pattern { get; set; }
}
