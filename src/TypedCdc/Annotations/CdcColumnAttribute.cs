namespace TypedCdc;

/// <summary>Says how a member's SQL column is made where the rules of the documentation do not fit.</summary>
/// <param name="name">The column's name, unquoted, at most 63 bytes; by default made from the attribute's name by <see cref="CdcTableAttribute.ColumnNaming"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class CdcColumnAttribute(string? name = null) : Attribute
{
    /// <summary>The column's name, unquoted; null for the default.</summary>
    public string? Name { get; } = name;

    /// <summary>Leaves the column out of SQL. The member is still decoded, and its attribute does not go to the overflow column. A key cannot be left out.</summary>
    public bool Ignore { get; set; }

    /// <summary>
    /// What the column holds a value for that it cannot hold exactly. Where it is not given, <c>tables.Add&lt;T&gt;(table => table.OnUnfit = …)</c> decides, by
    /// default <see cref="UnfitValue.Fail"/>; <c>table.WhenUnfit(…)</c> overrides both. Keys always fail.
    /// </summary>
    public UnfitValue OnUnfit { get; set; }

    /// <summary>
    /// The type that the column is declared with, in SQL: <c>varchar(40)</c>. In every dialect that no other property here is for; in SQLite only where the column
    /// keeps its type affinity, because another one would turn exact numbers into binary floating-point ones. Values travel as the type of the C# member asks, and the
    /// database converts them; what it refuses goes to the dead letters.
    /// </summary>
    public string? Type { get; set; }

    /// <summary>As <see cref="Type"/>, in PostgreSQL alone.</summary>
    public string? PostgresType { get; set; }

    /// <summary>As <see cref="Type"/>, in SQLite alone, and whatever its affinity.</summary>
    public string? SqliteType { get; set; }

    /// <summary>As <see cref="Type"/>, in CrateDB alone.</summary>
    public string? CrateDbType { get; set; }

    /// <summary>As <see cref="Type"/>, in Amazon Redshift alone.</summary>
    public string? RedshiftType { get; set; }
}
