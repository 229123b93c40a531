namespace TypedCdc;

/// <summary>
/// Marks a partial class, record, struct or record struct as the model of one DynamoDB table's items.
/// The source generator writes its decoder, key, schema and SQL.
/// </summary>
/// <param name="name">
/// The default name of the DynamoDB table. <c>cdc.Table&lt;T&gt;("prod-customers")</c>, <c>cdc.TableNamePrefix</c>
/// and configuration override it at run time.
/// </param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class CdcTableAttribute(string name) : Attribute
{
    /// <summary>The default name of the DynamoDB table.</summary>
    public string Name { get; } = name;

    /// <summary>The name of the view in SQL. The default is derived from <see cref="Name"/>: lower case, other characters become <c>_</c>.</summary>
    public string? SqlName { get; set; }

    /// <summary>The SQL schema of the table and the view. The default is the connection's own.</summary>
    public string? SqlSchema { get; set; }

    /// <summary>The convention for the attribute names of members without an explicit name. The default value is <see cref="NamingPolicy.Exact"/>.</summary>
    public NamingPolicy Naming { get; set; }

    /// <summary>
    /// The convention for the names of SQL columns, made from the attribute's name: under <see cref="NamingPolicy.SnakeCase"/> <c>CreatedAt</c> becomes
    /// <c>created_at</c>, by default <c>createdat</c>. Generated SQL and every sink use these names. <see cref="CdcColumnAttribute"/> takes precedence.
    /// Where it is not set, a sink may set its own: <c>tables.Naming = NamingPolicy.SnakeCase</c>.
    /// </summary>
    public NamingPolicy ColumnNaming { get; set; }

    /// <summary>In a single-table design: the attribute that tells the models of this table apart.</summary>
    public string? Discriminator { get; set; }

    /// <summary>In a single-table design: the value of <see cref="Discriminator"/> that means this model.</summary>
    public string? DiscriminatorValue { get; set; }
}
