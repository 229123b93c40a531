using System.Globalization;
using System.Text;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>The statements that write one table.</summary>
internal sealed class SqliteStatements
{
    /// <summary>From which image to which the row's change led: hashes, for telling which of two changes at the same time was the later one.</summary>
    public static readonly string[] ImageColumns = ["cdc_old", "cdc_new"];

    private readonly SqlTable _table;
    private readonly string[] _keys;
    private readonly string[] _columns; // in the order of their parameters

    public SqliteStatements(SqlTable table)
    {
        _table = table;
        _keys = [.. table.Keys.Select(static key => SqlName.Quote(key.Name))];
        _columns = [.. table.Columns.Select(static column => SqlName.Quote(column.Name)), SqlName.Quote(SqlName.Version), SqlName.Quote(SqlName.DeletedAt),
            .. ImageColumns.Select(SqlName.Quote)];
        Table = SqlName.Quote(SqlName.OfTable(table.Name));
        TiesTable = SqlName.Quote(SqlName.OfTable(table.Name) + "_ties");
    }

    /// <summary>The table's name, quoted.</summary>
    public string Table { get; }

    /// <summary>The name of the table of ties, quoted.</summary>
    public string TiesTable { get; }

    /// <summary>
    /// The guarded upsert of a row or a tombstone: cells in column order, version, time of removal, images. By time alone: rows of the same time are
    /// for <see cref="SqliteTies"/>. A version is less than a time exactly where its own time is: after equal times it is the longer text.
    /// </summary>
    public string Upsert => Insert(Table, " AS t").Append("\nON CONFLICT (").AppendJoin(", ", _keys).Append(") DO UPDATE SET\n    ")
        .AppendJoin(",\n    ", _columns.Except(_keys, StringComparer.Ordinal).Select(static column => $"{column} = excluded.{column}"))
        .Append("\nWHERE t.\"cdc_ver\" < substr(excluded.\"cdc_ver\", 1, 19)").ToString();

    /// <summary>The version of a key's row.</summary>
    public string Version => $"SELECT \"cdc_ver\" FROM {Table} WHERE {IsKey}";

    /// <summary>The table of ties: every different change of an item at the time of its row, where there are several.</summary>
    public string CreateTies
    {
        get
        {
            var text = new StringBuilder("CREATE TABLE IF NOT EXISTS ").Append(TiesTable).Append(" (\n");
            foreach (var column in _table.Columns)
            {
                text.Append("    ").Append(SqlStatements.ColumnDefinition(SqlDatabase.Sqlite, column)).Append(",\n");
            }

            return text.Append("    \"cdc_ver\" TEXT NOT NULL,\n    \"cdc_deleted_at\" INTEGER,\n    \"cdc_old\" INTEGER,\n    \"cdc_new\" INTEGER,\n    \"cdc_id\" INTEGER PRIMARY KEY,\n    UNIQUE (")
                .AppendJoin(", ", _keys).Append(", \"cdc_old\", \"cdc_new\")\n)").ToString();
        }
    }

    /// <summary>Forgets what was remembered of an item at another time.</summary>
    public string ForgetOlderTies => $"DELETE FROM {TiesTable} WHERE {IsKey} AND substr(\"cdc_ver\", 1, 19) <> ?{_keys.Length + 1}";

    /// <summary>Whether anything is remembered.</summary>
    public string AnyTie => $"SELECT 1 FROM {TiesTable} LIMIT 1";

    /// <summary>Remembers the row that the table has, unless that came from the remembered ones.</summary>
    public string RememberPresent =>
        $"INSERT INTO {TiesTable} ({List(_columns)}) SELECT {List(_columns)} FROM {Table} WHERE {IsKey} AND NOT EXISTS (SELECT 1 FROM {TiesTable} WHERE {IsKey})";

    /// <summary>Remembers a change; one that came before is remembered under its newest version.</summary>
    public string RememberTie => Insert(TiesTable, " AS t").Append("\nON CONFLICT (").AppendJoin(", ", _keys)
        .Append(", \"cdc_old\", \"cdc_new\") DO UPDATE SET \"cdc_ver\" = max(t.\"cdc_ver\", excluded.\"cdc_ver\")").ToString();

