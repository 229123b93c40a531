namespace TypedCdc.Schema;

/// <summary>One mapped attribute of a model.</summary>
public sealed record AttributeSchema
{
    /// <summary>The attribute's name in DynamoDB; of a part of a key (<see cref="IsKeyPart"/>), the key's.</summary>
    public required string Name { get; init; }

    /// <summary>The member has no attribute of its own: it is a part of a key, by <see cref="TableSchema.PartitionKeyPattern"/> or <see cref="TableSchema.SortKeyPattern"/>.</summary>
    public bool IsKeyPart { get; init; }

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

    /// <summary>The column's name was given by <see cref="CdcColumnAttribute"/>: no naming convention of a sink changes it.</summary>
    public bool IsColumnNameGiven { get; init; }

    /// <summary>What the column holds.</summary>
    public required ColumnType ColumnType { get; init; }

    /// <summary>How the attribute's value is written, where its kind alone does not say it.</summary>
    public AttributeEncoding Encoding { get; init; }

    /// <summary>The attribute has a SQL column; false for <c>[CdcColumn(Ignore = true)]</c>.</summary>
    public bool HasColumn { get; init; } = true;

    /// <summary>The types that the column is declared with; null for the table of types.</summary>
    public ColumnSqlType? SqlType { get; init; }

    /// <summary>What happens to a value that the column cannot hold exactly; null where the model does not say it.</summary>
    public UnfitValue? OnUnfit { get; init; }

    /// <summary>What the member can hold, or the elements of a list or set and the values of a dictionary.</summary>
    public ScalarType Scalar { get; init; }

    /// <summary>The member is a list, a set or a dictionary, and <see cref="Scalar"/> is what it holds.</summary>
    public bool IsCollection { get; init; }

    /// <summary>An element of the collection may be NULL.</summary>
    public bool IsElementNullable { get; init; }

    /// <summary>The names of an enum, where <see cref="Scalar"/> is <see cref="ScalarType.EnumName"/>; else null.</summary>
    public EnumSchema? Enum { get; init; }
}
