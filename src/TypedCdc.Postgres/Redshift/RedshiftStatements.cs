using System.Text;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>
/// The statements that write one table of Redshift: into a temporary table of the session, and from there, with the table locked, what is newer into the table. Rows are matched by
/// <c>cdc_key</c>, whose last character is no blank: Redshift would take <c>'a'</c> and <c>'a '</c> for one key.
/// </summary>
internal sealed class RedshiftStatements
{
    private readonly TableStatements _table;
    private readonly RedshiftDialect _dialect;
    private readonly SqlColumnShape[] _model;
    private readonly string _stageName;
    private readonly string _tiesStageName;
    private readonly string _distribution; // of the temporary tables, so that rows which match stand on one slice

    public RedshiftStatements(TableStatements table)
    {
        _table = table;
        _dialect = (RedshiftDialect)table.Dialect;
        _model = [.. table.InsertOrder.Select(column => table.Shaped(table.Target.Sql.Columns[column]))];
        var revision = table.Target.Revision;
        var name = (table.Target.Schema is null ? "" : table.Target.Schema + "_") + SqlName.OfTable(table.Target.Name) + "_" + revision[..Math.Min(8, revision.Length)];
        _stageName = _dialect.Quote(SqlName.Fit(name + "_stage"));
        _tiesStageName = _dialect.Quote(SqlName.Fit(name + "_same"));
        _distribution = _model[0].Type == ColumnType.Binary ? "" : $"\nDISTKEY ({_dialect.Quote(_model[0].Name)})";
    }

    /// <summary>The columns of the stage, in the order of a row's values: place, whether it is a further change of the same time, key, the model's, the sink's.</summary>
    public IReadOnlyList<string> StageColumns => ["\"cdc_ord\"", "\"cdc_tie\"", "\"cdc_key\"", .. Model, .. Own];

    public IReadOnlyList<SqlColumnShape> ModelColumns => _model;

    public string Stage => _stageName;

    public string Lock => $"LOCK {_table.Name}";

    /// <summary>Makes the temporary tables: the rows of a write, and those of them that share the time of the table's row.</summary>
    public IReadOnlyList<string> CreateStages => [.. new[] { _stageName, _tiesStageName }.Select(CreateStage)];

    /// <summary>Empties them. Not by TRUNCATE, which would commit.</summary>
    public IReadOnlyList<string> ClearStages => [$"DELETE FROM {_stageName}", $"DELETE FROM {_tiesStageName}"];

    /// <summary>Begins the statement that stages rows; their values follow.</summary>
    public string InsertStage => $"INSERT INTO {_stageName} ({List(StageColumns)})\nVALUES ";

    /// <summary>From the stage goes what is older than the table's row,</summary>
    public string DeleteOlder => $"DELETE FROM {_stageName} USING {_table.Name}\nWHERE {SameKey(_stageName, Target)} AND {TimeOf(_stageName)} < {TimeOf(Target)}";

    /// <summary>The places of rows of the stage that are older than a time (1: the first 19 characters of its version) and of items that the table does not have.</summary>
    public string SelectAbsent => $"SELECT s.\"cdc_ord\" FROM {_stageName} AS s LEFT JOIN {_table.Name} AS t ON {SameKey("s", "t")}\nWHERE t.\"cdc_key\" IS NULL AND {TimeOf("s")} < {Text(1)}";

