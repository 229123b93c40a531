using System.Globalization;
using Microsoft.Extensions.Logging;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>
/// Creates and evolves the tables of a database. Runs inside one transaction that holds SQLite's write lock: of several workers that start at once, one does it, and the
/// others find it done.
/// </summary>
internal sealed class SqliteMigrations() : MigrationRules(SqlDatabase.Sqlite)
{
    /// <summary>
    /// The revisions that a table (1) has known; up to when it has forgotten removed items, in µs, NULL where it forgot none; and the
    /// time of its newest whole snapshot, in µs, and up to which the rows were removed that are not in one.
    /// </summary>
    public const string SelectRevisions = "SELECT \"revisions\", \"horizon\", \"snapshot\", \"swept\" FROM \"cdc_models\" WHERE \"name\" = ?1";

    /// <summary>Makes the table of revisions.</summary>
    public const string CreateModels = "CREATE TABLE IF NOT EXISTS \"cdc_models\" (\"name\" TEXT NOT NULL PRIMARY KEY, \"revisions\" TEXT NOT NULL, \"horizon\" INTEGER, \"snapshot\" INTEGER, \"swept\" INTEGER)";

    /// <summary>SQLite's rules.</summary>
    public static readonly SqliteMigrations Rules = new();

    public override IReadOnlyList<(string Name, string Definition)> OwnColumns { get; } =
        [.. SqliteStatements.ImageColumns.Select(static name => (name, SqlName.Quote(name) + " INTEGER"))];

    /// <summary>Makes every table fit its model, as far as the mode allows.</summary>
    /// <exception cref="SchemaDriftException">It does not allow enough, or the worker's model is older than the table's.</exception>
    public static void Run(SqliteConnection connection, TableSet tables, ILogger logger)
    {
        if (tables.Migrations == MigrationMode.Off)
        {
            RequirePresent(connection, tables);
            return;
        }

        var plan = new SinkPlan(tables.Migrations);
        if (tables.Tables.Count > 0)
        {
            plan.AddOwn(PlanModels(connection));
        }

        foreach (var table in tables.Tables)
        {
            // Before anything is changed: an older model would take the newer one's columns out of the view.
            ModelRevisions.Add(Revisions(connection, table), table);
            var one = MigrationPlan.Make(Rules, table, Present(connection, table.Sql));
            one.AddOwn(PlanTies(connection, table.Sql));
            plan.Add(one);
        }

        plan.Allow();
        foreach (var step in plan.Own)
        {
            connection.Execute(step);
        }

        foreach (var one in plan.Tables)
        {
            if (one.Statements.Count > 0)
            {
                logger.LogInformation("Migrating the table '{Table}' of the SQLite database:\n{Plan}", one.Table.Name, one.ToString());
                SqliteSteps.Run(connection, one.Statements);
            }

            if (one.AddedColumns.Count > 0
                && long.Parse(connection.Query($"SELECT count(*) FROM {SqlName.Quote(one.Table.Name)}")[0][0]!, CultureInfo.InvariantCulture) is > 0 and var rows)
            {
                LackingRows.Report(logger, one.Table.Name, one.AddedColumns, rows);
            }

            RegisterRevision(connection, one.Table);
        }
    }

    /// <summary>What the table of revisions lacks.</summary>
    public static List<string> PlanModels(SqliteConnection connection)
    {
        var present = PresentColumns(connection, "cdc_models").ConvertAll(static column => column.Name);
        return present.Count == 0 ? [CreateModels + ";"]
            : [.. ((string[])["horizon", "snapshot", "swept"]).Except(present, StringComparer.Ordinal).Select(static column => $"ALTER TABLE \"cdc_models\" ADD COLUMN {SqlName.Quote(column)} INTEGER;")];
    }

