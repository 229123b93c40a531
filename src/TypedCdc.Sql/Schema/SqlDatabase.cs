// The dialects that statements are written for. Compiled into the generator as well, so it knows neither TypedCdc's nor Roslyn's types.
namespace TypedCdc.Sql.Schema;

/// <summary>A database whose SQL is known here.</summary>
internal enum SqlDatabase
{
    /// <summary>PostgreSQL 13 and later.</summary>
    Postgres,

    /// <summary>SQLite 3.35 and later.</summary>
    Sqlite,

    /// <summary>CrateDB 5 and later.</summary>
    CrateDb,

    /// <summary>Amazon Redshift.</summary>
    Redshift,

    /// <summary>MySQL 8.0.17, MariaDB 10.2, and later.</summary>
    MySql,
}
