namespace TypedCdc;

/// <summary>One mapped attribute of a model.</summary>
public sealed record AttributeSchema
{
    /// <summary>The attribute's name in DynamoDB.</summary>
    public required string Name { get; init; }

    /// <summary>The C# member's name.</summary>
    public required string MemberName { get; init; }

    /// <summary>The kinds that the member can be read from, without <see cref="AttributeKind.NULL"/>.</summary>
    public required AttributeKind Kinds { get; init; }

    /// <summary>The attribute may not be absent: a key, or a <c>required</c> member.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The member can hold <c>null</c>, so that <c>NULL:true</c> is a value for it.</summary>
    public bool IsNullable { get; init; }

    /// <summary>The unquoted name of the SQL column.</summary>
    public required string ColumnName { get; init; }

    /// <summary>What the column holds.</summary>
    public required ColumnType ColumnType { get; init; }

    /// <summary>How the attribute's value is written, where its kind alone does not say it.</summary>
    public AttributeEncoding Encoding { get; init; }
}
