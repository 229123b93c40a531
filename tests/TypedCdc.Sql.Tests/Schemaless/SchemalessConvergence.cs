namespace TypedCdc.Sql.Tests.Schemaless;

/// <summary>Tables without a model, whatever the order of records, of attributes and of first sights: one view. In both databases.</summary>
public abstract class SchemalessConvergence
{
    private protected const string View = "odd_things";

    private protected abstract Task<ISchemalessDatabase> OpenAsync();

    private protected async Task Any_order_leaves_the_same_documents(int seed, DocumentFormat format)
    {
        await using var database = await OpenAsync();
        var history = new SchemalessHistory(seed);
        await RunAsync(database, history, seed, tables => tables.AddDocuments("Odd.*", table => Configure(table, format)));
        Assert.Equal(["at", "id", "document"], await database.ColumnsAsync(View));
        Assert.Equal(history.ExpectedDocuments(format), await DocumentsAsync(database));
    }

    private protected async Task Any_order_leaves_the_same_columns(int seed)
    {
        await using var database = await OpenAsync();
        var history = new SchemalessHistory(seed);
        await RunAsync(database, history, seed, AddColumns);
        Assert.Equal(history.ExpectedColumns(), (await database.ColumnsAsync(View)).Order(StringComparer.Ordinal));
        Assert.Equal(history.ExpectedRows(), await LinesAsync(database));
    }

    private protected async Task Ties_end_alike_in_any_order(int seed)
    {
        var views = new List<string[]>();
        var history = new SchemalessHistory(seed, ties: true, keys: 4);
        for (var run = 0; run < 2; run++)
        {
            await using var database = await OpenAsync();
            var sink = await database.StartAsync(AddColumns);
            await using (sink)
            {
                foreach (var batch in history.Deliver(seed + 1_000 * run))
                {
                    await sink.WriteAsync(batch, default);
                }
            }

            Assert.True(sink.Metrics!.Ties > 0, $"Seed {seed} has no tie.");
            views.Add([.. (await database.ColumnsAsync(View)).Order(StringComparer.Ordinal), "--", .. await LinesAsync(database)]);
        }

        Assert.Equal(views[0], views[1]);
    }

    /// <summary>Workers that know different columns: the one that knows fewer must not leave the old value of a column that it does not know in the row that it writes.</summary>
    private protected async Task Workers_that_add_columns_at_the_same_time_leave_the_same_view(int seed, int workers)
    {
        await using var database = await OpenAsync();
        var history = new SchemalessHistory(seed);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            await using var sink = await database.StartAsync(AddColumns);
            foreach (var batch in history.Deliver(seed * 10 + worker))
            {
                await sink.WriteAsync(batch, default);
            }
        })));
        Assert.Equal(history.ExpectedColumns(), (await database.ColumnsAsync(View)).Order(StringComparer.Ordinal));
        Assert.Equal(history.ExpectedRows(), await LinesAsync(database));
    }

    private protected async Task A_worker_that_knows_fewer_columns_looks_again()
    {
        await using var database = await OpenAsync();
        await using var first = await database.StartAsync(static tables => tables.AddColumns("t"));
        await using var second = await database.StartAsync(static tables => tables.AddColumns("t"));
        await first.WriteAsync([Record(1, "\"x\":{\"S\":\"1\"}")], default);
        await second.WriteAsync([Record(2, "\"x\":{\"S\":\"2\"},\"y\":{\"S\":\"2\"}")], default);
        await first.WriteAsync([Record(3, "\"x\":{\"S\":\"3\"}")], default);
        Assert.Equal(["k|3|∅"], await database.RowsAsync("SELECT id, x, y FROM t"));

        static CdcRecord Record(int time, string attribute) =>
            TestRecord.Make("MODIFY", "t", time, time.ToString(System.Globalization.CultureInfo.InvariantCulture), """{"id":{"S":"k"}}""", $$"""{"id":{"S":"k"},{{attribute}}}""");
    }

    private protected async Task A_second_run_changes_nothing(int seed)
    {
        await using var database = await OpenAsync();
        var history = new SchemalessHistory(seed, ties: true, keys: 4);
        await RunAsync(database, history, seed, AddColumns);
        var before = await LinesAsync(database);
        await using var sink = await database.StartAsync(AddColumns);
        foreach (var batch in history.Deliver(seed + 7))
        {
            await sink.WriteAsync(batch, default);
        }

        Assert.Equal(0, sink.Metrics!.Rows);
        Assert.Equal(before, await LinesAsync(database));
    }

    private protected static void AddColumns(TableSetBuilder tables) => tables.AddColumns("*", static table =>
    {
        table.HasDistKey = true;
        table.Keys("at", "id");
    });

    private static void Configure(DocumentTableOptions table, DocumentFormat format)
    {
        table.Format = format;
        table.Keys("at", "id");
    }

    private static async Task RunAsync(ISchemalessDatabase database, SchemalessHistory history, int seed, Action<TableSetBuilder> tables)
    {
        await using var sink = await database.StartAsync(tables);
        foreach (var batch in history.Deliver(seed))
        {
            await sink.WriteAsync(batch, default);
        }
    }

    private protected virtual async Task<string[]> DocumentsAsync(ISchemalessDatabase database) =>
        [.. (await database.RowsAsync($"SELECT \"at\", CAST(id AS text), CAST(document AS text) FROM {View}")).Order(StringComparer.Ordinal)];

    private protected static async Task<string[]> LinesAsync(ISchemalessDatabase database, string view = View)
    {
        var columns = await database.ColumnsAsync(view);
        var values = columns.Select(column => $"coalesce('{column}=' || CAST(\"{column}\" AS text) || {database.Character}(31), '')");
        var rows = await database.RowsAsync($"SELECT {string.Join(" || ", values)} FROM {view}");
        return [.. rows.Select(static row => string.Join('|', row.Split('\u001f', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal)];
    }
}
