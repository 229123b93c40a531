using System.Text;
using TypedCdc.Sql;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>
/// The statements that write one table. Rows travel by COPY into a temporary table of the session, and from there in one statement into the table: PostgreSQL takes
/// them faster so than by any other way that keeps a guard.
/// </summary>
internal sealed partial class PostgresStatements
{
    /// <summary>The columns of the sink's own behind the model's, in the order of the COPY.</summary>
    private static readonly string[] OwnColumns = ["\"cdc_ver\"", "\"cdc_deleted_at\"", "\"cdc_old\"", "\"cdc_new\""];

    private readonly SqlTable _table;
    private readonly string[] _keys;
    private readonly string[] _columns;

    public PostgresStatements(SqlTable table)
    {
        _table = table;
        _keys = [.. table.Keys.Select(static key => SqlName.Quote(key.Name))];
        _columns = [.. table.Columns.Select(static column => SqlName.Quote(column.Name)), .. OwnColumns];
        Table = SqlName.Quote(table.Schema, SqlName.OfTable(table.Name));
        Ties = SqlName.Quote(table.Schema, SqlName.Fit(SqlName.OfTable(table.Name) + "_ties"));
        Stage = "pg_temp." + SqlName.Quote(SqlName.Fit((table.Schema is null ? "" : table.Schema + "_") + SqlName.OfTable(table.Name) + "_stage"));
    }

    /// <summary>The table, quoted.</summary>
    public string Table { get; }

    /// <summary>The table of ties, quoted.</summary>
    public string Ties { get; }

    /// <summary>The temporary table, quoted.</summary>
    public string Stage { get; }

    /// <summary>Makes the temporary table; its rows end with each transaction.</summary>
    public string CreateStage => new StringBuilder("CREATE TEMP TABLE IF NOT EXISTS ").Append(Stage["pg_temp.".Length..]).Append(" (\n    \"cdc_ord\" integer NOT NULL,\n    \"cdc_tie\" boolean NOT NULL,\n")
        .AppendJoin("", _table.Columns.Select(static column => $"    {SqlName.Quote(column.Name)} {StageType(column)},\n"))
        .Append("    \"cdc_ver\" text COLLATE \"C\" NOT NULL,\n    \"cdc_deleted_at\" bigint,\n    \"cdc_old\" bigint NOT NULL,\n    \"cdc_new\" bigint NOT NULL\n) ON COMMIT DELETE ROWS").ToString();

    /// <summary>Begins the COPY: ordinal, whether it is a further change of the same time, cells in column order, version, time of removal, images.</summary>
    public string Copy => $"COPY {Stage} (\"cdc_ord\", \"cdc_tie\", {List(_columns)}) FROM STDIN (FORMAT BINARY)";

    /// <summary>Begins a COPY into the table itself, for rows whose keys are not there: cells in column order, version, time of removal, images.</summary>
    public string CopyNew => $"COPY {Table} ({List(_columns)}) FROM STDIN (FORMAT BINARY)";

    /// <summary>Whether every column has the type that rows are written with.</summary>
    public bool CanCopyNew => _table.Columns.All(static column => !column.IsGivenIn(SqlDatabase.Postgres));

    /// <summary>
    /// Writes the staged rows, in key order, so that two writers never wait for each other in a circle. By time alone: rows of the same time are ties.
    /// </summary>
    public string Upsert => $"""
        INSERT INTO {Table} AS t ({List(_columns)})
        SELECT {Values("s")}
        FROM {Stage} AS s
        WHERE NOT s."cdc_tie"
        ORDER BY s."cdc_ord"
        {OnConflict}
        """;

    /// <summary>As <see cref="Upsert"/>, and tells how many rows were written and how many of them are tombstones: what the number of rows alone does not say.</summary>
    public string UpsertAndCount => $"WITH written AS (\n{Upsert}\nRETURNING t.\"cdc_deleted_at\")\nSELECT count(*), count(\"cdc_deleted_at\") FROM written";

    /// <summary>Whether the table's columns have the very types of the temporary table's: rows are written in those, and only a statement converts them.</summary>
    public string HasTypesOfStage => $"""
        SELECT NOT EXISTS (
            SELECT 1 FROM pg_attribute AS s JOIN pg_attribute AS t USING (attname)
            WHERE s.attrelid = to_regclass($1) AND t.attrelid = to_regclass($2) AND s.attnum > 0 AND t.attnum > 0 AND (s.atttypid <> t.atttypid OR t.attgenerated <> ''))
        """;

