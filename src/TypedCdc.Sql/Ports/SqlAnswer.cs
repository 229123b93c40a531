namespace TypedCdc.Sql.Ports;

/// <summary>What a database answers to a statement.</summary>
/// <param name="AffectedRows">How many rows it wrote, as the database counts them; -1 where it does not say.</param>
/// <param name="Rows">The rows that it gave, where they were asked for; NULL is null.</param>
public sealed record SqlAnswer(long AffectedRows, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    /// <summary>An answer without rows.</summary>
    public SqlAnswer(long affectedRows)
        : this(affectedRows, [])
    {
    }
}
