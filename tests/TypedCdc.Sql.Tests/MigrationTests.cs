using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sources;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Schema;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests;

/// <summary>What a migration does, does not do, and says, on both databases.</summary>
[Collection("PostgreSQL")]
public sealed class MigrationTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_drops_and_renames_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await RenameAsync(
            (tables, model) => database.StartAsync(tables, model),
            sql => database.RowsAsync(sql),
            "SELECT attname::text FROM pg_attribute WHERE attrelid = 'evolving__cdc'::regclass AND attnum > 0 AND attname NOT LIKE 'cdc%' ORDER BY attname",
            "SELECT attname::text FROM pg_attribute WHERE attrelid = 'evolving'::regclass AND attnum > 0 ORDER BY attnum");
    }

    [Fact]
    public async Task SQLite_drops_and_renames_nothing()
    {
        using var database = new SqliteFixture();
        await RenameAsync(
            async (tables, model) =>
            {
                var sink = database.Sink(tables);
                await sink.StartAsync(SqliteFixture.Context(models: model), default);
                return sink;
            },
            sql => Task.FromResult(database.Rows(sql)),
            "SELECT name FROM pragma_table_info('evolving__cdc') WHERE name NOT LIKE 'cdc%' ORDER BY name",
            "SELECT name FROM pragma_table_info('evolving') ORDER BY cid");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_widened_column_takes_wide_values_of_changes_at_the_same_time_too()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync(static tables => tables.Add<EvolvingV2>(), CdcModel.Get<EvolvingV2>())).DisposeAsync();
        await using var sink = await database.StartAsync(Widening<EvolvingV3>, CdcModel.Get<EvolvingV3>());
        await sink.WriteAsync([Record(1, "1", ""","Age":{"N":"5000000001"}""")], default);
        await sink.WriteAsync([Record(1, "2", ""","Age":{"N":"5000000002"}""")], default);
        Assert.Equal(["5000000002"], await database.RowsAsync("SELECT age::text FROM evolving"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task The_plan_of_PostgreSQL_can_be_had_without_running_it_and_says_how_to_mend_what_it_cannot()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var plan = await PlanAsync(tables => database.StartAsync(tables, CdcModel.Get<EvolvingV1>()), static tables => tables.Add<EvolvingV1>());
        Assert.Contains("CREATE TABLE", plan, StringComparison.Ordinal);
        Assert.Empty(await database.RowsAsync("SELECT relname::text FROM pg_class WHERE relname LIKE 'evolving%' OR relname = 'cdc_models'"));
        await database.ExecuteAsync(plan); // what it says is what it would run
        await (await database.StartAsync(
            static tables =>
            {
                tables.Migrations = MigrationMode.Validate;
                tables.Add<EvolvingV1>();
            },
            CdcModel.Get<EvolvingV1>())).DisposeAsync();

        await (await database.StartAsync(static tables => tables.Add<EvolvingV2>(), CdcModel.Get<EvolvingV2>())).DisposeAsync();
        Assert.Contains(
            "-- cannot be mended: table 'evolving__cdc': the column 'name' is text, the model's is double precision. Give the member a [CdcColumn] of another name",
            await PlanAsync(tables => database.StartAsync(tables, CdcModel.Get<EvolvingOtherType>()), static tables => tables.Add<EvolvingOtherType>()), StringComparison.Ordinal);
        Assert.Contains(
            "-- cannot be mended: table 'evolving__cdc': its primary key is (id), the model's is (name). A key is never changed in place",
            await PlanAsync(tables => database.StartAsync(tables, CdcModel.Get<EvolvingOtherKey>()), static tables => tables.Add<EvolvingOtherKey>()), StringComparison.Ordinal);
        await using var wide = await database.StartAsync(Widening<EvolvingV3>, CdcModel.Get<EvolvingV3>());
        var narrow = await Assert.ThrowsAsync<SchemaDriftException>(() => database.StartAsync(Widening<EvolvingV2>, CdcModel.Get<EvolvingV2>()));
        Assert.Contains("newer revision", narrow.Message, StringComparison.Ordinal);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task The_plan_of_PostgreSQL_is_that_of_all_tables_and_Off_says_what_is_missing()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await WholePlanAsync(
            tables => database.Sink(tables), tables => StartHistoryAsync(tables, set => RelationalSink.OfHistories(set, new SqlStore(new NpgsqlDatabase(new PostgresSinkOptions { ConnectionString = database.ConnectionString })))),
            database.ExecuteAsync);
        Assert.Equal(["1"], await database.RowsAsync("SELECT count(*)::text FROM evolving"));
    }

    [Fact]
    public async Task The_plan_of_SQLite_is_that_of_all_tables_and_Off_says_what_is_missing()
    {
        using var database = new SqliteFixture();
        await WholePlanAsync(
            tables => database.Sink(tables), tables => StartHistoryAsync(tables, set => RelationalSink.OfHistories(set, new SqlStore(new SqliteDatabase(new() { Path = database.Path })))),
            sql =>
            {
                using var connection = new TypedCdc.Sqlite.SqliteConnection(database.Path);
                connection.Execute(sql);
                return Task.CompletedTask;
            });
        Assert.Equal(["1"], database.Rows("SELECT count(*) FROM evolving"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Workers_of_PostgreSQL_that_start_at_once_on_an_empty_database_make_everything_once()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var log = new LogLines();
        await StartManyAsync(
            tables => database.Sink(tables), (tables, context) => StartHistoryAsync(tables, set => RelationalSink.OfHistories(set, new SqlStore(new NpgsqlDatabase(new PostgresSinkOptions { ConnectionString = database.ConnectionString }))), context), log);
        Assert.Equal(["4"], await database.RowsAsync("SELECT count(*)::text FROM evolving"));
        Assert.Equal(["4"], await database.RowsAsync("SELECT count(*)::text FROM loose"));
    }

    [Fact]
    public async Task Workers_of_SQLite_that_start_at_once_on_an_empty_database_make_everything_once()
    {
        using var database = new SqliteFixture();
        var log = new LogLines();
        await StartManyAsync(
            tables => database.Sink(tables), (tables, context) => StartHistoryAsync(tables, set => RelationalSink.OfHistories(set, new SqlStore(new SqliteDatabase(new() { Path = database.Path }))), context), log);
        Assert.Equal(["4"], database.Rows("SELECT count(*) FROM evolving"));
        Assert.Equal(["4"], database.Rows("SELECT count(*) FROM loose"));
    }

    /// <summary>Not tried again for ever: the process ends with what it has to say.</summary>
    [Fact]
    public async Task A_worker_with_an_older_model_stops_when_a_newer_one_comes()
    {
        using var database = new SqliteFixture();
        var source = new TwoRecords();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
        builder.Services.AddTypedCdc(cdc => cdc.From(source).DeadLettersToFile(database.Path + ".dead").ToSqlite(database.Path, static tables => tables.Add<EvolvingV1>()));
        using var host = builder.Build();
        var run = host.RunAsync();
        await source.First.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var newer = database.Sink(static tables => tables.Add<EvolvingV2>());
        await newer.StartAsync(SqliteFixture.Context(models: CdcModel.Get<EvolvingV2>()), default);
        await newer.DisposeAsync();
        source.Next.SetResult();

        var halted = await Assert.ThrowsAsync<DeliveryHaltedException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.IsType<SchemaDriftException>(halted.InnerException);
        Assert.False(source.SecondIsAcknowledged);
        Assert.False(File.Exists(database.Path + ".dead") && new FileInfo(database.Path + ".dead").Length > 0);
        Assert.Equal(["x1"], database.Rows("SELECT name FROM evolving"));
    }

    private static async Task RenameAsync(
        Func<Action<TableSetBuilder>, CdcModel, Task<RelationalSink>> start, Func<string, Task<string[]>> rows, string tableColumns, string viewColumns)
    {
        await using (var before = await start(static tables => tables.Add<EvolvingV2>(), CdcModel.Get<EvolvingV2>()))
        {
            await before.WriteAsync([Record(1, "1", ""","Age":{"N":"5"}""")], default);
        }

        // Name has become Title, Photo is gone.
        await using var after = await start(static tables => tables.Add<EvolvingRenamed>(), CdcModel.Get<EvolvingRenamed>());
        await after.WriteAsync([Record(2, "2", ""","Title":{"S":"t"}"""), Record(1, "1", ""","Age":{"N":"5"}""")], default);
        Assert.Equal(["age", "id", "name", "photo", "title"], await rows(tableColumns));
        Assert.Equal(["id", "age", "title"], await rows(viewColumns));
        Assert.Equal(["1|x1", "2|∅"], await rows("SELECT CAST(id AS text), name FROM evolving__cdc ORDER BY id"));
        Assert.Equal(["1|∅", "2|t"], await rows("SELECT CAST(id AS text), title FROM evolving ORDER BY id"));
    }

    private static async Task WholePlanAsync(Func<Action<TableSetBuilder>, RelationalSink> sink, Func<Action<TableSetBuilder>, Task> startHistory, Func<string, Task> execute)
    {
        var context = SqliteFixture.Context(models: [CdcModel.Get<EvolvingV1>(), CdcModel.Get<Customer>()]);
        foreach (var (mode, what) in ((MigrationMode, string)[])[(MigrationMode.Off, "MigrationMode is Off, and these tables are not there"), (MigrationMode.Validate, "MigrationMode is Validate")])
        {
            var drift = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync(mode));
            Assert.Contains(what, drift.Message, StringComparison.Ordinal);
            foreach (var table in (string[])["cdc_models", "evolving__cdc", "evolving__cdc_ties", "customers__cdc", "customers__cdc_ties"])
            {
                Assert.Contains($"CREATE TABLE IF NOT EXISTS \"{table}\"", drift.Plan, StringComparison.Ordinal);
            }

            var history = await Assert.ThrowsAsync<SchemaDriftException>(() => startHistory(tables => Add(tables, mode)));
            Assert.Contains(what, history.Message, StringComparison.Ordinal);
            Assert.Contains("CREATE TABLE IF NOT EXISTS \"evolving__history\"", history.Plan, StringComparison.Ordinal);
            Assert.Contains("CREATE TABLE IF NOT EXISTS \"customers__history\"", history.Plan, StringComparison.Ordinal);
            if (mode == MigrationMode.Validate)
            {
                await execute(drift.Plan);
                await execute(history.Plan);
            }
        }

        // What it says is all that it takes, in either mode.
        await StartAsync(MigrationMode.Validate);
        await StartAsync(MigrationMode.Off);
        await startHistory(tables => Add(tables, MigrationMode.Validate));
        await startHistory(tables => Add(tables, MigrationMode.Off));

        // A table without a class is made when its first record comes, or the plan says what would make it.
        await using var loose = sink(static tables =>
        {
            tables.Migrations = MigrationMode.Validate;
            tables.AddDocuments("loose");
        });
        await loose.StartAsync(context, default);
        var missing = await Assert.ThrowsAsync<SchemaDriftException>(async () => await loose.WriteAsync([TestRecord.Make("INSERT", "loose", 1, "1", """{"id":{"S":"1"}}""", """{"id":{"S":"1"}}""")], default));
        Assert.Contains("CREATE TABLE IF NOT EXISTS \"loose__cdc\"", missing.Plan, StringComparison.Ordinal);

        async Task StartAsync(MigrationMode mode)
        {
            await using var started = sink(tables => Add(tables, mode));
            await started.StartAsync(context, default);
            await started.WriteAsync([Record(1, "1", "")], default);
        }

        static void Add(TableSetBuilder tables, MigrationMode mode)
        {
            tables.Migrations = mode;
            tables.Add<EvolvingV1>().Add<Customer>().AddHistory<EvolvingV1>().AddHistory<Customer>();
        }
    }

    private static async Task StartManyAsync(Func<Action<TableSetBuilder>, RelationalSink> sink, Func<Action<TableSetBuilder>, SinkContext, Task> startHistory, LogLines log)
    {
        var router = SqliteFixture.Context(models: [CdcModel.Get<EvolvingV1>(), CdcModel.Get<Customer>()]);
        var context = new SinkContext { Application = "test", TimeProvider = router.TimeProvider, Logger = log, Tables = router.Tables };
        await Task.WhenAll(Enumerable.Range(1, 4).Select(worker => Task.Run(async () =>
        {
            await using var started = sink(Add);
            await started.StartAsync(context, default);
            await started.WriteAsync(
                [Record(worker, "1", ""), TestRecord.Make("INSERT", "loose", 1, "1", $$$"""{"id":{"N":"{{{worker}}}"}}""", $$$"""{"id":{"N":"{{{worker}}}"}}""")], default);
            await startHistory(Add, context);
        })));
        foreach (var table in (string[])["the table 'evolving'", "the table 'customers'", "the table 'loose'", "the table 'evolving__history'"])
        {
            Assert.Single(log.Lines, line => line.StartsWith("Information: Migrating " + table, StringComparison.Ordinal));
        }

        static void Add(TableSetBuilder tables) => tables.Add<EvolvingV1>().Add<Customer>().AddHistory<EvolvingV1>().AddDocuments("loose");
    }

    private static async Task StartHistoryAsync(Action<TableSetBuilder> tables, Func<TableSet, RelationalSink> make, SinkContext? context = null)
    {
        var builder = new TableSetBuilder();
        tables(builder);
        await using var sink = make(builder.Build());
        await sink.StartAsync(context ?? SqliteFixture.Context(models: [CdcModel.Get<EvolvingV1>(), CdcModel.Get<Customer>()]), default);
    }

    private static async Task<string> PlanAsync(Func<Action<TableSetBuilder>, Task<RelationalSink>> start, Action<TableSetBuilder> add) =>
        (await Assert.ThrowsAsync<SchemaDriftException>(() => start(tables =>
        {
            tables.Migrations = MigrationMode.Validate;
            add(tables);
        }))).Plan;

    private static void Widening<T>(TableSetBuilder tables)
    {
        tables.Migrations = MigrationMode.Widen;
        tables.Add<T>();
    }

    private static CdcRecord Record(int id, string number, string more) => TestRecord.Make(
        "MODIFY", "evolving", 1, number, $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"Name":{"S":"x{{{id}}}"}{{{more}}}}""");

    private sealed class TwoRecords : IChangeSource
    {
        public string Name => "two records";

        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool SecondIsAcknowledged { get; private set; }

        public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
        {
            await using var channel = context.OpenShard(TestRecord.Shard);
            await channel.PublishAsync(Batch(1), cancellationToken);
            await channel.DrainAsync(cancellationToken);
            First.SetResult();
            await Next.Task;
            await channel.PublishAsync(Batch(2), cancellationToken);
            await channel.DrainAsync(cancellationToken);
            SecondIsAcknowledged = true;
        }

        private static RecordBatch Batch(int id)
        {
            var batch = new RecordBatch(TestRecord.Shard);
            batch.Add(new((UInt128)id), Record(id, "1", "").Utf8.Span);
            return batch;
        }
    }
}