    /// <summary>
    /// The staged rows that are of the same time as the table's row, but another change, with that row locked. By LATERAL, so that the planner, which knows nothing
    /// of the temporary table's size, looks each key up instead of reading the table.
    /// </summary>
    public string FindTies => $"""
        SELECT s."cdc_ord"
        FROM {Stage} AS s
        CROSS JOIN LATERAL (SELECT t."cdc_ver" FROM {Table} AS t WHERE {SameKey("t")} FOR UPDATE) AS present
        WHERE left(present."cdc_ver", 19) = left(s."cdc_ver", 19) AND present."cdc_ver" <> s."cdc_ver"
        ORDER BY s."cdc_ord"
        """;

    /// <summary>The table of ties: every different change of an item at the time of its row, where there are several.</summary>
    public string CreateTies => new StringBuilder("CREATE TABLE IF NOT EXISTS ").Append(Ties).Append(" (\n")
        .AppendJoin("", _table.Columns.Select(static column => $"    {SqlStatements.ColumnDefinition(SqlDatabase.Postgres, column)},\n"))
        .Append("    \"cdc_ver\" text COLLATE \"C\" NOT NULL,\n    \"cdc_deleted_at\" bigint,\n    \"cdc_old\" bigint,\n    \"cdc_new\" bigint,\n")
        .Append("    \"cdc_id\" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    UNIQUE (").AppendJoin(", ", _keys).Append(", \"cdc_old\", \"cdc_new\")\n)").ToString();

    /// <summary>Forgets what is remembered of items whose row is of a newer time now.</summary>
    public string ForgetSettledTies => $"""DELETE FROM {Ties} AS x USING {Stage} AS s WHERE {SameKey("x")} AND left(x."cdc_ver", 19) < left(s."cdc_ver", 19)""";

    /// <summary>Lets the table's constraints look at a staged row (1), whose key is there, without writing it.</summary>
    public string TryTie => $"""
        INSERT INTO {Table} ({List(_columns)})
        SELECT {Values("s")} FROM {Stage} AS s WHERE s."cdc_ord" = $1
        ON CONFLICT ({List(_keys)}) DO NOTHING
        """;

    /// <summary>Remembers the row that the table has for a staged row's (1) key, unless that came from the remembered ones.</summary>
    public string RememberPresent => $"""
        INSERT INTO {Ties} ({List(_columns)})
        SELECT {List(_columns.Select(static column => "t." + column))}
        FROM {Stage} AS s JOIN {Table} AS t ON {SameKey("t")}
        WHERE s."cdc_ord" = $1 AND NOT EXISTS (SELECT 1 FROM {Ties} AS x WHERE {SameKey("x")})
        """;

    /// <summary>Remembers a staged row (1); one that came before is remembered under its newest version.</summary>
    public string RememberTie => $"""
        INSERT INTO {Ties} AS x ({List(_columns)})
        SELECT {Values("s")} FROM {Stage} AS s WHERE s."cdc_ord" = $1
        ON CONFLICT ({List(_keys)}, "cdc_old", "cdc_new") DO UPDATE SET "cdc_ver" = greatest(x."cdc_ver", excluded."cdc_ver")
        """;

    /// <summary>What is remembered of a staged row's (1) item, by version.</summary>
    public string SelectTies => $"""
        SELECT x."cdc_id", x."cdc_ver", x."cdc_old", x."cdc_new" FROM {Stage} AS s JOIN {Ties} AS x ON {SameKey("x")}
        WHERE s."cdc_ord" = $1
        ORDER BY x."cdc_ver", x."cdc_old", x."cdc_new"
        """;

    /// <summary>Makes a remembered change (2) the row, under a version (1).</summary>
    public string TakeTie
    {
        get
        {
            var others = _columns.Except([.. _keys, "\"cdc_ver\""], StringComparer.Ordinal).ToArray();
            return $"""
                UPDATE {Table} AS t SET "cdc_ver" = $1, {List(others.Select(static column => $"{column} = x.{column}"))}
                FROM {Ties} AS x
                WHERE x."cdc_id" = $2 AND {string.Join(" AND ", _keys.Select(static key => $"t.{key} = x.{key}"))}
                    AND (t."cdc_ver" <> $1 OR t."cdc_old" IS DISTINCT FROM x."cdc_old" OR t."cdc_new" IS DISTINCT FROM x."cdc_new")
                """;
        }
    }

    /// <summary>
    /// Of the staged rows that are older than a horizon (1: the first 19 characters of its version), takes out those whose items are not there; and all that are older than a whole snapshot (2):
    /// an item that was in it has a newer row, any other was gone by then, whatever tombstone it has.
    /// </summary>
    public string TakeOutOld => $"""
        DELETE FROM {Stage} AS s
        WHERE left(s."cdc_ver", 19) < $2 OR (left(s."cdc_ver", 19) < $1 AND NOT EXISTS (SELECT 1 FROM {Table} AS t WHERE {SameKey("t")}))
        RETURNING s."cdc_ord"
        """;

