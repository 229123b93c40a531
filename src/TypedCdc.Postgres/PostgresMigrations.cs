using Microsoft.Extensions.Logging;
using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>Creates and evolves the tables of a database. Of several workers that start at once one does it, under an advisory lock, and the others find it done.</summary>
internal sealed class PostgresMigrations() : MigrationRules(SqlDatabase.Postgres)
{
    /// <summary>
    /// The revisions that a table (1) has known; up to when it has forgotten removed items, in µs, NULL where it forgot none; and the time of its newest whole snapshot, in µs.
    /// </summary>
    public const string SelectRevisions = "SELECT \"revisions\", \"horizon\", \"snapshot\" FROM \"cdc_models\" WHERE \"name\" = $1";

    /// <summary>The table of revisions, quoted.</summary>
    public const string Models = "\"cdc_models\"";

    /// <summary>Lets one worker migrate at a time, until its transaction ends.</summary>
    public const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('typedcdc migrations', 0))";

    /// <summary>Makes the table of revisions.</summary>
    public const string CreateModels = "CREATE TABLE IF NOT EXISTS \"cdc_models\" (\"name\" text PRIMARY KEY, \"revisions\" text NOT NULL, \"horizon\" bigint, \"snapshot\" bigint, \"swept\" bigint)";

    /// <summary>PostgreSQL's rules.</summary>
    public static readonly PostgresMigrations Rules = new();

    // What holds all that another holds (PostgreSQL documentation, "Numeric Types").
    private static readonly string[] Integers = ["smallint", "integer", "bigint", "numeric"];
    private static readonly string[] Floats = ["real", "double precision"];

    public override IReadOnlyList<(string Name, string Definition)> OwnColumns { get; } = [("cdc_old", "\"cdc_old\" bigint"), ("cdc_new", "\"cdc_new\" bigint")];

    public override string? OwnType(string column) => column == SqlName.Version ? "text" : "bigint";

    public override bool AppendsToViews => true;

    public override string Normalize(string type) => PostgresTypeName.InCatalogue(type);

    public override bool IsWider(string present, string declared) =>
        IsAbove(Integers, present, declared) || IsAbove(Floats, present, declared) || PostgresTypeName.HoldsText(present, declared) || PostgresTypeName.HoldsNumbers(present, declared);

    public override string? Widen(string table, string column, string from, string to) =>
        IsAbove(Integers, to, from) || IsAbove(Floats, to, from) ? $"ALTER TABLE {table} ALTER COLUMN {column} TYPE {to}; -- rewrites the table"
        : PostgresTypeName.HoldsText(to, from) ? $"ALTER TABLE {table} ALTER COLUMN {column} TYPE {to}; -- in the catalogue only"
        : PostgresTypeName.HoldsNumbers(to, from)
            ? $"ALTER TABLE {table} ALTER COLUMN {column} TYPE {to}; -- {(to == "numeric" || PostgresTypeName.ScaleOf(to) == PostgresTypeName.ScaleOf(from) ? "in the catalogue only" : "rewrites the table")}"
        : null;

    public override string? DropNotNull(string table, string column) => $"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL; -- in the catalogue only";

    public override string? Retype(string table, string column, string to) => $"ALTER TABLE {table} ALTER COLUMN {column} TYPE {to} USING {column}::{to};";

    public override string? CreateSchema(string schema) => $"CREATE SCHEMA IF NOT EXISTS {SqlName.Quote(schema)};";

    public override string? CreateIndexBeside(SqlTable table, SqlIndex index) =>
        SqlStatements.CreateIndex(SqlDatabase.Postgres, table, index)!.Replace("CREATE INDEX IF NOT EXISTS", "CREATE INDEX CONCURRENTLY IF NOT EXISTS", StringComparison.Ordinal);

    public override string CreateView(SqlTable table, IEnumerable<string> columns) =>
        $"CREATE OR REPLACE VIEW {ViewName(table)} AS\nSELECT {string.Join(", ", columns.Select(SqlName.Quote))}\nFROM {TableName(table)}\nWHERE {SqlName.Quote(SqlName.DeletedAt)} IS NULL;";

    /// <summary>Makes every table fit its model, as far as the mode allows.</summary>
    /// <exception cref="SchemaDriftException">It does not allow enough, or the worker's model is older than the table's.</exception>
    /// <exception cref="TableInUseException">Others use a table that has to be changed: to be tried again later.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, TableSet tables, TimeSpan lockTimeout, ILogger logger, CancellationToken cancellationToken)
    {
        await RequireOwnSchemaAsync(connection, tables, cancellationToken);
        if (tables.Migrations == MigrationMode.Off)
        {
            await RequirePresentAsync(connection, tables, cancellationToken);
            await KeyColumns.RequireDistinctAsync(connection, tables, cancellationToken);
            return;
        }

        var plan = new SinkPlan(tables.Migrations);
        await using (var migration = await PostgresMigration.BeginAsync(connection, lockTimeout, cancellationToken))
        {
            if (tables.Tables.Count > 0)
            {
                plan.AddOwn(await PlanModelsAsync(connection, cancellationToken));
            }

            foreach (var table in tables.Tables)
            {
                // Before anything is changed: an older model would take the newer one's columns out of the view.
                ModelRevisions.Add(await RevisionsAsync(connection, table, cancellationToken), table);
                var one = MigrationPlan.Make(Rules, table, await PostgresCatalogue.TableAsync(connection, table.Sql, cancellationToken));
                one.AddOwn(await PlanTiesAsync(connection, table.Sql, cancellationToken));
                plan.Add(one);
            }

            plan.Allow();
            await migration.ApplyAsync(null, plan.Own, cancellationToken);
            foreach (var one in plan.Tables)
            {
                if (one.Statements.Count + one.Indexes.Count > 0)
                {
                    logger.LogInformation("Migrating the table '{Table}' of the PostgreSQL database:\n{Plan}", one.Table.Name, one.ToString());
                    await migration.ApplyAsync(one.Table.Sql, one.Statements, cancellationToken);
                }

                await RegisterRevisionAsync(connection, one.Table, cancellationToken);
            }

            // Before the end of the transaction: what is refused leaves nothing behind.
            await KeyColumns.RequireDistinctAsync(connection, tables, cancellationToken);
            await migration.CommitAsync(cancellationToken);
        }

        foreach (var one in plan.Tables)
        {
            await PostgresIndexes.MakeAsync(connection, one.Table.Sql, one.Indexes, logger, cancellationToken);
        }

        // Behind the locks: counting a big table takes its time.
        foreach (var one in plan.Tables.Where(static one => one.AddedColumns.Count > 0))
        {
            await using var count = new NpgsqlCommand($"SELECT count(*) FROM {Rules.TableName(one.Table.Sql)} WHERE \"cdc_deleted_at\" IS NULL", connection) { CommandTimeout = 0 };
            if (await count.ExecuteScalarAsync(cancellationToken) is long and > 0 and var rows)
            {
                LackingRows.Report(logger, one.Table.Name, one.AddedColumns, rows);
            }
        }
    }

    /// <summary>
    /// Names without a schema are found anywhere on the search_path, but created in its first schema. A table of another tenant that is found there must not be written.
    /// </summary>
    private static async Task RequireOwnSchemaAsync(NpgsqlConnection connection, TableSet tables, CancellationToken cancellationToken)
    {
        var names = tables.Tables.Where(static table => table.Schema is null).Select(static table => Rules.TableName(table.Sql)).Append(Models).ToArray();
        await using var command = new NpgsqlCommand(
            """
            SELECT n.nspname, c.relname, current_schema()
            FROM unnest($1::text[]) AS u(name) JOIN pg_class AS c ON c.oid = to_regclass(u.name) JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname IS DISTINCT FROM current_schema() LIMIT 1
            """,
            connection)
        { Parameters = { new() { Value = names } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            var (found, table, own) = (reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2));
            throw new CdcConfigurationException(
                own is null
                    ? $"The connection's search_path has no schema that exists. Create it, or name an existing schema: Search Path=… in the connection string."
                    : $"The table '{table}' exists in the schema '{found}', which the connection's search_path contains behind '{own}'. The PostgreSQL sink keeps its tables in the first schema, '{own}', and "
                        + $"would write those of '{found}'. Connect with Search Path={own} alone, or set SqlSchema on the model.");
        }
    }

    /// <summary>What the table of ties lacks: itself, or columns, or their width.</summary>
    public static async Task<List<string>> PlanTiesAsync(NpgsqlConnection connection, SqlTable table, CancellationToken cancellationToken)
    {
        var statements = new PostgresStatements(table);
        var present = (await PostgresCatalogue.ColumnsAsync(connection, statements.Ties, cancellationToken)).ToDictionary(static column => column.Name, StringComparer.Ordinal);
        if (present.Count == 0)
        {
            return [statements.CreateTies + ";"];
        }

        var steps = table.Columns.Where(column => !present.ContainsKey(column.Name)).Select(static column => "ADD COLUMN " + SqlStatements.ColumnDefinition(SqlDatabase.Postgres, column)).ToList();
        if (steps.Count > 0)
        {
            steps = [$"ALTER TABLE {statements.Ties} {string.Join(", ", steps)};"];
        }

        // A table that was widened has ties as wide: what does not fit there would be taken for a row that the server refuses.
        foreach (var column in table.Columns)
        {
            if (present.TryGetValue(column.Name, out var tied)
                && Rules.Normalize(Rules.TypeOf(column)) is var wanted
                && !string.Equals(tied.Type, wanted, StringComparison.OrdinalIgnoreCase)
                && Rules.Widen(statements.Ties, Rules.QuoteColumn(column.Name), tied.Type, wanted) is { } widening)
            {
                steps.Add(widening);
            }
        }

        return steps;
    }

    /// <summary>What the table of revisions lacks.</summary>
    public static async Task<List<string>> PlanModelsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var present = (await PostgresCatalogue.ColumnsAsync(connection, Models, cancellationToken)).ConvertAll(static column => column.Name);
        return present.Count == 0 ? [CreateModels + ";"]
            : [.. ((string[])["horizon", "snapshot", "swept"]).Except(present, StringComparer.Ordinal).Select(static column => $"ALTER TABLE {Models} ADD COLUMN {SqlName.Quote(column)} bigint;")];
    }

    private static async Task RequirePresentAsync(NpgsqlConnection connection, TableSet tables, CancellationToken cancellationToken)
    {
        var missing = new List<(string Name, string Create)>();
        if (tables.Tables.Count > 0)
        {
            await RequireAsync(Models, CreateModels);
        }

        foreach (var table in tables.Tables)
        {
            await RequireAsync(Rules.TableName(table.Sql), string.Join('\n', MigrationPlan.Make(Rules, table, new([], [], [])).Statements));
            var statements = new PostgresStatements(table.Sql);
            await RequireAsync(statements.Ties, statements.CreateTies);
        }

        SinkPlan.RequirePresent(missing);

        async Task RequireAsync(string name, string create)
        {
            if (!await PostgresCatalogue.ExistsAsync(connection, name, cancellationToken))
            {
                missing.Add((name, create));
            }
        }
    }

    private static bool IsAbove(string[] ascending, string above, string below)
    {
        var place = Array.IndexOf(ascending, below);
        return place >= 0 && Array.IndexOf(ascending, above) > place;
    }

    private static async Task<string?> RevisionsAsync(NpgsqlConnection connection, TargetTable table, CancellationToken cancellationToken)
    {
        if (!await PostgresCatalogue.ExistsAsync(connection, Models, cancellationToken))
        {
            return null;
        }

        await using var select = new NpgsqlCommand($"SELECT \"revisions\" FROM {Models} WHERE \"name\" = $1", connection) { Parameters = { new() { Value = Rules.TableName(table.Sql) } } };
        return (string?)await select.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task RegisterRevisionAsync(NpgsqlConnection connection, TargetTable table, CancellationToken cancellationToken)
    {
        var known = await RevisionsAsync(connection, table, cancellationToken);
        var registered = ModelRevisions.Add(known, table);
        if (!string.Equals(known, registered, StringComparison.Ordinal))
        {
            await using var insert = new NpgsqlCommand(
                $"INSERT INTO {Models} (\"name\", \"revisions\") VALUES ($1, $2) ON CONFLICT (\"name\") DO UPDATE SET \"revisions\" = excluded.\"revisions\"", connection)
            { Parameters = { new() { Value = Rules.TableName(table.Sql) }, new() { Value = registered } } };
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Runs a statement.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
