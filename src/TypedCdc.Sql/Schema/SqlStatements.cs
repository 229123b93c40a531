// The SQL that users see: CREATE TABLE, one guarded upsert, one guarded tombstone. Written for reading, usable on its own.
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace TypedCdc.Sql.Schema;

/// <summary>The statements of one table. Parameters are named after the C# members, plus <c>@cdc_ver</c>, the version of the row.</summary>
internal static class SqlStatements
{
    private const string Indent = "    ";

    /// <summary>The table with its tombstone index, and the view that hides tombstones and the sink's own columns. Can be run again.</summary>
    public static string CreateTable(SqlDatabase database, SqlTable table)
    {
        if (database == SqlDatabase.MySql)
        {
            return MySqlStatements.CreateTable(table);
        }

        var text = new StringBuilder();
        var name = Table(database, table);
        text.Append("CREATE TABLE IF NOT EXISTS ").Append(name).Append(" (\n");
        foreach (var column in table.Columns)
        {
            text.Append(Indent).Append(ColumnDefinition(database, column)).Append(",\n");
        }

        text.Append(Indent).Append(VersionDefinition(database)).Append(",\n");
        text.Append(Indent).Append(SqlName.Quote(SqlName.DeletedAt)).Append(' ').Append(DeletedAtType(database)).Append(",\n");
        text.Append(Indent).Append("PRIMARY KEY (").Append(List(table.Keys)).Append(")\n)");
        text.Append(TableOptions(database, table)).Append(";\n\n");
        if (TombstoneIndex(database, table) is { } index)
        {
            text.Append(index).Append("\n\n");
        }

        foreach (var one in table.Indexes)
        {
            if (CreateIndex(database, table, one) is { } own)
            {
                text.Append(own).Append("\n\n");
            }
        }

        return text.Append(CreateView(database, table)).ToString();
    }

    /// <summary>The view alone: migrations make it anew when columns are added.</summary>
    public static string CreateView(SqlDatabase database, SqlTable table) =>
        (database == SqlDatabase.Sqlite ? "CREATE VIEW IF NOT EXISTS " : "CREATE OR REPLACE VIEW ") + Qualified(database, table, table.Name) + " AS\n"
        + "SELECT " + List(table.Columns) + "\n"
        + "FROM " + Table(database, table) + "\n"
        + "WHERE " + SqlName.Quote(SqlName.DeletedAt) + " IS NULL;";

    /// <summary>A column as CREATE TABLE and ADD COLUMN name it. Only keys are NOT NULL: a tombstone has nothing else.</summary>
    public static string ColumnDefinition(SqlDatabase database, SqlColumn column) =>
        SqlName.Quote(column.Name) + " " + column.TypeIn(database) + (column.Key == SqlKey.None ? "" : " NOT NULL");

    /// <summary>The index that finds tombstones to purge; null where the dialect has none. It is partial, so that ordinary updates do not touch it.</summary>
    public static string? TombstoneIndex(SqlDatabase database, SqlTable table)
    {
        if (database is SqlDatabase.CrateDb or SqlDatabase.Redshift)
        {
            return null;
        }

        var deletedAt = SqlName.Quote(SqlName.DeletedAt);
        return "CREATE INDEX IF NOT EXISTS " + SqlName.Quote(SqlName.OfTombstoneIndex(table.Name)) + "\n" + Indent + "ON " + Table(database, table) + " (" + deletedAt + ")\n" + Indent + "WHERE " + deletedAt + " IS NOT NULL;";
    }

    /// <summary>
    /// An index of the user's; null where the dialect has none (CrateDB indexes every column, Redshift sorts). Without tombstones, which have nothing in those
    /// columns; whoever reads the view finds the index.
    /// </summary>
    public static string? CreateIndex(SqlDatabase database, SqlTable table, SqlIndex index) => database is SqlDatabase.CrateDb or SqlDatabase.Redshift
        ? null
        : "CREATE INDEX IF NOT EXISTS " + SqlName.Quote(index.Name) + "\n" + Indent + "ON " + Table(database, table) + " ("
            + string.Join(", ", index.Columns.Select(SqlName.Quote)) + ")\n" + Indent + "WHERE " + SqlName.Quote(SqlName.DeletedAt) + " IS NULL;";

    /// <summary>Writes one row unless the table has a newer one.</summary>
    public static string Upsert(SqlDatabase database, SqlTable table) => Write(database, table, isTombstone: false);

    /// <summary>
    /// Writes the tombstone of one row unless the table has a newer row: the removal must be remembered, or an older change that arrives later would
    /// bring the row back. Takes the key's members and <c>@cdc_ver</c>.
    /// </summary>
    public static string Delete(SqlDatabase database, SqlTable table) => Write(database, table, isTombstone: true);

    private static string Write(SqlDatabase database, SqlTable table, bool isTombstone)
    {
        if (database == SqlDatabase.MySql)
        {
            return MySqlStatements.Write(table, isTombstone);
        }

        var version = new Assignment(SqlName.Quote(SqlName.Version), "@" + SqlName.Version);

        // The first 19 digits of the version are its microseconds.
        var deletedAt = new Assignment(
            SqlName.Quote(SqlName.DeletedAt),
            isTombstone ? "CAST(substr(@" + SqlName.Version + ", 1, 19) AS " + DeletedAtType(database) + ")" : "NULL");
        var inserted = (isTombstone ? table.Keys : table.Columns)
            .Select(column => new Assignment(SqlName.Quote(column.Name), Value(database, column)))
            .Concat([version, deletedAt])
            .ToList();
        return database == SqlDatabase.Redshift
            ? UpdateThenInsert(database, table, isTombstone, inserted, version, deletedAt)
            : InsertOnConflict(database, table, isTombstone, inserted);
    }

