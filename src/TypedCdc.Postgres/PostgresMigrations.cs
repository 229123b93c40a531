using Microsoft.Extensions.Logging;
using Npgsql;
using TypedCdc.Sql;

namespace TypedCdc.Postgres;

/// <summary>Creates and evolves the tables of a database. Of several workers that start at once one does it, under an advisory lock, and the others find it done.</summary>
internal sealed class PostgresMigrations() : MigrationRules(SqlDatabase.Postgres)
{
    /// <summary>
    /// The revisions that a table (1) has known; up to when it has forgotten removed items, in µs, NULL where it forgot none; and the time of its newest whole snapshot, in µs.
    /// </summary>
    public const string SelectRevisions = "SELECT \"revisions\", \"horizon\", \"snapshot\" FROM \"cdc_models\" WHERE \"name\" = $1";

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

    public override bool AppendsToViews => true;

    public override string Normalize(string type) => PostgresTypeName.InCatalogue(type);

    public override bool IsWider(string present, string declared) => IsAbove(Integers, present, declared) || IsAbove(Floats, present, declared);

    public override string? Widen(string table, string column, string from, string to) =>
        IsAbove(Integers, to, from) || IsAbove(Floats, to, from) ? $"ALTER TABLE {table} ALTER COLUMN {column} TYPE {to}; -- rewrites the table"
        : to == "text" && from.StartsWith("character varying", StringComparison.Ordinal) ? $"ALTER TABLE {table} ALTER COLUMN {column} TYPE text; -- in the catalogue only"
        : null;

    /// <summary>Makes every table fit its model, as far as the mode allows.</summary>
    /// <exception cref="SchemaDriftException">It does not allow enough, or the worker's model is older than the table's.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, TableSet tables, ILogger logger, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, Lock, cancellationToken);
        var lacking = new List<(TargetTable Table, List<string> Columns)>();
        var mayChange = tables.Migrations != MigrationMode.Validate;
        if (mayChange)
        {
            await ExecuteAsync(connection, CreateModels, cancellationToken);
            var present = (await PresentColumnsAsync(connection, "\"cdc_models\"", cancellationToken)).ConvertAll(static column => column.Name);
            foreach (var column in ((string[])["horizon", "snapshot", "swept"]).Except(present, StringComparer.Ordinal))
            {
                await ExecuteAsync(connection, $"ALTER TABLE \"cdc_models\" ADD COLUMN {SqlName.Quote(column)} bigint", cancellationToken);
            }
        }

        foreach (var table in tables.Tables)
        {
            var plan = MigrationPlan.Make(Rules, table, await PresentAsync(connection, table.Sql, cancellationToken));
            var steps = plan.Allow(tables.Migrations);
            if (steps.Count > 0)
            {
                logger.LogInformation("Migrating the table '{Table}' of the PostgreSQL database:\n{Plan}", table.Name, plan.ToString());
                if (table.Schema is { } schema && plan.CreatesTable)
                {
                    await ExecuteAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {SqlName.Quote(schema)}", cancellationToken);
                }

                foreach (var step in steps)
                {
                    await ExecuteAsync(connection, step, cancellationToken);
                }

                if (plan.AddedColumns.Count > 0)
                {
                    lacking.Add((table, plan.AddedColumns));
                }
            }

            if (mayChange)
            {
                await MigrateTiesAsync(connection, table, cancellationToken);
            }

            if (!mayChange)
            {
                await RequireOwnTablesAsync(connection, table, cancellationToken);
            }

            await RegisterRevisionAsync(connection, table, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);

        // Behind the locks: counting a big table takes its time.
        foreach (var (table, columns) in lacking)
        {
            await using var count = new NpgsqlCommand($"SELECT count(*) FROM {Rules.TableName(table.Sql)} WHERE \"cdc_deleted_at\" IS NULL", connection) { CommandTimeout = 0 };
            if (await count.ExecuteScalarAsync(cancellationToken) is long and > 0 and var rows)
            {
                logger.LogWarning(
                    "{Rows} rows of '{Table}' were written before the columns {Columns} were added, and are NULL in them until their items change. 'typedcdc load' fills them from a scan of the DynamoDB table.",
                    rows, table.Name, string.Join(", ", columns));
            }
        }
    }

    private static bool IsAbove(string[] ascending, string above, string below)
    {
        var place = Array.IndexOf(ascending, below);
        return place >= 0 && Array.IndexOf(ascending, above) > place;
    }

