namespace TypedCdc.Sql.Ports;

/// <summary>A table that is to be made.</summary>
/// <param name="Schema">The SQL schema, unquoted; null for the connection's own.</param>
/// <param name="Name">The table's name, unquoted.</param>
/// <param name="Columns">The model's columns, then the sink's own.</param>
/// <param name="PrimaryKey">The names of its primary key's columns, unquoted; the first is the item's partition key.</param>
public sealed record SqlTableShape(string? Schema, string Name, IReadOnlyList<SqlColumnShape> Columns, IReadOnlyList<string> PrimaryKey)
{
    /// <summary>The column by which a warehouse is to distribute the rows; null for the first of the primary key.</summary>
    public string? DistributionKey { get; init; }

    /// <summary>Whether the schema is created when it does not exist. The default value is true.</summary>
    public bool IsSchemaCreated { get; init; } = true;

    /// <summary>The unquoted name of the index on tombstones, for a database with partial indexes; null for a table without tombstones.</summary>
    public string? TombstoneIndex { get; init; }

    /// <summary>The unquoted name of a column with a time that only grows, for a database with block range indexes; null for none.</summary>
    public string? AppendTime { get; init; }

    /// <summary>The columns by which a warehouse is to sort the rows; null for the primary key.</summary>
    public IReadOnlyList<string>? SortKey { get; init; }
}
