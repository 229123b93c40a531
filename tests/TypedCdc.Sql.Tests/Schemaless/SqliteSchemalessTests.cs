using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Observability;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Tests.Schemaless;

public sealed class SqliteSchemalessTests : SchemalessBehaviour
{
    private protected override int MaximumColumns => 1995;

    [Fact]
    public Task Values() => Values_become_text_as_documented();

    [Fact]
    public Task Numbers_in_keys() => A_number_is_one_key_however_it_is_spelled();

    [Fact]
    public Task Order_of_keys() => The_keys_order_is_that_of_their_names_or_the_one_given("lower(hex(a))");

    [Fact]
    public Task Other_keys() => Another_key_than_the_tables_is_refused_and_its_neighbours_are_written();

    [Fact]
    public Task Without_keys() => A_record_without_keys_needs_to_be_told_them();

    [Fact]
    public Task Widest_table() => The_widest_table_is_filled_and_a_wider_item_is_refused_before_the_database_does();

    [Fact]
    public Task Reserved_names() => Names_that_databases_reserve_get_a_prefix_and_the_others_go_on();

    [Fact]
    public Task Names_of_tables() => Two_tables_of_one_name_are_told_apart();

    [Fact]
    public Task Modes() => Migration_modes_hold_here_too();

    [Fact]
    public Task Kinds() => A_table_that_is_to_be_kept_otherwise_stops_the_sink();

    [Fact]
    public Task Dropped() => A_table_that_was_dropped_is_made_anew_in_the_new_way();

    [Fact]
    public Task Odd_names() => Odd_names_of_attributes_have_their_places_in_any_order(takesNul: true);

