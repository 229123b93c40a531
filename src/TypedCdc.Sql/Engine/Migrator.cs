using System.Globalization;
using Microsoft.Extensions.Logging;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Creates and evolves tables. Where the dialect can hold other sessions back, one worker does it and the others find it done. Where it cannot, every statement is one that
/// either may be run again or fails because another worker was faster: then the catalogue is read anew and compared again, until nothing is left to do.
/// </summary>
internal sealed class Migrator(SqlDialect dialect, ISqlSession executor, ILogger logger)
{
    private const int Attempts = 10;

    /// <summary>The table of revisions.</summary>
    public string Models => dialect.Quote("cdc_models");

    private static readonly string[] Times = ["horizon", "snapshot", "swept"];

    /// <summary>What the sink remembers of each table: the revisions of its model, up to when it has forgotten removed items, its newest whole snapshot and whether that is done with.</summary>
    public static SqlTableShape ModelsShape(SqlDialect dialect) => new(null, "cdc_models",
        [
            new("name", dialect.TypeOf(ColumnType.Text, isKey: true), ColumnType.Text, true), new("revisions", dialect.TypeOf(ColumnType.Text, isKey: false), ColumnType.Text, true),
            .. Times.Select(name => new SqlColumnShape(name, dialect.TypeOf(ColumnType.Int64, isKey: false), ColumnType.Int64, false)),
        ],
        ["name"]);

    /// <summary>Asks for what is remembered of a table: <c>revisions</c>, <c>horizon</c>, <c>snapshot</c>, <c>swept</c>. By the whole key, so that every database answers with what is newest.</summary>
    public static SqlStatement SelectRevisions(SqlDialect dialect, TableStatements table) => new(
        $"SELECT {dialect.Quote("revisions")}, {string.Join(", ", Times.Select(dialect.Quote))} FROM {dialect.Quote("cdc_models")} WHERE {dialect.Quote("name")} = {dialect.Value(ColumnType.Text, dialect.Parameter(1))}",
        [table.Name], ReturnsRows: true);

    /// <summary>Whether there is what <see cref="SelectRevisions"/> asks for.</summary>
    public async ValueTask<bool> HasModelsAsync(CancellationToken cancellationToken) => (await MissingAsync(cancellationToken)).Count == 0;

    /// <summary>Makes every table fit its model, as far as the mode allows: nothing is changed for one table when another does not fit.</summary>
    /// <exception cref="SchemaDriftException">It does not allow enough, or the worker's model is older than the table's.</exception>
    public async ValueTask RunAsync(IReadOnlyList<TableStatements> tables, MigrationMode mode, CancellationToken cancellationToken)
    {
        if (mode == MigrationMode.Off)
        {
            if (dialect.RequiresTables)
            {
                await RequirePresentAsync(tables, cancellationToken);
            }

            return;
        }

        if (mode == MigrationMode.Widen && dialect.WidensOutsideTransactions)
        {
            await WidenFirstAsync(tables, cancellationToken);
        }

        var begin = dialect.BeginMigration();
        await BeginAsync(begin, cancellationToken);
        try
        {
            await MigrateAllAsync(tables, mode, mayRace: begin.Count == 0, cancellationToken);
            if (begin.Count > 0)
            {
                await ExecuteAsync("COMMIT", cancellationToken);
            }
        }
        catch when (begin.Count > 0)
        {
            await RollBackAsync();
            throw;
        }
    }