    /// <summary>What the table of ties lacks: itself, or columns.</summary>
    public static List<string> PlanTies(SqliteConnection connection, SqlTable table)
    {
        var statements = new SqliteStatements(table);
        var present = PresentColumns(connection, SqlName.OfTable(table.Name) + "_ties").ConvertAll(static column => column.Name);
        return present.Count == 0 ? [statements.CreateTies + ";"]
            : [.. table.Columns.Where(column => !present.Contains(column.Name, StringComparer.Ordinal))
                .Select(column => $"ALTER TABLE {statements.TiesTable} ADD COLUMN {SqlStatements.ColumnDefinition(SqlDatabase.Sqlite, column)};")];
    }

    /// <summary>Whether the table of revisions is there; without it, nothing is known of other workers.</summary>
    public static bool HasModels(SqliteConnection connection) => connection.Query("SELECT 1 FROM sqlite_master WHERE name = 'cdc_models'").Count > 0;

    /// <summary>The columns of a table; none where it is not there.</summary>
    public static List<PresentColumn> PresentColumns(SqliteConnection connection, string table) =>
        connection.Query("SELECT name, type, \"notnull\", pk, dflt_value IS NOT NULL FROM pragma_table_info(?1)", table)
            .ConvertAll(static row => new PresentColumn(row[0]!, row[1]!, row[2] == "0", int.Parse(row[3]!, CultureInfo.InvariantCulture), row[4] == "1"));

    /// <summary>A table with its view and what users have put on that.</summary>
    public static PresentTable Present(SqliteConnection connection, SqlTable table)
    {
        // A view is the sink's when it reads the sink's table. Names are compared as SQLite does.
        var own = SqlName.Quote(SqlName.OfTable(table.Name));
        var inPlace = connection.Query("SELECT type, sql FROM sqlite_master WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view', 'index')", table.Name) is [[{ } type, var sql]]
            && !(type == "view" && sql?.Contains(own, StringComparison.OrdinalIgnoreCase) == true)
                ? type
                : null;
        return new(
            PresentColumns(connection, SqlName.OfTable(table.Name)),
            inPlace is not null ? [] : connection.Query("SELECT c.name FROM pragma_table_info(?1) AS c JOIN sqlite_master AS m ON m.name = ?1 WHERE m.type = 'view'", table.Name).ConvertAll(static row => row[0]!),
            connection.Query("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?1", SqlName.OfTable(table.Name)).ConvertAll(static row => row[0]!))
        {
            InPlaceOfView = inPlace,
            OnView = connection.Query("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 ORDER BY name", table.Name).ConvertAll(static row => new PresentAddition(row[0]! + ";", null)),
        };
    }

    private static void RequirePresent(SqliteConnection connection, TableSet tables)
    {
        var missing = new List<(string Name, string Create)>();
        if (tables.Tables.Count > 0)
        {
            Require("cdc_models", CreateModels);
        }

        foreach (var table in tables.Tables)
        {
            Require(SqlName.OfTable(table.Name), string.Join('\n', MigrationPlan.Make(Rules, table, new([], [], [])).Statements));
            Require(SqlName.OfTable(table.Name) + "_ties", new SqliteStatements(table.Sql).CreateTies);
        }

        SinkPlan.RequirePresent(missing);

        void Require(string name, string create)
        {
            if (PresentColumns(connection, name).Count == 0)
            {
                missing.Add((name, create));
            }
        }
    }

    private static string? Revisions(SqliteConnection connection, TargetTable table) =>
        HasModels(connection) && connection.Query("SELECT \"revisions\" FROM \"cdc_models\" WHERE \"name\" = ?1", table.Name) is [[{ } revisions]] ? revisions : null;

    private static void RegisterRevision(SqliteConnection connection, TargetTable table)
    {
        var known = Revisions(connection, table);
        var registered = ModelRevisions.Add(known, table);
        if (!string.Equals(known, registered, StringComparison.Ordinal))
        {
            connection.Query("INSERT INTO \"cdc_models\" (\"name\", \"revisions\") VALUES (?1, ?2) ON CONFLICT (\"name\") DO UPDATE SET \"revisions\" = excluded.\"revisions\"", table.Name, registered);
        }
    }
}
