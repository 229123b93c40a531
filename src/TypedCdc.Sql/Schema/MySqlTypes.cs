// The column types of MySQL and MariaDB. Compiled into the generator and into TypedCdc.MySql as well.
namespace TypedCdc.Sql.Schema;

/// <summary>From what a column holds to the type it is declared with in MySQL and MariaDB.</summary>
internal static class MySqlTypes
{
    /// <summary>The type of <c>cdc_ver</c>: ASCII, compared bytewise.</summary>
    public const string Version = "VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin";

    /// <summary>
    /// Compared bytewise and without padding: most collations ignore case, and all others but these two ignore trailing spaces. Each server reads only the comment
    /// that is meant for it.
    /// </summary>
    public const string Collation = "CHARACTER SET utf8mb4 COLLATE /*M!100200 utf8mb4_nopad_bin *//*!80017 utf8mb4_0900_bin */";

    // An index takes 3,072 bytes. The one of ties holds two key columns of up to 1,408 bytes, a version of 152 and two images of 8.
    private const string KeyText = "VARCHAR(352) " + Collation;
    private const string KeyBinary = "VARBINARY(1408)";

    /// <summary>The declared type of a column.</summary>
    /// <param name="type">What it holds.</param>
    /// <param name="isKey">Whether it is part of a key, which has a limited length.</param>
    public static string Get(SqlColumnType type, bool isKey) => type switch
    {
        SqlColumnType.Text when isKey => KeyText,
        SqlColumnType.Binary when isKey => KeyBinary,
        SqlColumnType.Boolean => "BOOLEAN",
        SqlColumnType.Int16 => "SMALLINT",
        SqlColumnType.Int32 => "INT",
        SqlColumnType.Int64 => "BIGINT",

        // DECIMAL has 65 digits, 30 of them behind the point, and rounds what has more without an error. A number of DynamoDB reaches from 1E-130 to 9.9E+125.
        SqlColumnType.Numeric => "VARCHAR(176) CHARACTER SET ascii COLLATE ascii_bin",

        // The text protocol shows a FLOAT with 6 digits.
        SqlColumnType.Single or SqlColumnType.Double => "DOUBLE",
        SqlColumnType.Binary => "LONGBLOB",
        SqlColumnType.Guid => "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin",

        // Not TIMESTAMP, which is converted to the session's time zone and ends in 2038.
        SqlColumnType.Timestamp => "DATETIME(6)",
        SqlColumnType.Date => "DATE",
        SqlColumnType.Time => "TIME(6)",
        SqlColumnType.Interval => "VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin",

        // Documents are text, too: MySQL's JSON turns numbers of more than 17 digits into binary floating-point ones, and MariaDB's refuses more than 32 levels.
        _ => "LONGTEXT " + Collation,
    };
}