    /// <summary>Makes tombstones at a time (1) of some (5) rows whose versions are below that time's (2), with images (3, 4). Waits for no writer.</summary>
    public string Sweep => $"""
        UPDATE {Table} SET {string.Concat(_table.NonKeys.Select(static column => SqlName.Quote(column.Name) + " = NULL, "))}"cdc_ver" = $2, "cdc_deleted_at" = $1, "cdc_old" = $3, "cdc_new" = $4
        WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {Table} WHERE "cdc_deleted_at" IS NULL AND "cdc_ver" < $2 LIMIT $5 FOR UPDATE SKIP LOCKED))
        """;

    /// <summary>Whether there are still rows for <see cref="Sweep"/> below a version (1).</summary>
    public string HasUnswept => $"SELECT EXISTS (SELECT 1 FROM {Table} WHERE \"cdc_deleted_at\" IS NULL AND \"cdc_ver\" < $1)";

    /// <summary>When the newest removal was made that the table knows.</summary>
    public string NewestTombstone => $"SELECT max(\"cdc_deleted_at\") FROM {Table} WHERE \"cdc_deleted_at\" IS NOT NULL";

    /// <summary>
    /// Takes away some (2) tombstones that are older than a horizon (1). Waits for no writer: a tombstone that one is about to replace is no old one any more.
    /// </summary>
    public string PurgeTombstones => $"""
        DELETE FROM {Table} WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {Table} WHERE "cdc_deleted_at" < $1 AND "cdc_deleted_at" IS NOT NULL ORDER BY "cdc_deleted_at" LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    /// <summary>
    /// Takes away what is remembered at a time before a horizon (1: the first 19 characters of its version), unless it is the time of the item's row: that is what a late tie is decided with.
    /// </summary>
    public string PurgeTies => $"""
        DELETE FROM {Ties} WHERE ctid = ANY (ARRAY(
            SELECT x.ctid FROM {Ties} AS x WHERE left(x."cdc_ver", 19) < $1 AND NOT EXISTS (
                SELECT 1 FROM {Table} AS t WHERE {string.Join(" AND ", _keys.Select(static key => $"t.{key} = x.{key}"))} AND left(t."cdc_ver", 19) = left(x."cdc_ver", 19))
            FOR UPDATE OF x SKIP LOCKED))
        """;

    // A version begins with the 19 digits of its time and has more behind, so that it stands before another's 19 digits only where its time does: one call for the guard instead of two.
    private string OnConflict => $"""
        ON CONFLICT ({List(_keys)}) DO UPDATE SET
            {string.Join(",\n    ", _columns.Except(_keys, StringComparer.Ordinal).Select(static column => $"{column} = excluded.{column}"))}
        WHERE t."cdc_ver" < left(excluded."cdc_ver", 19)
        """;

    // As the model has it: a type of the user's own is made of it on the way into the table.
    private static string StageType(SqlColumn column) => SqlColumnTypes.Get(SqlDatabase.Postgres, column.Type);

    // A type that the user gave the column takes what fits it, and refuses the rest: it is assigned to text types, which then refuse to cut, and numbers and times
    // must come out of the cast as they went in.
    private static string Value(string alias, SqlColumn column)
    {
        var value = $"{alias}.{SqlName.Quote(column.Name)}";
        if (!column.IsGivenIn(SqlDatabase.Postgres) || PostgresTypeName.IsText(column.TypeIn(SqlDatabase.Postgres)))
        {
            return value;
        }

        var type = column.TypeIn(SqlDatabase.Postgres);
        return column.Type is SqlColumnType.Int16 or SqlColumnType.Int32 or SqlColumnType.Int64 or SqlColumnType.Numeric or SqlColumnType.Single or SqlColumnType.Double
            or SqlColumnType.Timestamp or SqlColumnType.Date or SqlColumnType.Time or SqlColumnType.Interval
            ? $"CASE WHEN ({value})::{type} IS DISTINCT FROM {value} THEN ('inexact ' || {alias}.\"cdc_ord\")::{type} ELSE ({value})::{type} END"
            : $"({value})::{type}";
    }

    private string Values(string alias) => List([.. _table.Columns.Select(column => Value(alias, column)), .. OwnColumns.Select(column => $"{alias}.{column}")]);

    private string SameKey(string alias) => string.Join(" AND ", _table.Keys.Select(key => $"{alias}.{SqlName.Quote(key.Name)} = {Value("s", key)}"));

    private static string List(IEnumerable<string> columns) => string.Join(", ", columns);
}
