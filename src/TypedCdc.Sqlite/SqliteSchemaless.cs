using Microsoft.Extensions.Logging;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>Makes tables without a model and adds their columns, inside a transaction that holds SQLite's write lock.</summary>
internal static class SqliteSchemaless
{
    /// <summary>A table has at most 2,000 columns (SQLite documentation, "Limits In SQLite"); those of the sink's own are five in its table of ties.</summary>
    public const int MaximumColumns = 2000 - 5;

    /// <summary>Makes the table as wide as is wanted, or as another worker has made it.</summary>
    /// <exception cref="SchemaDriftException">The table is kept in another way than it was, or is not there and may not be made.</exception>
    public static SchemalessShape Open(SqliteConnection connection, SchemalessShape wanted, MigrationMode migrations, ILogger logger)
    {
        var rules = SqliteMigrations.Rules;
        var mayAdd = migrations is MigrationMode.AddOnly or MigrationMode.Widen;
        if (mayAdd)
        {
            foreach (var step in SqliteMigrations.PlanModels(connection))
            {
                connection.Execute(step);
            }

            connection.Execute(SchemalessRegistration.Create);
        }

        var present = SqliteMigrations.Present(connection, wanted.ToTarget(0, ValueLimits.None).Sql);
        wanted.RequireTable(rules, present, mayAdd);
        var shape = wanted.Meet(Find(connection, wanted.SqlName), present.Columns, rules.OwnColumns.Select(static column => column.Name), MaximumColumns, mayAdd);
        if (shape.Refusal is null && !mayAdd)
        {
            shape = shape.As(connection.Query("SELECT \"revisions\" FROM \"cdc_models\" WHERE \"name\" = ?1", shape.SqlName) is [[{ } revision]] ? revision : null);
        }

        if (shape.Refusal is not null || migrations == MigrationMode.Off)
        {
            return shape;
        }

        var table = shape.ToTarget(0, ValueLimits.None);
        var plan = MigrationPlan.Make(rules, table, present);
        plan.AddOwn(SqliteMigrations.PlanTies(connection, table.Sql));
        var steps = plan.Allow(migrations);
        if (steps.Count > 0)
        {
            logger.LogInformation("Migrating the table '{Table}' of the SQLite database:\n{Plan}", table.Name, plan.ToString());
            SqliteSteps.Run(connection, steps);
        }

        if (mayAdd)
        {
            Register(connection, shape, plan.CreatesTable);
        }

        return shape;
    }

    private static SchemalessRegistration? Find(SqliteConnection connection, string name) =>
        connection.Query("SELECT 1 FROM sqlite_master WHERE name = 'cdc_schemaless'").Count > 0
            && connection.Query("SELECT \"table_name\", \"kind\", \"keys\" FROM \"cdc_schemaless\" WHERE \"name\" = ?1", name) is [[{ } tableName, { } kind, { } keys]]
                ? SchemalessRegistration.Parse(tableName, kind, keys)
                : null;

    private static void Register(SqliteConnection connection, SchemalessShape shape, bool isNew)
    {
        var registration = SchemalessRegistration.Of(shape);
        connection.Query(
            "INSERT INTO \"cdc_schemaless\" (\"name\", \"table_name\", \"kind\", \"keys\") VALUES (?1, ?2, ?3, ?4) ON CONFLICT (\"name\") " + (isNew ? SchemalessRegistration.Replace : "DO NOTHING"),
            shape.SqlName, registration.TableName, registration.Kind, registration.KeysText);

        // Only the newest: another one than a worker's own is enough for it to look again.
        connection.Query(
            "INSERT INTO \"cdc_models\" (\"name\", \"revisions\") VALUES (?1, ?2) ON CONFLICT (\"name\") DO UPDATE SET \"revisions\" = excluded.\"revisions\"", shape.SqlName, shape.Schema.Revision);
    }
}
