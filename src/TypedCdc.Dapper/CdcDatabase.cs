namespace TypedCdc;

/// <summary>A database whose one-row statements the Dapper extensions know.</summary>
public enum CdcDatabase
{
    /// <summary>PostgreSQL 13 and later, through Npgsql.</summary>
    PostgreSql,

    /// <summary>SQLite 3.35 and later, through Microsoft.Data.Sqlite or System.Data.SQLite.</summary>
    Sqlite,
}