    /// <summary>What is remembered of an item, by version: id, version, images.</summary>
    public string Ties => $"SELECT \"cdc_id\", \"cdc_ver\", \"cdc_old\", \"cdc_new\" FROM {TiesTable} WHERE {IsKey} ORDER BY \"cdc_ver\", \"cdc_old\", \"cdc_new\"";

    /// <summary>Makes a remembered change (2) the row, under a version (1).</summary>
    public string TakeTie
    {
        get
        {
            var others = _columns.Except([.. _keys, "\"cdc_ver\""], StringComparer.Ordinal).ToArray();
            return $"""
                UPDATE {Table} AS t SET ({List(["\"cdc_ver\"", .. others])}) = (SELECT {List(["?1", .. others])} FROM {TiesTable} WHERE "cdc_id" = ?2)
                FROM {TiesTable} AS tie
                WHERE tie."cdc_id" = ?2 AND {string.Join(" AND ", _keys.Select(static key => $"t.{key} = tie.{key}"))}
                    AND (t."cdc_ver" <> ?1 OR t."cdc_old" IS NOT tie."cdc_old" OR t."cdc_new" IS NOT tie."cdc_new")
                """;
        }
    }

    /// <summary>Remembers the time (2) of a table's (1) newest whole snapshot. Never goes back.</summary>
    public static string SetSnapshot => "UPDATE \"cdc_models\" SET \"snapshot\" = max(coalesce(\"snapshot\", ?2), ?2) WHERE \"name\" = ?1";

    /// <summary>Remembers that the rows were removed that are not in a table's (1) snapshot of a time (2).</summary>
    public static string SetSwept => "UPDATE \"cdc_models\" SET \"swept\" = ?2 WHERE \"name\" = ?1";

    /// <summary>Makes tombstones at a time (1) of some (5) rows whose versions are below that time's (2), with images (3, 4).</summary>
    public string Sweep => $"""
        UPDATE {Table} SET {string.Concat(_table.NonKeys.Select(static column => SqlName.Quote(column.Name) + " = NULL, "))}"cdc_ver" = ?2, "cdc_deleted_at" = ?1, "cdc_old" = ?3, "cdc_new" = ?4
        WHERE ({List(_keys)}) IN (SELECT {List(_keys)} FROM {Table} WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < ?2 LIMIT ?5)
        """;

    /// <summary>When the newest removal was made that the table knows.</summary>
    public string NewestTombstone => $"SELECT max(\"cdc_deleted_at\") FROM {Table} WHERE \"cdc_deleted_at\" IS NOT NULL";

    /// <summary>Remembers up to when (2) a table (1) has forgotten removed items. Never goes back.</summary>
    public static string SetHorizon => "UPDATE \"cdc_models\" SET \"horizon\" = max(coalesce(\"horizon\", ?2), ?2) WHERE \"name\" = ?1";

    /// <summary>Takes away some (2) tombstones that are older than a horizon (1).</summary>
    public string PurgeTombstones => $"""
        DELETE FROM {Table} WHERE ({List(_keys)}) IN (SELECT {List(_keys)} FROM {Table} WHERE "cdc_deleted_at" < ?1 AND "cdc_deleted_at" IS NOT NULL ORDER BY "cdc_deleted_at" LIMIT ?2)
        """;

    /// <summary>Takes away what is remembered at a time before a horizon (1: the first 19 characters of its version), unless it is the time of the item's row: that is what a late tie is decided with.</summary>
    public string PurgeTies => $"""
        DELETE FROM {TiesTable} WHERE substr("cdc_ver", 1, 19) < ?1 AND NOT EXISTS (
            SELECT 1 FROM {Table} AS t WHERE {string.Join(" AND ", _keys.Select(key => $"t.{key} = {TiesTable}.{key}"))} AND substr(t."cdc_ver", 1, 19) = substr({TiesTable}."cdc_ver", 1, 19))
        """;

    private string IsKey => string.Join(" AND ", _keys.Select(static (key, i) => string.Create(CultureInfo.InvariantCulture, $"{key} = ?{i + 1}")));

    private StringBuilder Insert(string table, string alias) => new StringBuilder("INSERT INTO ").Append(table).Append(alias).Append(" (").AppendJoin(", ", _columns)
        .Append(")\nVALUES (").AppendJoin(", ", _columns.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"?{i + 1}"))).Append(')');

    private static string List(IEnumerable<string> columns) => string.Join(", ", columns);
}