    private static string InsertOnConflict(SqlDatabase database, SqlTable table, bool isTombstone, List<Assignment> inserted)
    {
        var isCrate = database == SqlDatabase.CrateDb;
        var version = SqlName.Quote(SqlName.Version);
        var text = new StringBuilder("INSERT INTO ").Append(Table(database, table)).Append(isCrate ? " (" : " AS t (");
        text.Append(string.Join(", ", inserted.Select(static one => one.Column))).Append(")\nVALUES (");
        text.Append(string.Join(", ", inserted.Select(static one => one.Value))).Append(")\nON CONFLICT (").Append(List(table.Keys)).Append(") DO UPDATE SET\n");
        var updates = table.NonKeys.Select(column => SqlName.Quote(column.Name)).Select(column => new Assignment(column, isTombstone ? "NULL" : "excluded." + column))
            .Concat([new(version, "excluded." + version), new(SqlName.Quote(SqlName.DeletedAt), "excluded." + SqlName.Quote(SqlName.DeletedAt))]);

        // CrateDB has no WHERE on DO UPDATE: each column decides for itself, all by the version as it was before the statement.
        text.Append(string.Join(",\n", updates.Select(one => Indent + one.Column + " = "
            + (isCrate ? "CASE WHEN excluded." + version + " > " + version + " THEN " + one.Value + " ELSE " + one.Column + " END" : one.Value))));
        return text.Append(isCrate ? ";" : "\nWHERE t." + version + " < excluded." + version + ";").ToString();
    }

    // Redshift has no ON CONFLICT, and MERGE takes only a table as its source: lock, then update what is older, then insert what is absent.
    private static string UpdateThenInsert(
        SqlDatabase database, SqlTable table, bool isTombstone, List<Assignment> inserted, Assignment version, Assignment deletedAt)
    {
        var name = Table(database, table);
        var updates = table.NonKeys.Select(column => new Assignment(SqlName.Quote(column.Name), isTombstone ? "NULL" : Value(database, column)))
            .Concat([version, deletedAt]);
        var isThisRow = string.Join(" AND ", table.Keys.Select(column => SqlName.Quote(column.Name) + " = " + Value(database, column)));
        return "BEGIN;\n"
            + "LOCK " + name + ";\n"
            + "UPDATE " + name + " SET\n"
            + string.Join(",\n", updates.Select(static one => Indent + one.Column + " = " + one.Value)) + "\n"
            + "WHERE " + isThisRow + " AND " + version.Column + " < " + version.Value + ";\n"
            + "INSERT INTO " + name + " (" + string.Join(", ", inserted.Select(static one => one.Column)) + ")\n"
            + "SELECT " + string.Join(", ", inserted.Select(static one => one.Value)) + "\n"
            + "WHERE NOT EXISTS (SELECT 1 FROM " + name + " WHERE " + isThisRow + ");\n"
            + "COMMIT;";
    }

    // Documents travel as text.
    private static string Value(SqlDatabase database, SqlColumn column)
    {
        var parameter = "@" + column.Parameter;
        var isDocument = !column.IsGivenIn(database) && (column.Type is SqlColumnType.Json or SqlColumnType.Overflow);
        return database switch
        {
            SqlDatabase.Postgres when isDocument => "CAST(" + parameter + " AS jsonb)",
            SqlDatabase.CrateDb when isDocument => "CAST(" + parameter + " AS OBJECT)",
            SqlDatabase.Redshift when !column.IsGivenIn(database) && SqlColumnTypes.Get(database, column.Type) == "SUPER" => "JSON_PARSE(" + parameter + ")",
            _ => parameter,
        };
    }

    private static string VersionDefinition(SqlDatabase database) => SqlName.Quote(SqlName.Version) + database switch
    {
        SqlDatabase.Postgres => " text COLLATE \"C\" NOT NULL",
        SqlDatabase.Redshift => " VARCHAR(152) NOT NULL",
        _ => " TEXT NOT NULL",
    };

    private static string DeletedAtType(SqlDatabase database) => database switch
    {
        SqlDatabase.Postgres => "bigint",
        SqlDatabase.Sqlite => "INTEGER",
        _ => "BIGINT",
    };

    // Room on each page for the new version of a row beside the old one (heap-only tuples); rows of one partition key together.
    private static string TableOptions(SqlDatabase database, SqlTable table) => database switch
    {
        SqlDatabase.Postgres => " WITH (fillfactor = 80)",
        SqlDatabase.Redshift when table.Keys.All(static key => key.Type != SqlColumnType.Binary) =>
            "\nDISTKEY (" + SqlName.Quote(table.Keys[0].Name) + ")\nSORTKEY (" + List(table.Keys) + ")",
        _ => "",
    };

    private static string Table(SqlDatabase database, SqlTable table) => Qualified(database, table, SqlName.OfTable(table.Name));

    // A database file of SQLite has no schemas: the name alone stands for the table there, and two models that then meet are refused at start.
    private static string Qualified(SqlDatabase database, SqlTable table, string name) => SqlName.Quote(database == SqlDatabase.Sqlite ? null : table.Schema, name);

    private static string List(IReadOnlyList<SqlColumn> columns) => string.Join(", ", columns.Select(static column => SqlName.Quote(column.Name)));

    private readonly struct Assignment(string column, string value)
    {
        public string Column { get; } = column;

        public string Value { get; } = value;
    }
}
