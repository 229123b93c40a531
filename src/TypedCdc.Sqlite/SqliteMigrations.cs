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
        var mayChange = tables.Migrations != MigrationMode.Validate;
        if (mayChange)
        {
            connection.Execute(CreateModels);
            var present = PresentColumns(connection, "cdc_models").ConvertAll(static column => column.Name);
            foreach (var column in ((string[])["horizon", "snapshot", "swept"]).Except(present, StringComparer.Ordinal))
            {
                connection.Execute($"ALTER TABLE \"cdc_models\" ADD COLUMN {SqlName.Quote(column)} INTEGER");
            }
        }

        foreach (var table in tables.Tables)
        {
            var plan = MigrationPlan.Make(Rules, table, Present(connection, table.Sql));
            var steps = plan.Allow(tables.Migrations);
            if (steps.Count > 0)
            {
                logger.LogInformation("Migrating the table '{Table}' of the SQLite database:\n{Plan}", table.Name, plan.ToString());
                foreach (var step in steps)
                {
                    connection.Execute(step);
                }

                ReportLacking(connection, table, plan, logger);
            }

            if (mayChange)
            {
                MigrateTies(connection, table);
            }

            if (!mayChange)
            {
                RequireOwnTables(connection, table);
            }

            RegisterRevision(connection, table);
        }
    }

    /// <summary>Whether the table of revisions is there; without it, nothing is known of other workers.</summary>
    public static bool HasModels(SqliteConnection connection) => connection.Query("SELECT 1 FROM sqlite_master WHERE name = 'cdc_models'").Count > 0;

    /// <summary>The columns of a table; none where it is not there.</summary>
    public static List<PresentColumn> PresentColumns(SqliteConnection connection, string table) =>
        connection.Query("SELECT name, type, \"notnull\", pk, dflt_value IS NOT NULL FROM pragma_table_info(?1)", table)
            .ConvertAll(static row => new PresentColumn(row[0]!, row[1]!, row[2] == "0", int.Parse(row[3]!, System.Globalization.CultureInfo.InvariantCulture), row[4] == "1"));

    /// <summary>A table and its view.</summary>
    public static PresentTable Present(SqliteConnection connection, SqlTable table) => new(
        PresentColumns(connection, SqlName.OfTable(table.Name)),
        connection.Query("SELECT c.name FROM pragma_table_info(?1) AS c JOIN sqlite_master AS m ON m.name = ?1 WHERE m.type = 'view'", table.Name).ConvertAll(static row => row[0]!),
        connection.Query("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?1", SqlName.OfTable(table.Name)).ConvertAll(static row => row[0]!));

    /// <summary>Makes the table of ties, or adds the columns that it lacks: what is in it is settled in a moment.</summary>
    public static void MigrateTies(SqliteConnection connection, TargetTable table)
    {
        var statements = new SqliteStatements(table.Sql);
        connection.Execute(statements.CreateTies);
        var present = connection.Query("SELECT name FROM pragma_table_info(?1)", SqlName.OfTable(table.Name) + "_ties").ConvertAll(static row => row[0]!);
        foreach (var column in table.Sql.Columns.Where(column => !present.Contains(column.Name, StringComparer.Ordinal)))
        {
            connection.Execute($"ALTER TABLE {statements.TiesTable} ADD COLUMN {SqlStatements.ColumnDefinition(SqlDatabase.Sqlite, column)}");
        }
    }

    private static void RequireOwnTables(SqliteConnection connection, TargetTable table)
    {
        var plan = HasModels(connection) ? "" : CreateModels + ";\n";
        plan += PresentColumns(connection, SqlName.OfTable(table.Name) + "_ties").Count == 0 ? new SqliteStatements(table.Sql).CreateTies + ";\n" : "";
        if (plan.Length > 0)
        {
            throw new SchemaDriftException($"Tables of the sink's own for '{table.Name}' are missing, and its MigrationMode is Validate.\n{plan}", plan);
        }
    }

    private static void ReportLacking(SqliteConnection connection, TargetTable table, MigrationPlan plan, ILogger logger)
    {
        if (plan.CreatesTable || plan.AddedColumns.Count == 0)
        {
            return;
        }

        var rows = connection.Query($"SELECT count(*) FROM {SqlName.Quote(table.Name)}")[0][0];
        if (rows != "0")
        {
            logger.LogWarning(
                "{Rows} rows of '{Table}' were written before the columns {Columns} were added and are NULL in them until their items change. "
                + "'typedcdc load' fills them from a scan of the DynamoDB table.",
                rows, table.Name, string.Join(", ", plan.AddedColumns));
        }
    }

    private static void RegisterRevision(SqliteConnection connection, TargetTable table)
    {
        var known = connection.Query(SelectRevisions, table.Name) is [[{ } revisions, ..]] ? revisions : null;
        var registered = ModelRevisions.Add(known, table);
        if (!string.Equals(known, registered, StringComparison.Ordinal))
        {
            connection.Query("INSERT INTO \"cdc_models\" (\"name\", \"revisions\") VALUES (?1, ?2) ON CONFLICT (\"name\") DO UPDATE SET \"revisions\" = excluded.\"revisions\"", table.Name, registered);
        }
    }
}
