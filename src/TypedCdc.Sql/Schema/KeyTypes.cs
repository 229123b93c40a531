// Which declared types of a key column keep different keys apart. Two keys that become one value make the database refuse whole writes (SQLSTATE 21000).
using System;

namespace TypedCdc.Sql.Schema;

/// <summary>The types that a key column can be declared with. Every two keys that DynamoDB tells apart must be two values of the column.</summary>
internal static class KeyTypes
{
    // Types whose values have several spellings, or that round: "007" and "7" become one value.
    private static readonly string[] NotText =
    [
        "CITEXT", "UUID", "SMALLINT", "INT", "INT2", "INT4", "INT8", "INTEGER", "BIGINT", "NUMERIC", "DECIMAL", "REAL", "FLOAT", "FLOAT4", "FLOAT8", "DOUBLE PRECISION", "DOUBLE", "MONEY",
        "BOOLEAN", "BOOL", "DATE", "TIME", "TIMETZ", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "JSON", "JSONB", "XML", "INET", "CIDR", "MACADDR", "NAME",
    ];

    private static readonly string[] Integers = ["SMALLINT", "INT", "INT2", "INT4", "INT8", "INTEGER", "BIGINT"];

    /// <summary>Why the type does not keep keys apart; null where it does, or where nothing is known of it.</summary>
    /// <param name="database">The dialect.</param>
    /// <param name="column">What the key holds.</param>
    /// <param name="declared">The type in the dialect's words.</param>
    public static string? FaultOf(SqlDatabase database, SqlColumnType column, string declared)
    {
        var text = declared.Trim().ToUpperInvariant();
        var parenthesis = text.IndexOf('(');
        var name = (parenthesis < 0 ? text : text.Substring(0, parenthesis)).Trim();
        var arguments = parenthesis < 0 ? null : text.Substring(parenthesis + 1).Split(')')[0];
        return database == SqlDatabase.Sqlite ? FaultInSqlite(column, text)
            : column == SqlColumnType.Text ? FaultOfText(database, name, arguments)
            : IsFloat(name) && IsExact(column) ? $"{declared} rounds numbers"
            : column == SqlColumnType.Numeric && (Array.IndexOf(Integers, name) >= 0 || name == "MONEY" || (arguments is not null && database == SqlDatabase.Postgres)) ? $"{declared} rounds numbers"
            : column == SqlColumnType.Timestamp && (name is "DATE" or "TIME" || (arguments is not null && database == SqlDatabase.Postgres)) ? $"{declared} rounds times"
            : null;
    }

    private static string? FaultOfText(SqlDatabase database, string name, string? arguments) => name switch
    {
        "CITEXT" => "citext ignores case",
        "CHAR" or "CHARACTER" or "BPCHAR" or "NCHAR" => "char ignores blanks at the end",
        // The other dialects' values are measured before they are written.
        "VARCHAR" or "CHARACTER VARYING" when arguments is not null && database == SqlDatabase.Postgres => "varchar(n) cuts longer keys",
        _ => Array.IndexOf(NotText, name) >= 0 ? $"{name.ToLowerInvariant()} has one value for several texts" : null,
    };

    // SQLite documentation, "Datatypes In SQLite", 3.1 and 7: the affinity by the type's name, and collations.
    private static string? FaultInSqlite(SqlColumnType column, string text)
    {
        if (text.Contains("NOCASE") || text.Contains("RTRIM"))
        {
            return "the collation ignores case or blanks";
        }

        var isInteger = text.Contains("INT");
        var isText = !isInteger && (text.Contains("CHAR") || text.Contains("CLOB") || text.Contains("TEXT"));
        var isBlob = !isInteger && !isText && (text.Contains("BLOB") || text.Length == 0);
        return isText || isBlob || (isInteger && column is SqlColumnType.Int16 or SqlColumnType.Int32 or SqlColumnType.Int64) || !(IsExact(column) || column == SqlColumnType.Text) ? null
            : column == SqlColumnType.Text ? "a numeric affinity has one value for several texts"
            : column == SqlColumnType.Numeric || text.Contains("REAL") || text.Contains("FLOA") || text.Contains("DOUB") ? "the affinity rounds numbers" : null;
    }

    private static bool IsFloat(string name) => name is "REAL" or "FLOAT" or "FLOAT4" or "FLOAT8" or "DOUBLE PRECISION" or "DOUBLE";

    private static bool IsExact(SqlColumnType column) => column is SqlColumnType.Int16 or SqlColumnType.Int32 or SqlColumnType.Int64 or SqlColumnType.Numeric;
}
