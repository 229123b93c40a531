using Microsoft.Extensions.Logging;
using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>
/// Makes tables without a model and adds their columns. Of several workers one does it at a time, under the advisory lock of migrations, and sees what the one before it has done.
/// </summary>
internal static class PostgresSchemaless
{
    /// <summary>
    /// A table has at most 1,600 columns (PostgreSQL documentation, "PostgreSQL Limits"); those of the sink's own are six in its temporary table.
    /// </summary>
    public const int MaximumColumns = 1600 - 6;

    /// <summary>Makes the table as wide as is wanted, or as another worker has made it.</summary>
    /// <exception cref="SchemaDriftException">The table is kept in another way than it was, or is not there and may not be made.</exception>
    /// <exception cref="TableInUseException">Others use the table, which has to be changed: to be tried again later.</exception>
    public static async Task<SchemalessShape> OpenAsync(
        NpgsqlConnection connection, SchemalessShape wanted, MigrationMode migrations, TimeSpan lockTimeout, ILogger logger, CancellationToken cancellationToken)
    {
        var rules = PostgresMigrations.Rules;
        var mayAdd = migrations is MigrationMode.AddOnly or MigrationMode.Widen;
        var sql = wanted.ToTarget(0, ValueLimits.None).Sql;
        await using var migration = await PostgresMigration.BeginAsync(connection, lockTimeout, cancellationToken);
        if (mayAdd)
        {
            await migration.ApplyAsync(null, await PostgresMigrations.PlanModelsAsync(connection, cancellationToken), cancellationToken);
            await migration.ApplyAsync(null, [SchemalessRegistration.Create], cancellationToken);
        }

        var present = await PostgresCatalogue.TableAsync(connection, sql, cancellationToken);
        wanted.RequireTable(rules, present, mayAdd);
        var registered = await FindAsync(connection, rules.TableName(sql), cancellationToken);
        var shape = wanted.Meet(registered, present.Columns, rules.OwnColumns.Select(static column => column.Name), MaximumColumns, mayAdd);
        if (shape.Refusal is null && !mayAdd)
        {
            await using var revision = new NpgsqlCommand("SELECT \"revisions\" FROM \"cdc_models\" WHERE \"name\" = $1", connection) { Parameters = { new() { Value = rules.TableName(sql) } } };
            shape = shape.As((string?)await revision.ExecuteScalarAsync(cancellationToken));
        }

        if (shape.Refusal is null && migrations != MigrationMode.Off)
        {
            var table = shape.ToTarget(0, ValueLimits.None);
            var plan = MigrationPlan.Make(rules, table, present);
            plan.AddOwn(await PostgresMigrations.PlanTiesAsync(connection, table.Sql, cancellationToken));
            var steps = plan.Allow(migrations);
            if (steps.Count > 0)
            {
                logger.LogInformation("Migrating the table '{Table}' of the PostgreSQL database:\n{Plan}", table.Name, plan.ToString());
                await migration.ApplyAsync(table.Sql, steps, cancellationToken);
            }

            if (mayAdd)
            {
                await RegisterAsync(connection, rules.TableName(sql), shape, plan.CreatesTable, cancellationToken);
            }
        }

        await migration.CommitAsync(cancellationToken);
        return shape;
    }

    private static async Task<SchemalessRegistration?> FindAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using (var exists = new NpgsqlCommand("SELECT to_regclass('\"cdc_schemaless\"') IS NOT NULL", connection))
        {
            if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
            {
                return null;
            }
        }

        await using var command = new NpgsqlCommand("SELECT \"table_name\", \"kind\", \"keys\" FROM \"cdc_schemaless\" WHERE \"name\" = $1", connection) { Parameters = { new() { Value = name } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? SchemalessRegistration.Parse(reader.GetString(0), reader.GetString(1), reader.GetString(2)) : null;
    }

    private static async Task RegisterAsync(NpgsqlConnection connection, string name, SchemalessShape shape, bool isNew, CancellationToken cancellationToken)
    {
        var registration = SchemalessRegistration.Of(shape);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("INSERT INTO \"cdc_schemaless\" (\"name\", \"table_name\", \"kind\", \"keys\") VALUES ($1, $2, $3, $4) ON CONFLICT (\"name\") "
                    + (isNew ? SchemalessRegistration.Replace : "DO NOTHING"))
                {
                    Parameters = { new() { Value = name }, new() { Value = registration.TableName }, new() { Value = registration.Kind }, new() { Value = registration.KeysText } },
                },

                // Only the newest: another one than a worker's own is enough for it to look again.
                new("INSERT INTO \"cdc_models\" (\"name\", \"revisions\") VALUES ($1, $2) ON CONFLICT (\"name\") DO UPDATE SET \"revisions\" = excluded.\"revisions\"")
                {
                    Parameters = { new() { Value = name }, new() { Value = shape.Schema.Revision } },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