    /// <summary>Not tried again for ever: the process ends with what it has to say, and nothing is acknowledged or dead-lettered.</summary>
    [Fact]
    public async Task A_host_whose_table_was_kept_in_another_way_halts()
    {
        using var database = new SqliteFixture();
        var events = database.Path + ".jsonl";
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"audit","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"id":{"S":"a1"}},"NewImage":{"id":{"S":"a1"},"raw":{"B":"AA=="}}}}

            """);
        await RunAsync(DocumentFormat.Plain);
        var halted = await Assert.ThrowsAsync<DeliveryHaltedException>(() => RunAsync(DocumentFormat.Typed).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("was made with documents=plain and is now to be kept with documents=typed", Assert.IsType<SchemaDriftException>(halted.InnerException).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(database.Path + ".dead") && new FileInfo(database.Path + ".dead").Length > 0);
        Assert.Equal(["""a1|{"id":"a1","raw":"AA=="}"""], database.Rows("SELECT id, document FROM audit"));

        async Task RunAsync(DocumentFormat format)
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => cdc.FromFiles(events).DeadLettersToFile(database.Path + ".dead").ToSqlite(database.Path, tables => tables.AddDocuments("audit", table => table.Format = format)));
            using var host = builder.Build();
            await host.RunAsync();
        }
    }

    [Fact]
    public void Names_that_would_meet_are_refused_before_anything_runs()
    {
        Throws(static tables => tables.AddDocuments("a.b").AddColumns("a-b"), "The DynamoDB table 'a.b' and the DynamoDB table 'a-b' would both have a table or view 'a_b'. Give one of them another SqlName");
        Throws(static tables => tables.Add<Customer>().AddDocuments("Customers"), "The model 'TypedCdc.Sql.Tests.Customer' and the DynamoDB table 'Customers' would both have a table or view 'customers'.");
        Throws(static tables => tables.AddHistory<Customer>().AddDocuments("customers__history", static table => table.SqlName = "customers__history"), "'customers__history'");
        var distinct = new TableSetBuilder();
        distinct.Add<Customer>().AddDocuments("customers").AddDocuments("a.b").AddDocuments("a-b", static table => table.SqlName = "other").AddDocuments("a_b", static table => table.SqlSchema = "s").AddDocuments("a*");
        Assert.NotNull(distinct.Build());

        static void Throws(Action<TableSetBuilder> configure, string reason)
        {
            var tables = new TableSetBuilder();
            configure(tables);
            Assert.Contains(reason, Assert.Throws<InvalidOperationException>(tables.Build).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public Task Snapshots() => What_is_not_in_a_whole_snapshot_is_removed();

    [Fact]
    public Task Purge() => Purges_change_nothing_that_comes_in_time();

    [Fact]
    public Task Purge_and_late_changes() => What_comes_after_the_purge_of_its_removal_is_refused();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_crash_between_any_two_statements_loses_nothing_and_tears_nothing(int seed)
    {
        var random = new Random(seed);
        var history = new SchemalessHistory(seed);
        using var database = new SqliteFixture();
        var crashes = await CrashingWorkers.WriteAsync(tick => database.StartAsync(Columns, beforeStatement: _ => tick()), history.Deliver(seed), random, first: 60, next: 200);

        Assert.True(crashes > 0, $"Seed {seed} crashed nowhere.");
        Assert.Equal(history.ExpectedColumns(), database.Rows("SELECT name FROM pragma_table_info('odd_things')").Order(StringComparer.Ordinal));
        Assert.Equal(history.ExpectedRows().Count(), database.Rows("SELECT 1 FROM odd_things").Length);

        static void Columns(TableSetBuilder tables) => tables.AddColumns("*", static table =>
        {
            table.HasDistKey = true;
            table.Keys("at", "id");
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_costs_next_to_no_allocation(bool asDocuments)
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync(tables => _ = asDocuments ? tables.AddDocuments("*") : tables.AddColumns("*"));
        var records = Enumerable.Range(0, 1_000).Select(static i => TestRecord.Make(
            "INSERT", "t", 1, "49590338271490256608559692538361571095921575989136588898", $$$"""{"id":{"N":"{{{i * 7919 % 1_000}}}"}}""",
            $$$"""{"id":{"N":"{{{i * 7919 % 1_000}}}"},"First-Name":{"S":"größe"},"balance":{"N":"12.50"},"m":{"M":{"b":{"S":"x"},"a":{"L":[{"N":"{{{i}}}"}]} } } }""")).ToArray();
        for (var i = 0; i < 3; i++)
        {
            await sink.WriteAsync(records, default);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        await sink.WriteAsync(records, default);
        var perRow = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)records.Length;
        Assert.True(perRow <= 16, $"{perRow} bytes a row.");
    }

    [Fact]
    public async Task The_example_of_the_readme_is_code_that_runs()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Root, "src", "TypedCdc.Sql", "README.md"));
        var start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        var example = readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)];
        Assert.True(example.Split('\n').Length <= 11, "The example is to stay short.");
        var code = await File.ReadAllLinesAsync(Path.Combine(Root, "tests", "TypedCdc.Sql.Tests", "Schemaless", "ReadmeExample.cs"));
        Assert.Contains(string.Concat(example.Split('\n').Select(static line => line.TrimStart())), string.Concat(code.Select(static line => line.TrimStart())), StringComparison.Ordinal);

        using var database = new SqliteFixture();
        var events = database.Path + ".jsonl";
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}}}}
            {"eventName":"INSERT","tableName":"orders-eu","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"id":{"S":"o1"}},"NewImage":{"id":{"S":"o1"},"Total":{"N":"12.50"}}}}
            {"eventName":"INSERT","tableName":"audit","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"id":{"S":"a1"}},"NewImage":{"id":{"S":"a1"},"raw":{"B":"AA=="}}}}
            {"eventName":"INSERT","tableName":"carts","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"id":{"S":"c1"},"at":{"N":"1"}},"NewImage":{"id":{"S":"c1"},"at":{"N":"1"},"itemCount":{"N":"3"}}}}
            {"eventName":"INSERT","tableName":"elsewhere","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"id":{"S":"c1"}},"NewImage":{"id":{"S":"c1"}}}}

            """);
        for (var run = 0; run < 2; run++)
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => ReadmeExample.Configure(cdc.FromFiles(events), database.Path));
            using var host = builder.Build();
            var statistics = host.Services.GetRequiredService<CdcStatistics>();
            await host.RunAsync();
            Assert.Equal("events: 5, inserted: 4, modified: 0, removed: 0, dead-lettered: 0, unknown: 1", statistics.ToString());
        }

        Assert.Equal(["1|Ada"], database.Rows("SELECT userid, first_name FROM customers"));
        Assert.Equal(["""o1|{"Total":12.5,"id":"o1"}"""], database.Rows("SELECT id, document FROM orders_eu"));
        Assert.Equal(["""a1|{"id":{"S":"a1"},"raw":{"B":"AA=="}}"""], database.Rows("SELECT id, document FROM audit"));
        Assert.Equal(["c1|1|3|c1|1"], database.Rows("SELECT id, at, itemcount, dist_key FROM carts"));
        Assert.Empty(database.Rows("SELECT name FROM sqlite_master WHERE name LIKE 'elsewhere%'"));
    }

    [Fact]
    public void Names_do_not_depend_on_what_was_seen()
    {
        Assert.Equal("orders", SchemalessNames.OfTable("Orders"));
        Assert.Equal("prod_orders", SchemalessNames.OfTable("prod.orders"));
        Assert.Equal("c_cdc_models", SchemalessNames.OfTable("cdc_models"));
        Assert.Matches("^orders__cdc_[0-9a-f]{8}$", SchemalessNames.OfTable("orders__cdc"));
        Assert.Equal(58, SchemalessNames.OfTable(new('x', 255)).Length);
        Assert.NotEqual(SchemalessNames.OfTable(new('x', 255)), SchemalessNames.OfTable(new('x', 254)));
        Assert.Equal(["id", "id_12156e92"], SchemalessNames.OfKeys([("id", AttributeKind.S), ("Id", AttributeKind.N)], null).Select(static key => key.Column));
        Assert.Equal("c_document", SchemalessNames.Plain("Document", SchemalessNames.Document));
        Assert.Equal("document", SchemalessNames.Plain("Document", null));
    }

    [Fact]
    public void Contradictions_are_refused_where_they_are_written()
    {
        Throws(static tables => tables.AddDocuments("t").AddColumns("t"), "added twice");
        Throws(static tables => tables.AddDocuments("t*", static table => table.SqlName = "x"), "cannot all have the SqlName 'x'");
        Throws(static tables => tables.AddDocuments("t", static table => table.SqlName = "cdc_models"), "not begin with 'cdc_'");
        Assert.Throws<ArgumentException>(() => new TableSetBuilder().AddDocuments("t", static table => table.Keys("a", "a")));
        Assert.ThrowsAny<ArgumentException>(() => new TableSetBuilder().AddDocuments(""));

        static void Throws(Action<TableSetBuilder> tables, string reason) =>
            Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => tables(new())).Message, StringComparison.Ordinal);
    }

    private protected override Task<ISchemalessDatabase> OpenAsync() => Task.FromResult<ISchemalessDatabase>(new SchemalessSqlite());

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "TypedCdc.sln")))
            {
                folder = folder.Parent;
            }

            return folder.FullName;
        }
    }
}