    /// <summary>From the stage goes what is older than a time (1).</summary>
    public string DeleteBefore => $"DELETE FROM {_stageName} WHERE {_dialect.TimeOf("\"cdc_ver\"")} < {Text(1)}";

    /// <summary>From the stage go the rows at some places.</summary>
    public string DeletePlaces(IEnumerable<int> places) => $"DELETE FROM {_stageName} WHERE \"cdc_ord\" IN ({string.Join(", ", places)})";

    /// <summary>and aside what is of its time, or of the time of another row of the stage.</summary>
    public IReadOnlyList<string> SetTiesAside =>
    [
        $"INSERT INTO {_tiesStageName} ({List(StageColumns)})\nSELECT {List(StageColumns.Select(static column => "s." + column))}\nFROM {_stageName} AS s LEFT JOIN {_table.Name} AS t ON {SameKey("s", "t")}\nWHERE s.\"cdc_tie\" OR {TimeOf("s")} = {TimeOf("t")}",
        $"DELETE FROM {_stageName} USING {_tiesStageName}\nWHERE {_stageName}.\"cdc_ord\" = {_tiesStageName}.\"cdc_ord\"",
    ];

    /// <summary>What is left has one row a key, newer than the table's.</summary>
    public string Merge => $"""
        MERGE INTO {_table.Name} USING {_stageName} AS s
        ON {SameKey(Target, "s")}
        WHEN MATCHED THEN UPDATE SET
            {List(Others.Zip(OtherValues("s"), static (column, value) => $"{column} = {value}").Concat(Own.Select(static column => $"{column} = s.{column}")).Append("\"cdc_ties\" = 0"), ",\n    ")}
        WHEN NOT MATCHED THEN INSERT ({List([.. Model, .. Own, "\"cdc_key\"", "\"cdc_ties\""])})
        VALUES ({List([.. ModelValues("s"), .. Own.Select(static column => "s." + column), "s.\"cdc_key\"", "0"])})
        """;

    /// <summary>Of those aside goes what the table's row is already, or what is of another time than the row that came out of the merge.</summary>
    public string DeleteSettled => $"DELETE FROM {_tiesStageName} USING {_table.Name}\nWHERE {SameKey(_tiesStageName, Target)} AND ({TimeOf(_tiesStageName)} <> {TimeOf(Target)} OR {_tiesStageName}.\"cdc_ver\" = {Target}.\"cdc_ver\")";

    /// <summary>How many different changes are left of the time of their row.</summary>
    public string CountTies => $"SELECT count(*) FROM {_tiesStageName}";

    /// <summary>Remembers the rows that the table has, unless they were chosen from the remembered ones; then those aside.</summary>
    public IReadOnlyList<string> Remember =>
    [
        InsertTies(
            $"SELECT {List([.. Model.Select(static column => "t." + column), "t.\"cdc_deleted_at\"", "COALESCE(t.\"cdc_old\", (-9223372036854775807 - 1))", "COALESCE(t.\"cdc_new\", 0)", "t.\"cdc_ver\"", "t.\"cdc_key\""])}\n"
            + $"FROM {_table.Name} AS t JOIN (SELECT DISTINCT \"cdc_key\" FROM {_tiesStageName}) AS k ON t.\"cdc_key\" = k.\"cdc_key\"\n"
            + $"LEFT JOIN {_table.Ties} AS m ON {SameChange("m", "t")}\nWHERE COALESCE(t.\"cdc_ties\", 0) = 0 AND m.\"cdc_key\" IS NULL"),
        InsertTies(
            $"SELECT {List([.. ModelValues("s"), "s.\"cdc_deleted_at\"", "s.\"cdc_old\"", "s.\"cdc_new\"", "s.\"cdc_ver\"", "s.\"cdc_key\""])}\n"
            + $"FROM {_tiesStageName} AS s LEFT JOIN {_table.Ties} AS m ON {SameChange("m", "s")}\nWHERE m.\"cdc_key\" IS NULL"),
    ];

    /// <summary>All that is remembered of the items and times of those aside: key, version, images.</summary>
    public string SelectTies => $"""
        SELECT m."cdc_key", m."cdc_ver", m."cdc_old", m."cdc_new"
        FROM {_table.Ties} AS m JOIN (SELECT DISTINCT s."cdc_key", {TimeOf("s")} AS cdc_time FROM {_tiesStageName} AS s) AS k ON m."cdc_key" = k."cdc_key" AND {TimeOf("m")} = k.cdc_time
        """;

    /// <summary>Makes a remembered change (key 1, version 2, images 3 and 4) the row, under a version (5), unless the row was chosen from as many (6).</summary>
    public string TakeTie => $"""
        UPDATE {_table.Name} SET
            {List([.. Others.Concat(["\"cdc_deleted_at\"", "\"cdc_old\"", "\"cdc_new\""]).Select(static column => $"{column} = m.{column}"), $"\"cdc_ver\" = {Text(5)}", $"\"cdc_ties\" = {Number(6)}"], ",\n    ")}
        FROM {_table.Ties} AS m
        WHERE m."cdc_key" = {Text(1)} AND m."cdc_ver" = {Text(2)} AND m."cdc_old" = {Number(3)} AND m."cdc_new" = {Number(4)}
            AND {Target}."cdc_key" = m."cdc_key" AND COALESCE({Target}."cdc_ties", 0) < {Number(6)}
        """;

    /// <summary>Forgets what is remembered at times that are past for the rows just merged.</summary>
    public string ForgetTies => $"DELETE FROM {_table.Ties} USING {_stageName}\nWHERE {_table.TiesAlias}.\"cdc_key\" = {_stageName}.\"cdc_key\" AND {TimeOf(_table.TiesAlias)} < {TimeOf(_stageName)}";

    private IEnumerable<string> Model => _model.Select(column => _dialect.Quote(column.Name));

    private IEnumerable<string> Others => _model.Skip(_table.Target.Keys.Length).Select(column => _dialect.Quote(column.Name));

    private static IReadOnlyList<string> Own { get; } = ["\"cdc_deleted_at\"", "\"cdc_old\"", "\"cdc_new\"", "\"cdc_ver\""];

    // MERGE, UPDATE and DELETE take no alias for their target: its columns go by the table's own name.
    private string Target => _dialect.Quote(SqlName.OfTable(_table.Target.Name));

    private IEnumerable<string> ModelValues(string alias) => _model.Select(column => _dialect.FromStage(column.DeclaredType, $"{alias}.{_dialect.Quote(column.Name)}"));

    private IEnumerable<string> OtherValues(string alias) => ModelValues(alias).Skip(_table.Target.Keys.Length);

    private string CreateStage(string name) => new StringBuilder("CREATE TEMP TABLE IF NOT EXISTS ").Append(name).Append(" (\n    \"cdc_ord\" INTEGER NOT NULL,\n    \"cdc_tie\" BOOLEAN NOT NULL,\n    \"cdc_key\" ")
        .Append(_dialect.JoinedKeyType).Append(" NOT NULL,\n")
        .AppendJoin("", _model.Select(column => $"    {_dialect.Quote(column.Name)} {_dialect.StageColumnType(column.DeclaredType)},\n"))
        .Append("    \"cdc_deleted_at\" BIGINT,\n    \"cdc_old\" BIGINT NOT NULL,\n    \"cdc_new\" BIGINT NOT NULL,\n    \"cdc_ver\" ").Append(_dialect.VersionType).Append(" NOT NULL\n)")
        .Append(_distribution).ToString();

    private string InsertTies(string select) => $"INSERT INTO {_table.Ties} ({List([.. Model, "\"cdc_deleted_at\"", "\"cdc_old\"", "\"cdc_new\"", "\"cdc_ver\"", "\"cdc_key\""])})\n{select}";

    // The partition key beside cdc_key: rows are then joined where they stand.
    private string SameKey(string left, string right)
    {
        var key = $"{left}.\"cdc_key\" = {right}.\"cdc_key\"";
        var partition = _dialect.Quote(_model[0].Name);
        return _distribution.Length == 0 ? key : $"{key} AND {left}.{partition} = {right}.{partition}";
    }

    private static string SameChange(string remembered, string other) =>
        $"{remembered}.\"cdc_key\" = {other}.\"cdc_key\" AND {remembered}.\"cdc_ver\" = {other}.\"cdc_ver\" AND {remembered}.\"cdc_old\" = COALESCE({other}.\"cdc_old\", (-9223372036854775807 - 1)) AND {remembered}.\"cdc_new\" = COALESCE({other}.\"cdc_new\", 0)";

    private string TimeOf(string alias) => _dialect.TimeOf(alias + ".\"cdc_ver\"");

    private string Text(int number) => $"CAST({_dialect.Parameter(number)} AS VARCHAR(8192))";

    private string Number(int number) => $"CAST({_dialect.Parameter(number)} AS BIGINT)";

    private static string List(IEnumerable<string> columns, string separator = ", ") => string.Join(separator, columns);
}
