// The table of types: what a column is declared as in each dialect.
using System;

namespace TypedCdc.Sql.Schema;

/// <summary>From what a column holds to the type it is declared with.</summary>
internal static class SqlColumnTypes
{
    /// <summary>The declared type of a column.</summary>
    public static string Get(SqlDatabase database, SqlColumnType type)
    {
        switch (database)
        {
            case SqlDatabase.Postgres:
                return Postgres(type);
            case SqlDatabase.Sqlite:
                return Sqlite(type);
            case SqlDatabase.CrateDb:
                return CrateDb(type);
            case SqlDatabase.Redshift:
                return Redshift(type);
            case SqlDatabase.MySql:
                return MySqlTypes.Get(type, isKey: false);
            default:
                throw new ArgumentOutOfRangeException(nameof(database));
        }
    }

    private static string Postgres(SqlColumnType type) => type switch
    {
        SqlColumnType.Text => "text",
        SqlColumnType.Boolean => "boolean",
        SqlColumnType.Int16 => "smallint",
        SqlColumnType.Int32 => "integer",
        SqlColumnType.Int64 => "bigint",
        SqlColumnType.Numeric => "numeric",
        SqlColumnType.Single => "real",
        SqlColumnType.Double => "double precision",
        SqlColumnType.Binary => "bytea",
        SqlColumnType.Guid => "uuid",
        SqlColumnType.Timestamp => "timestamptz",
        SqlColumnType.Date => "date",
        SqlColumnType.Time => "time",
        SqlColumnType.Interval => "interval",
        SqlColumnType.Json => "jsonb",
        SqlColumnType.TextArray => "text[]",
        SqlColumnType.Int64Array => "bigint[]",
        SqlColumnType.NumericArray => "numeric[]",
        SqlColumnType.DoubleArray => "double precision[]",
        SqlColumnType.BinaryArray => "bytea[]",
        SqlColumnType.Overflow => "jsonb",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    // TEXT for exact numbers: NUMERIC, DECIMAL and INTEGER affinity all turn big ones into REAL (SQLite documentation, "Datatypes In SQLite", 3).
    private static string Sqlite(SqlColumnType type) => type switch
    {
        SqlColumnType.Boolean or SqlColumnType.Int16 or SqlColumnType.Int32 or SqlColumnType.Int64 => "INTEGER",
        SqlColumnType.Single or SqlColumnType.Double => "REAL",
        SqlColumnType.Binary => "BLOB",
        _ => "TEXT",
    };

    // DATE, TIME and INTERVAL cannot be stored in CrateDB, and NUMERIC needs a scale that DynamoDB's numbers do not have (CrateDB reference, "Data types").
    private static string CrateDb(SqlColumnType type) => type switch
    {
        SqlColumnType.Boolean => "BOOLEAN",
        SqlColumnType.Int16 => "SMALLINT",
        SqlColumnType.Int32 => "INTEGER",
        SqlColumnType.Int64 => "BIGINT",
        SqlColumnType.Single => "REAL",
        SqlColumnType.Double => "DOUBLE PRECISION",
        SqlColumnType.Timestamp => "TIMESTAMP WITH TIME ZONE",
        SqlColumnType.Json => "OBJECT(DYNAMIC)",
        SqlColumnType.TextArray or SqlColumnType.NumericArray or SqlColumnType.BinaryArray => "ARRAY(TEXT)",
        SqlColumnType.Int64Array => "ARRAY(BIGINT)",
        SqlColumnType.DoubleArray => "ARRAY(DOUBLE PRECISION)",
        SqlColumnType.Overflow => "OBJECT(IGNORED)",
        _ => "TEXT",
    };

    // TEXT would mean VARCHAR(256), and NUMERIC needs a scale (Amazon Redshift developer guide, "Data types"). A number's text has at most 170 characters.
    private static string Redshift(SqlColumnType type) => type switch
    {
        SqlColumnType.Text => "VARCHAR(65535)",
        SqlColumnType.Boolean => "BOOLEAN",
        SqlColumnType.Int16 => "SMALLINT",
        SqlColumnType.Int32 => "INTEGER",
        SqlColumnType.Int64 => "BIGINT",
        SqlColumnType.Numeric => "VARCHAR(256)",
        SqlColumnType.Single => "REAL",
        SqlColumnType.Double => "DOUBLE PRECISION",
        SqlColumnType.Binary => "VARBYTE(1024000)",
        SqlColumnType.Guid => "VARCHAR(36)",
        SqlColumnType.Timestamp => "TIMESTAMPTZ",
        SqlColumnType.Date => "DATE",
        SqlColumnType.Time => "TIME",
        SqlColumnType.Interval => "VARCHAR(32)",
        _ => "SUPER",
    };
}
