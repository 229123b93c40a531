namespace TypedCdc.Schema;

/// <summary>The types that <see cref="CdcColumnAttribute"/> gives a column; null where it says nothing.</summary>
public sealed record ColumnSqlType
{
    /// <summary>In every dialect without a type of its own here; in SQLite only where the affinity stays that of the column's default type.</summary>
    public string? Any { get; init; }

    /// <summary>In PostgreSQL.</summary>
    public string? Postgres { get; init; }

    /// <summary>In SQLite.</summary>
    public string? Sqlite { get; init; }

    /// <summary>In CrateDB.</summary>
    public string? CrateDb { get; init; }

    /// <summary>In Amazon Redshift.</summary>
    public string? Redshift { get; init; }
}
