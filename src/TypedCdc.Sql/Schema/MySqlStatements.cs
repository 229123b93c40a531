// The SQL that users see, in the words of MySQL and MariaDB.
using System.Collections.Generic;
using System.Linq;

namespace TypedCdc.Sql.Schema;

/// <summary>The statements of one table for MySQL 8.0.17 and MariaDB 10.2, and later.</summary>
internal static class MySqlStatements
{
    private const string Indent = "    ";
    private const string IsNewer = "VALUES(`cdc_ver`) > `cdc_ver`";

    /// <summary>The table and its view. Can be run again.</summary>
    public static string CreateTable(SqlTable table)
    {
        var lines = table.Columns.Select(ColumnDefinition)
            .Concat([Quote(SqlName.Version) + " " + MySqlTypes.Version + " NOT NULL", Quote(SqlName.DeletedAt) + " BIGINT", "PRIMARY KEY (" + List(table.Keys) + ")"]);
        return "CREATE TABLE IF NOT EXISTS " + Table(table) + " (\n" + Indent + string.Join(",\n" + Indent, lines) + "\n) ENGINE = InnoDB;\n\n" + CreateView(table);
    }

    /// <summary>The view alone.</summary>
    public static string CreateView(SqlTable table) =>
        "CREATE OR REPLACE VIEW " + Qualified(table.Schema, table.Name) + " AS\nSELECT " + List(table.Columns) + "\nFROM " + Table(table) + "\nWHERE " + Quote(SqlName.DeletedAt) + " IS NULL;";

    /// <summary>A column as CREATE TABLE and ADD COLUMN name it.</summary>
    public static string ColumnDefinition(SqlColumn column) =>
        Quote(column.Name) + " " + (column.Given?.For(SqlDatabase.MySql, column.Type) ?? MySqlTypes.Get(column.Type, column.Key != SqlKey.None)) + (column.Key == SqlKey.None ? "" : " NOT NULL");

    /// <summary>Writes one row, or its tombstone, unless the table has a newer one.</summary>
    public static string Write(SqlTable table, bool isTombstone)
    {
        var inserted = (isTombstone ? table.Keys : table.Columns).ToList();
        var deletedAt = isTombstone ? "CAST(substr(@" + SqlName.Version + ", 1, 19) AS SIGNED)" : "NULL";

        // MySQL assigns from left to right, and has no condition for the whole row: each column decides for itself, and the version comes last.
        var assigned = table.NonKeys.Select(column => Assign(Quote(column.Name), isTombstone ? "NULL" : null))
            .Concat([Assign(Quote(SqlName.DeletedAt), null), Assign(Quote(SqlName.Version), null)]);
        return "INSERT INTO " + Table(table) + " (" + string.Join(", ", inserted.Select(static column => Quote(column.Name)).Concat([Quote(SqlName.DeletedAt), Quote(SqlName.Version)])) + ")\n"
            + "VALUES (" + string.Join(", ", inserted.Select(static column => "@" + column.Parameter).Concat([deletedAt, "@" + SqlName.Version])) + ")\n"
            + "ON DUPLICATE KEY UPDATE\n" + Indent + string.Join(",\n" + Indent, assigned) + ";";
    }

    private static string Assign(string column, string? value) => column + " = IF(" + IsNewer + ", " + (value ?? "VALUES(" + column + ")") + ", " + column + ")";

    private static string Table(SqlTable table) => Qualified(table.Schema, SqlName.OfTable(table.Name));

    private static string Qualified(string? schema, string name) => schema is null ? Quote(name) : Quote(schema) + "." + Quote(name);

    private static string Quote(string identifier) => "`" + identifier.Replace("`", "``") + "`";

    private static string List(IEnumerable<SqlColumn> columns) => string.Join(", ", columns.Select(static column => Quote(column.Name)));
}
