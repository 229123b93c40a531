using System.Globalization;
using Microsoft.Extensions.Logging;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Makes tables without a model and adds their columns. Where the dialect can hold other sessions back, one worker does it and the next sees what is done. Where it cannot, workers do it at the
/// same time: each registers before it makes anything, and looks at what the catalogue says behind every change, until it finds what it knows and what is registered to be the same.
/// </summary>
internal sealed class Registry(SqlDialect dialect, ISqlSession executor, ILogger logger)
{
    private const string RegistryTable = "cdc_schemaless";
    private const int Attempts = 20; // another worker's first sight of a column costs one

    private readonly Migrator _migrations = new(dialect, executor, logger);
    private readonly bool _mayRace = dialect.BeginMigration().Count == 0;

    /// <summary>How many columns of attributes a table can have: without those of the sink's own, of which a table has up to six and a stage seven.</summary>
    public static int MaximumColumns(SqlDialect dialect) => dialect.Limits.MaximumColumns - 5 - (dialect.JoinedKeyType is null ? 0 : 2) - (dialect.MayGetColumnsDuringWrites ? 1 : 0);

    /// <summary>Makes the table as wide as is wanted, or as another worker has made it.</summary>
    /// <exception cref="SchemaDriftException">The table is kept in another way than it was, or is not there and may not be made.</exception>
    public async ValueTask<SchemalessShape> OpenAsync(SchemalessShape wanted, MigrationMode mode, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await OpenInTransactionAsync(wanted, mode, cancellationToken) is { } shape)
                {
                    return shape;
                }
            }
            catch (Exception error) when (attempt < Attempts && error is not SchemaDriftException && !cancellationToken.IsCancellationRequested && MayRepeat(dialect.Classify(error)))
            {
                // A column that another worker was faster to add, above all. An error that stays comes out of the last attempt.
                logger.LogDebug(error, "The table '{Table}' is looked at again: attempt {Attempt}.", wanted.SqlName, attempt);
            }

            if (attempt == Attempts)
            {
                throw new TimeoutException($"The table '{wanted.SqlName}' could not be made as wide as is wanted: other workers change it all the time.");
            }
        }
    }

    private bool MayRepeat(SqlFailure failure) => _mayRace ? failure != SqlFailure.Transient : failure == SqlFailure.Conflict;

    private async ValueTask<SchemalessShape?> OpenInTransactionAsync(SchemalessShape wanted, MigrationMode mode, CancellationToken cancellationToken)
    {
        var mayAdd = mode is MigrationMode.AddOnly or MigrationMode.Widen;
        if (_mayRace || !mayAdd)
        {
            return await OpenOnceAsync(wanted, mode, mayAdd, cancellationToken);
        }

        await _migrations.BeginAsync(dialect.BeginMigration(), cancellationToken);
        try
        {
            var shape = await OpenOnceAsync(wanted, mode, mayAdd, cancellationToken);
            await executor.ExecuteAsync(new("COMMIT"), cancellationToken);
            return shape;
        }
        catch
        {
            await _migrations.RollBackAsync();
            throw;
        }
    }

    /// <summary>One look, and what follows from it.</summary>
    /// <returns>Null where another worker has changed something meanwhile.</returns>
    private async ValueTask<SchemalessShape?> OpenOnceAsync(SchemalessShape wanted, MigrationMode mode, bool mayAdd, CancellationToken cancellationToken)
    {
        var table = new TableStatements(dialect, wanted.ToTarget(0, ValueLimits.None));
        var name = table.Name;
        if (mayAdd)
        {
            await _migrations.CreateModelsAsync(cancellationToken);
            await _migrations.CreateAsync(RegistryShape, cancellationToken);
        }

        // What is registered before the catalogue: the columns that somebody has registered are there.
        var revisions = mayAdd || await IsThereAsync("cdc_models", cancellationToken) ? await KnownAsync(name, cancellationToken) : null;
        var registered = mayAdd || await IsThereAsync(RegistryTable, cancellationToken) ? await FindAsync(name, cancellationToken) : null;
        var present = await PresentAsync(wanted, cancellationToken);
        wanted.RequireTable(new DialectRules(dialect, table), new(present, [], []), mayAdd);
        if (mayAdd && present.Count > 0)
        {
            // Another worker may have registered and made the table between the two looks.
            registered ??= await FindAsync(name, cancellationToken);
        }
        else if (mayAdd)
        {
            registered = await RegisterAsync(name, wanted, registered, cancellationToken);
            if (registered is null || !string.Equals(registered.TableName, wanted.TableName, StringComparison.Ordinal))
            {
                return registered is null ? null : wanted.Refuse(
                    $"The table '{wanted.SqlName}' already holds the items of the DynamoDB table '{registered.TableName}'. Add '{wanted.TableName}' by its exact name and give it another SqlName.");
            }
        }

        var shape = Meet(wanted, registered, present, mayAdd);
        if (shape.Refusal is not null)
        {
            return shape;
        }

        if (!mayAdd)
        {
            await MigrateAsync(shape, mode, cancellationToken);
            return shape.As(revisions?[(revisions.LastIndexOf(' ') + 1)..]).At(WidthOf(revisions));
        }

        await MigrateAsync(shape, mode, cancellationToken);
        return await IsMadeAsync(shape, registered!, cancellationToken) ? await RegisterWidthAsync(name, shape, revisions, cancellationToken) : null;
    }

    // Whether the catalogue says what the shape says, and the key is still the one that was registered.
    private async ValueTask<bool> IsMadeAsync(SchemalessShape shape, SchemalessRegistration registered, CancellationToken cancellationToken)
    {
        var present = await PresentAsync(shape, cancellationToken);
        if (present.Count == 0)
        {
            throw new SchemaDriftException($"The table '{shape.SqlName}' was made, but the catalogue of the database does not show it under that name. Give it a SqlName of lower-case letters.");
        }

        return Meet(shape, registered, present, mayAdd: false).Columns.SequenceEqual(shape.Columns, StringComparer.Ordinal)
            && await FindAsync(new TableStatements(dialect, shape.ToTarget(0, ValueLimits.None)).Name, cancellationToken) is { } now
            && now.Keys.SequenceEqual(shape.Keys) && string.Equals(now.Kind, shape.Rule.Kind, StringComparison.Ordinal);
    }

    private async ValueTask MigrateAsync(SchemalessShape shape, MigrationMode mode, CancellationToken cancellationToken)
    {
        if (mode != MigrationMode.Off)
        {
            await _migrations.MigrateOnceAsync(new(dialect, shape.ToTarget(0, ValueLimits.None)), mode, cancellationToken);
        }
    }

    private ValueTask<List<PresentColumn>> PresentAsync(SchemalessShape shape, CancellationToken cancellationToken) =>
        _migrations.ColumnsAsync(shape.Rule.SqlSchema, SqlName.OfTable(shape.SqlName), cancellationToken);

    private async ValueTask<bool> IsThereAsync(string table, CancellationToken cancellationToken) => (await _migrations.ColumnsAsync(null, table, cancellationToken)).Count > 0;

    private SchemalessShape Meet(SchemalessShape wanted, SchemalessRegistration? registered, List<PresentColumn> present, bool mayAdd) =>
        wanted.Meet(registered, present, TableStatements.OwnNames, MaximumColumns(dialect), mayAdd);

    // ---- what is registered

    private SqlTableShape RegistryShape
    {
        get
        {
            var text = dialect.TypeOf(ColumnType.Text, isKey: false);
            return new(
                null, RegistryTable,
                [new("name", dialect.TypeOf(ColumnType.Text, isKey: true), ColumnType.Text, true), .. RegistryColumns.Select(column => new SqlColumnShape(column, text, ColumnType.Text, true))],
                ["name"]);
        }
    }

    private static string[] RegistryColumns => ["table_name", "kind", "keys"];

    private async ValueTask<SchemalessRegistration?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await executor.ExecuteAsync(
            new(
                $"SELECT {string.Join(", ", RegistryColumns.Select(dialect.Quote))} FROM {dialect.Quote(RegistryTable)} WHERE {dialect.Quote("name")} = {Text(1)}", [name], ReturnsRows: true),
            cancellationToken);
        return answer.Rows is [[string tableName, string kind, string keys]] ? SchemalessRegistration.Parse(tableName, kind, keys) : null;
    }

    // Before the table is made: one that is there and not registered is somebody else's, whatever becomes of this worker.
    private async ValueTask<SchemalessRegistration?> RegisterAsync(string name, SchemalessShape shape, SchemalessRegistration? known, CancellationToken cancellationToken)
    {
        var wanted = SchemalessRegistration.Of(shape);
        if (known is not null && (!string.Equals(known.TableName, wanted.TableName, StringComparison.Ordinal) || (string.Equals(known.Kind, wanted.Kind, StringComparison.Ordinal) && known.Keys.SequenceEqual(wanted.Keys))))
        {
            return known;
        }

        object?[] values = [name, wanted.TableName, wanted.Kind, wanted.KeysText];
        string[] columns = [dialect.Quote("name"), .. RegistryColumns.Select(dialect.Quote)];
        var source = $"VALUES ({string.Join(", ", values.Select((_, i) => Text(i + 1)))})";
        if (known is not null)
        {
            // The table was dropped, and is kept in another way from now on.
            await executor.ExecuteAsync(
                new($"UPDATE {dialect.Quote(RegistryTable)} SET {columns[2]} = {Text(1)}, {columns[3]} = {Text(2)} WHERE {columns[0]} = {Text(3)} AND {columns[1]} = {Text(4)}", [wanted.Kind, wanted.KeysText, name, wanted.TableName]),
                cancellationToken);
        }
        else if (_mayRace)
        {
            await executor.ExecuteAsync(
                new(dialect.Upsert(new(static (_, _) => "1 = 0") { Table = dialect.Quote(RegistryTable), Keys = [columns[0]], Columns = columns, Source = source, Returned = [columns[0]] }), values), cancellationToken);
        }
        else
        {
            await executor.ExecuteAsync(new($"INSERT INTO {dialect.Quote(RegistryTable)} ({string.Join(", ", columns)})\n{source}", values), cancellationToken);
        }

        return await FindAsync(name, cancellationToken);
    }

    /// <summary>
    /// Registers which columns there are, so that workers who know others look again. The width goes before the revision's name: of two workers that register at once the wider one
    /// stays, and the other one looks again.
    /// </summary>
    private async ValueTask<SchemalessShape?> RegisterWidthAsync(string name, SchemalessShape shape, string? known, CancellationToken cancellationToken)
    {
        var revision = shape.Schema.Revision;
        var width = WidthOf(known);
        if (known is not null && known.EndsWith(revision, StringComparison.Ordinal))
        {
            return shape.At(width);
        }

        width = shape.Columns.Length > width ? shape.Columns.Length : width + 1;
        var registered = string.Create(CultureInfo.InvariantCulture, $"{width:D10} {revision}");
        string[] columns = [dialect.Quote("name"), dialect.Quote("revisions")];
        var models = _migrations.Models;
        var insert = $"VALUES ({Text(1)}, {Text(2)})";
        if (_mayRace)
        {
            await executor.ExecuteAsync(
                new(
                    dialect.Upsert(new((present, incoming) => $"{present(columns[1])} < {incoming(columns[1])}") { Table = models, Keys = [columns[0]], Columns = columns, Source = insert, Returned = [columns[0]] }),
                    [name, registered]),
                cancellationToken);
        }
        else if (known is null)
        {
            await executor.ExecuteAsync(new($"INSERT INTO {models} ({string.Join(", ", columns)})\n{insert}", [name, registered]), cancellationToken);
        }
        else
        {
            await executor.ExecuteAsync(new($"UPDATE {models} SET {columns[1]} = {Text(1)} WHERE {columns[0]} = {Text(2)}", [registered, name]), cancellationToken);
        }

        return string.Equals(await KnownAsync(name, cancellationToken), registered, StringComparison.Ordinal) ? shape.At(width) : null;
    }

    private async ValueTask<string?> KnownAsync(string name, CancellationToken cancellationToken) => (await executor.ExecuteAsync(
        new($"SELECT {dialect.Quote("revisions")} FROM {_migrations.Models} WHERE {dialect.Quote("name")} = {Text(1)}", [name], ReturnsRows: true), cancellationToken)).Rows is [[string known]] ? known : null;

    private static long WidthOf(string? revisions) =>
        revisions is not null && revisions.IndexOf(' ', StringComparison.Ordinal) is 10 and var end && long.TryParse(revisions.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var width) ? width : 0;

    private string Text(int number) => dialect.Value(ColumnType.Text, dialect.Parameter(number));
}
