namespace TypedCdc.Sql.Schema;

/// <summary>One attribute of the key of a table without a model.</summary>
/// <param name="Name">Its name in DynamoDB.</param>
/// <param name="Kind">S, N or B.</param>
/// <param name="Column">Its column, unquoted.</param>
internal readonly record struct SchemalessKey(string Name, AttributeKind Kind, string Column)
{
    public override string ToString() => $"{Name} {Kind}";
}