    /// <summary>The columns of a table; none where it is not there.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="table">The table's name, quoted and with its schema.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<List<PresentColumn>> PresentColumnsAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var columns = new List<PresentColumn>();
        await using (var command = new NpgsqlCommand(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(k.place, 0)::integer, a.atthasdef OR a.attidentity <> ''
            FROM pg_attribute AS a
            LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
            LEFT JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(number, place) ON k.number = a.attnum
            WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """,
            connection)
        { Parameters = { new() { Value = table } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                columns.Add(new(reader.GetString(0), reader.GetString(1), !reader.GetBoolean(2), reader.GetInt32(3), reader.GetBoolean(4)));
            }
        }

        return columns;
    }

    /// <summary>A table and its view.</summary>
    public static async Task<PresentTable> PresentAsync(NpgsqlConnection connection, SqlTable table, CancellationToken cancellationToken)
    {
        var columns = await PresentColumnsAsync(connection, Rules.TableName(table), cancellationToken);
        var view = new List<string>();
        await using (var command = new NpgsqlCommand(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum", connection)
        { Parameters = { new() { Value = Rules.ViewName(table) } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                view.Add(reader.GetString(0));
            }
        }

        var indexes = new List<string>();
        await using (var command = new NpgsqlCommand(
            "SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1)", connection)
        { Parameters = { new() { Value = Rules.TableName(table) } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                indexes.Add(reader.GetString(0));
            }
        }

        return new(columns, view, indexes);
    }

    private static async Task RequireOwnTablesAsync(NpgsqlConnection connection, TargetTable table, CancellationToken cancellationToken)
    {
        var statements = new PostgresStatements(table.Sql);
        var plan = (await PresentColumnsAsync(connection, "\"cdc_models\"", cancellationToken)).Count == 0 ? CreateModels + ";\n" : "";
        plan += (await PresentColumnsAsync(connection, statements.Ties, cancellationToken)).Count == 0 ? statements.CreateTies + ";\n" : "";
        if (plan.Length > 0)
        {
            throw new SchemaDriftException($"Tables of the sink's own for '{table.Name}' are missing, and its MigrationMode is Validate.\n{plan}", plan);
        }
    }

    /// <summary>Makes the table of ties, or adds the columns that it lacks: what is in it is settled in a moment.</summary>
    public static async Task MigrateTiesAsync(NpgsqlConnection connection, TargetTable table, CancellationToken cancellationToken)
    {
        var statements = new PostgresStatements(table.Sql);
        await ExecuteAsync(connection, statements.CreateTies, cancellationToken);
        var present = (await PresentColumnsAsync(connection, statements.Ties, cancellationToken)).ConvertAll(static column => column.Name).ToHashSet(StringComparer.Ordinal);
        var missing = table.Sql.Columns.Where(column => !present.Contains(column.Name)).Select(static column => "ADD COLUMN " + SqlStatements.ColumnDefinition(SqlDatabase.Postgres, column)).ToList();
        if (missing.Count > 0)
        {
            await ExecuteAsync(connection, $"ALTER TABLE {statements.Ties} {string.Join(", ", missing)}", cancellationToken);
        }

        // A table that was widened has ties as wide: what does not fit there would be taken for a row that the server refuses.
        foreach (var tied in await PresentColumnsAsync(connection, statements.Ties, cancellationToken))
        {
            if (table.Sql.Columns.FirstOrDefault(column => string.Equals(column.Name, tied.Name, StringComparison.Ordinal)) is { } column
                && Rules.Normalize(Rules.TypeOf(column)) is var wanted
                && !string.Equals(tied.Type, wanted, StringComparison.OrdinalIgnoreCase)
                && Rules.Widen(statements.Ties, Rules.QuoteColumn(column.Name), tied.Type, wanted) is { } widening)
            {
                await ExecuteAsync(connection, widening, cancellationToken);
            }
        }
    }

    private static async Task RegisterRevisionAsync(NpgsqlConnection connection, TargetTable table, CancellationToken cancellationToken)
    {
        var name = Rules.TableName(table.Sql);
        await using var select = new NpgsqlCommand(SelectRevisions, connection) { Parameters = { new() { Value = name } } };
        var known = (string?)await select.ExecuteScalarAsync(cancellationToken);
        var registered = ModelRevisions.Add(known, table);
        if (!string.Equals(known, registered, StringComparison.Ordinal))
        {
            await using var insert = new NpgsqlCommand(
                "INSERT INTO \"cdc_models\" (\"name\", \"revisions\") VALUES ($1, $2) ON CONFLICT (\"name\") DO UPDATE SET \"revisions\" = excluded.\"revisions\"", connection)
            { Parameters = { new() { Value = name }, new() { Value = registered } } };
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
