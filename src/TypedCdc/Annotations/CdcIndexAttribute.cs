namespace TypedCdc;

/// <summary>
/// The SQL table gets an index: on a member, over its column; on the model, over the columns of several members, in their order. PostgreSQL and SQLite only:
/// CrateDB indexes every column by itself, and Redshift has none. There is no unique index: a row that is right may for a moment meet another that a change still on its
/// way will remove, and the database would refuse it for good.
/// </summary>
/// <param name="members">On the model: the members, <c>nameof(City), nameof(Name)</c>. On a member: none.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true)]
public sealed class CdcIndexAttribute(params string[] members) : Attribute
{
    /// <summary>The members whose columns are indexed, in their order; none on a member.</summary>
    public IReadOnlyList<string> Members { get; } = members;

    /// <summary>The index's name, unquoted, at most 63 bytes; by default made from the names of table and columns.</summary>
    public string? Name { get; set; }
}
