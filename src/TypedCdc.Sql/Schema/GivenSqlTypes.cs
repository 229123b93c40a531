// The types that [CdcColumn] gives a column, and which of them counts where.
using System;

namespace TypedCdc.Sql.Schema;

/// <summary>Types in the dialects' own words; null where the annotation says nothing.</summary>
/// <param name="any">In every dialect without a type of its own.</param>
/// <param name="postgres">In PostgreSQL.</param>
/// <param name="sqlite">In SQLite.</param>
/// <param name="crateDb">In CrateDB.</param>
/// <param name="redshift">In Redshift.</param>
internal sealed class GivenSqlTypes(string? any, string? postgres, string? sqlite, string? crateDb, string? redshift)
{
    /// <summary>In every dialect without a type of its own.</summary>
    public string? Any { get; } = any;

    /// <summary>In PostgreSQL.</summary>
    public string? Postgres { get; } = postgres;

    /// <summary>In SQLite.</summary>
    public string? Sqlite { get; } = sqlite;

    /// <summary>In CrateDB.</summary>
    public string? CrateDb { get; } = crateDb;

    /// <summary>In Redshift.</summary>
    public string? Redshift { get; } = redshift;

    /// <summary>The type that counts in a dialect; null for that of the table of types.</summary>
    public string? For(SqlDatabase database, SqlColumnType type) => database switch
    {
        SqlDatabase.Postgres => Postgres ?? Any,
        SqlDatabase.CrateDb => CrateDb ?? Any,
        SqlDatabase.Redshift => Redshift ?? Any,
        SqlDatabase.MySql => Any,

        // A type with another affinity would change what is stored: numbers of 38 digits become binary floating-point ones.
        _ => Sqlite ?? (Any is not null && AffinityOf(Any) == AffinityOf(SqlColumnTypes.Get(database, type)) ? Any : null),
    };

    // SQLite documentation, "Datatypes In SQLite", 3.1: the rules in their order.
    private static string AffinityOf(string type)
    {
        return Has("INT") ? "INTEGER"
            : Has("CHAR") || Has("CLOB") || Has("TEXT") ? "TEXT"
            : Has("BLOB") || type.Length == 0 ? "BLOB"
            : Has("REAL") || Has("FLOA") || Has("DOUB") ? "REAL"
            : "NUMERIC";

        bool Has(string part) => type.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0;
    }
}