    private async ValueTask MigrateAllAsync(IReadOnlyList<TableStatements> tables, MigrationMode mode, bool mayRace, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await MigrateOnceAsync(tables, mode, mayRace, cancellationToken);
                return;
            }
            catch (Exception error) when (mayRace && attempt < Attempts && error is not SchemaDriftException && !cancellationToken.IsCancellationRequested)
            {
                logger.LogInformation(
                    "Another worker changed a table of the {Database} database at the same time, or the database refused a step ({Error}). The tables are compared again.", dialect.Name, error.GetType().Name);
            }
        }
    }

    private async ValueTask MigrateOnceAsync(IReadOnlyList<TableStatements> tables, MigrationMode mode, bool mayRace, CancellationToken cancellationToken)
    {
        var plan = new SinkPlan(mode);
        if (tables.Any(static table => table.Target.History is null))
        {
            plan.AddOwn(await PlanModelsAsync(cancellationToken));
        }

        var hasModels = plan.Own.Count == 0;
        foreach (var table in tables)
        {
            if (table.Shape.Columns.Count > dialect.Limits.MaximumColumns)
            {
                throw new SchemaDriftException($"The table '{table.Target.Name}' would have {table.Shape.Columns.Count} columns; {dialect.Name} takes {dialect.Limits.MaximumColumns}.");
            }

            if (table.Target.History is not null)
            {
                plan.Add(MigrationPlan.Make(new DialectRules(dialect, table), table.Target, new(await ColumnsAsync(table.Target.Schema, table.Target.TableName, cancellationToken), [], [])));
                continue;
            }

            // Before anything is changed: an older model would take the newer one's columns out of the view.
            ModelRevisions.Add(hasModels ? await KnownAsync(table, cancellationToken) : null, table.Target);
            var one = await PlanAsync(table, cancellationToken);
            one.AddOwn(await PlanTiesAsync(table, cancellationToken));
            plan.Add(one);
        }

        plan.Allow();
        await executor.ExecuteAllAsync(plan.Own, cancellationToken);
        for (var i = 0; i < tables.Count; i++)
        {
            await RunAsync(plan.Tables[i], tables[i], mode, cancellationToken);
            if (tables[i].Target.History is null)
            {
                await RegisterAsync(tables[i], mayRace, cancellationToken);
            }
        }
    }

    private async ValueTask RequirePresentAsync(IReadOnlyList<TableStatements> tables, CancellationToken cancellationToken)
    {
        var missing = new List<(string Name, string Create)>();
        if (tables.Any(static table => table.Target.History is null))
        {
            await RequireAsync(null, "cdc_models", () => dialect.CreateTable(ModelsShape(dialect)));
        }

        foreach (var table in tables)
        {
            await RequireAsync(table.Target.Schema, table.Target.TableName, () => MigrationPlan.Make(new DialectRules(dialect, table), table.Target, new([], [], [])).Statements);
            if (table.Target.History is not null)
            {
                continue;
            }

            await RequireAsync(table.Target.Schema, TableStatements.TiesName(table.Target.Sql), () => dialect.CreateTable(table.TiesShape));
        }

        SinkPlan.RequirePresent(missing);

        async ValueTask RequireAsync(string? schema, string name, Func<IReadOnlyList<string>> create)
        {
            if ((await ColumnsAsync(schema, name, cancellationToken)).Count == 0)
            {
                missing.Add((name, string.Join(";\n", create().Select(static step => step.TrimEnd(';')))));
            }
        }
    }

    /// <summary>Makes the table of revisions where it is missing, and gives it the columns that it did not have in the first versions.</summary>
    public async ValueTask CreateModelsAsync(CancellationToken cancellationToken) => await executor.ExecuteAllAsync(await PlanModelsAsync(cancellationToken), cancellationToken);

    private async ValueTask<IReadOnlyList<string>> PlanModelsAsync(CancellationToken cancellationToken)
    {
        var shape = ModelsShape(dialect);
        var missing = await MissingAsync(cancellationToken);
        return missing.Count == 0 ? [] : missing.Count == shape.Columns.Count ? dialect.CreateTable(shape) : dialect.AddColumns(Models, [.. missing.Select(dialect.Define)]);
    }

    // What does not fit the table of ties would be taken for a row that the database refuses.
    private async ValueTask<IReadOnlyList<string>> PlanTiesAsync(TableStatements table, CancellationToken cancellationToken)
    {
        var present = (await ColumnsAsync(table.Target.Schema, TableStatements.TiesName(table.Target.Sql), cancellationToken)).Select(static column => column.Name).ToHashSet(StringComparer.Ordinal);
        if (present.Count == 0)
        {
            return dialect.CreateTable(table.TiesShape);
        }

        string[] missing = [.. table.TiesShape.Columns.Where(column => !present.Contains(column.Name)).Select(dialect.Define)];
        return missing.Length == 0 ? [] : dialect.AddColumns(table.Ties, missing);
    }

    private async ValueTask<List<SqlColumnShape>> MissingAsync(CancellationToken cancellationToken)
    {
        var present = (await ColumnsAsync(null, "cdc_models", cancellationToken)).Select(static column => column.Name).ToHashSet(StringComparer.Ordinal);
        return [.. ModelsShape(dialect).Columns.Where(column => !present.Contains(column.Name))];
    }

    // Each statement is its own transaction here, and other workers may be at it too: whoever finds a step done looks again. What was begun and not ended is found by the migration behind.
    private async ValueTask WidenFirstAsync(IReadOnlyList<TableStatements> tables, CancellationToken cancellationToken)
    {
        await CreateModelsAsync(cancellationToken);
        foreach (var table in tables.Where(static table => table.Target.History is null))
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    ModelRevisions.Add(await KnownAsync(table, cancellationToken), table.Target);
                    var plan = await PlanAsync(table, cancellationToken);
                    if (plan.Retypes)
                    {
                        await RunAsync(plan, table, MigrationMode.Widen, cancellationToken);
                    }

                    await WidenTiesAsync(table, cancellationToken);
                    break;
                }
                catch (Exception error) when (attempt < Attempts && error is not SchemaDriftException && !cancellationToken.IsCancellationRequested && dialect.Classify(error) != SqlFailure.Transient)
                {
                    logger.LogInformation("Another worker changed the table '{Table}' at the same time, or the database did not take a step; it is compared again.", table.Target.Name);
                }
            }
        }
    }

    // What does not fit there would be taken for a row that the database refuses.
    private async ValueTask WidenTiesAsync(TableStatements table, CancellationToken cancellationToken)
    {
        var present = (await ColumnsAsync(table.Target.Schema, TableStatements.TiesName(table.Target.Sql), cancellationToken)).ToDictionary(static column => column.Name, StringComparer.Ordinal);
        foreach (var column in table.TiesShape.Columns)
        {
            var wanted = dialect.Normalize(column.DeclaredType);
            if (present.TryGetValue(column.Name, out var found) && found.KeyPosition == 0 && !string.Equals(found.Type, wanted, StringComparison.OrdinalIgnoreCase) && !dialect.IsWider(found.Type, wanted)
                && dialect.Widen(table.Ties, dialect.Quote(column.Name), found.Type, wanted) is { } widen)
            {
                await ExecuteAsync(widen, cancellationToken);
            }
        }
    }

    // What is locked may have to be made first, and two workers may do that at once.
    public async ValueTask BeginAsync(IReadOnlyList<string> begin, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                foreach (var statement in begin)
                {
                    await ExecuteAsync(statement, cancellationToken);
                }

                return;
            }
            catch (Exception error) when (attempt < Attempts && !cancellationToken.IsCancellationRequested && dialect.Classify(error) != SqlFailure.Transient)
            {
                await RollBackAsync();
            }
        }
    }

    public async ValueTask RollBackAsync()
    {
        try
        {
            await ExecuteAsync("ROLLBACK", CancellationToken.None);
        }
        catch (Exception)
        {
            // The first error is the one that tells.
        }
    }

    private async ValueTask<MigrationPlan> PlanAsync(TableStatements table, CancellationToken cancellationToken)
    {
        var (schema, view, name) = (table.Target.Schema, table.Target.Name, SqlName.OfTable(table.Target.Name));
        var inPlace = await RowsAsync(dialect.SelectInPlaceOfView(schema, view, name), cancellationToken) is [[string kind]] ? kind : null;
        var present = new PresentTable(
            await ColumnsAsync(schema, name, cancellationToken),
            inPlace is not null ? [] : [.. (await ColumnsAsync(schema, view, cancellationToken)).Select(static column => column.Name)],
            await IndexesAsync(schema, name, cancellationToken))
        {
            InPlaceOfView = inPlace,
            OnView = [.. (await RowsAsync(dialect.SelectOnView(schema, view), cancellationToken)).Select(static row => new PresentAddition((string)row[0]!, row[1] as string))],
        };
        return MigrationPlan.Make(new DialectRules(dialect, table), table.Target, present);
    }

    private async ValueTask<IReadOnlyList<IReadOnlyList<object?>>> RowsAsync(SqlStatement? select, CancellationToken cancellationToken) =>
        select is null ? [] : (await executor.ExecuteAsync(select with { ReturnsRows = true }, cancellationToken)).Rows;

    private async ValueTask RunAsync(MigrationPlan plan, TableStatements table, MigrationMode mode, CancellationToken cancellationToken)
    {
        var steps = plan.Allow(mode);
        if (steps.Count > 0)
        {
            logger.LogInformation("Migrating the table '{Table}' of the {Database} database:\n{Plan}", plan.Table.Name, dialect.Name, plan.ToString());
            await executor.ExecuteAllAsync(steps, cancellationToken);
        }

        // An untyped table has no columns that its rows lack.
        if (plan.AddedColumns.Count > 0 && table.Schemaless is null && table.Target.History is null)
        {
            var rows = (await executor.ExecuteAsync(new($"SELECT count(*) FROM {table.View}", [], ReturnsRows: true), cancellationToken)).Rows is [[{ } count]]
                ? Convert.ToInt64(count, CultureInfo.InvariantCulture)
                : 0;
            if (rows > 0)
            {
                LackingRows.Report(logger, table.Target.Name, plan.AddedColumns, rows);
            }
        }

        if (mode == MigrationMode.Widen && !dialect.WidensOutsideTransactions && table.Target.History is null)
        {
            await WidenTiesAsync(table, cancellationToken);
        }
    }

    /// <summary>Makes an untyped table fit its columns, once: who cannot hold other workers back looks again.</summary>
    public async ValueTask MigrateOnceAsync(TableStatements table, MigrationMode mode, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(table, cancellationToken);
        plan.AddOwn(await PlanTiesAsync(table, cancellationToken));
        await RunAsync(plan, table, mode, cancellationToken);
    }

    public async ValueTask<List<PresentColumn>> ColumnsAsync(string? schema, string name, CancellationToken cancellationToken)
    {
        var answer = await executor.ExecuteAsync(dialect.SelectColumns(schema, name) with { ReturnsRows = true }, cancellationToken);
        return [.. answer.Rows.Select(static row => new PresentColumn((string)row[0]!, (string)row[1]!, Number(row[2]) != 0, Number(row[3]), Number(row[4]) != 0))];

        static int Number(object? value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);
    }

    private async ValueTask<List<string>> IndexesAsync(string? schema, string table, CancellationToken cancellationToken) => dialect.SelectIndexes(schema, table) is { } select
        ? [.. (await executor.ExecuteAsync(select with { ReturnsRows = true }, cancellationToken)).Rows.Select(static row => (string)row[0]!)]
        : [];

    // What was read is named in the condition: of two workers that register at once, one finds that it has to look again.
    private async ValueTask RegisterAsync(TableStatements table, bool mayRace, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var known = await KnownAsync(table, cancellationToken);
            var registered = ModelRevisions.Add(known, table.Target);
            if (string.Equals(known, registered, StringComparison.Ordinal))
            {
                return;
            }

            string[] columns = [dialect.Quote("name"), dialect.Quote("revisions")];
            string Value(int number) => dialect.Value(ColumnType.Text, dialect.Parameter(number));
            if (known is null && !mayRace)
            {
                await executor.ExecuteAsync(new($"INSERT INTO {Models} ({string.Join(", ", columns)}) VALUES ({Value(1)}, {Value(2)})", [table.Name, registered]), cancellationToken);
            }
            else if (known is null)
            {
                await executor.ExecuteAsync(
                    new(dialect.Upsert(new(static (_, _) => "1 = 0") { Table = Models, Keys = [columns[0]], Columns = columns, Source = $"VALUES ({Value(1)}, {Value(2)})", Returned = [columns[0]] }), [table.Name, registered]),
                    cancellationToken);
            }
            else
            {
                if (dialect.Refresh(Models) is { } refresh)
                {
                    await ExecuteAsync(refresh, cancellationToken);
                }

                await executor.ExecuteAsync(
                    new($"UPDATE {Models} SET {columns[1]} = {Value(1)} WHERE {columns[0]} = {Value(2)} AND {columns[1]} = {Value(3)}", [registered, table.Name, known]), cancellationToken);
            }
        }

        throw new SchemaDriftException($"The revision of the model '{table.Target.Owner}' cannot be registered: other workers register theirs all the time.");
    }

    public async ValueTask<string?> KnownAsync(TableStatements table, CancellationToken cancellationToken) =>
        (await executor.ExecuteAsync(SelectRevisions(dialect, table), cancellationToken)).Rows is [[string known, ..]] ? known : null;

    public async ValueTask CreateAsync(SqlTableShape shape, CancellationToken cancellationToken)
    {
        foreach (var step in dialect.CreateTable(shape))
        {
            await ExecuteAsync(step, cancellationToken);
        }
    }

    private async ValueTask ExecuteAsync(string sql, CancellationToken cancellationToken) => await executor.ExecuteAsync(new(sql), cancellationToken);
}
