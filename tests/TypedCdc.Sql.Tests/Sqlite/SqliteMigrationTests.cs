namespace TypedCdc.Sql.Tests.Sqlite;

public sealed class SqliteMigrationTests
{
    private static readonly CdcModel[] Models =
        [CdcModel.Get<EvolvingV1>(), CdcModel.Get<EvolvingV2>(), CdcModel.Get<EvolvingOtherType>(), CdcModel.Get<EvolvingOtherKey>()];

    [Fact]
    public async Task Columns_are_added_the_view_follows_and_nothing_is_lost()
    {
        using var database = new SqliteFixture();
        await using (var first = await StartAsync<EvolvingV1>(database))
        {
            await first.WriteAsync([Record(1, 1, "Ada")], default);
        }

        await using (var second = await StartAsync<EvolvingV2>(database))
        {
            await second.WriteAsync([Record(2, 2, "Grace", ""","Age":{"N":"36"}""")], default);
        }

        Assert.Equal(["1|∅|Ada|∅", "2|36|Grace|∅"], database.Rows("SELECT * FROM evolving ORDER BY id"));
        Assert.Equal(["id", "age", "name", "photo"], database.Rows("SELECT name FROM pragma_table_info('evolving') ORDER BY cid"));
    }

    [Fact]
    public async Task A_worker_with_the_older_model_stops_beside_a_newer_one_and_at_its_start()
    {
        using var database = new SqliteFixture();
        await using var older = await StartAsync<EvolvingV1>(database);
        await older.WriteAsync([Record(1, 1, "Ada")], default);
        await using var newer = await StartAsync<EvolvingV2>(database);
        await newer.WriteAsync([Record(1, 2, "Grace")], default);
        var stopped = await Assert.ThrowsAsync<SchemaDriftException>(async () => await older.WriteAsync([Record(1, 3, "Barbara")], default));
        Assert.Contains("newer revision", stopped.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV1>(database));
        Assert.Equal(["Grace"], database.Rows("SELECT name FROM evolving"));

        await using var back = await StartAsync<EvolvingV1>(database, static tables => tables.Add<EvolvingV1>(static table => table.GoBackToThisModel()));
        await back.WriteAsync([Record(1, 3, "Barbara")], default);
        Assert.Equal(["Barbara"], database.Rows("SELECT name FROM evolving"));
    }

    [Fact]
    public async Task Validate_changes_nothing_and_says_what_would_be_done()
    {
        using var database = new SqliteFixture();
        await (await StartAsync<EvolvingV1>(database)).DisposeAsync();
        var before = database.Rows("SELECT sql FROM sqlite_master");
        var drift = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV2>(database, static tables =>
        {
            tables.Migrations = MigrationMode.Validate;
            tables.Add<EvolvingV2>();
        }));
        Assert.Contains("""ALTER TABLE "evolving__cdc" ADD COLUMN "age" INTEGER;""", drift.Message, StringComparison.Ordinal);
        Assert.Equal(before, database.Rows("SELECT sql FROM sqlite_master"));
        await (await StartAsync<EvolvingV1>(database, static tables =>
        {
            tables.Migrations = MigrationMode.Validate;
            tables.Add<EvolvingV1>();
        })).DisposeAsync();
    }

    [Fact]
    public async Task Off_neither_creates_nor_compares()
    {
        using var database = new SqliteFixture();
        var sink = database.Sink(static tables =>
        {
            tables.Migrations = MigrationMode.Off;
            tables.Add<EvolvingV1>();
        });
        await Assert.ThrowsAsync<SqliteException>(async () => await sink.StartAsync(SqliteFixture.Context(models: Models), default));
        Assert.Empty(database.Rows("SELECT name FROM sqlite_master"));
    }

    [Fact]
    public async Task What_no_migration_mends_is_reported_and_left_alone()
    {
        using var database = new SqliteFixture();
        await (await StartAsync<EvolvingV1>(database)).DisposeAsync();
        var type = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingOtherType>(database));
        Assert.Contains("the column 'name' is TEXT, the model's is REAL", type.Message, StringComparison.Ordinal);
        var key = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingOtherKey>(database));
        Assert.Contains("its primary key is (id), the model's is (name)", key.Message, StringComparison.Ordinal);
        Assert.Equal(["id", "name"], database.Rows("SELECT name FROM pragma_table_info('evolving')"));
    }

    private static async Task<RelationalSink> StartAsync<T>(SqliteFixture database, Action<TableSetBuilder>? tables = null)
    {
        var sink = database.Sink(tables ?? (static tables => tables.Add<T>()));
        await sink.StartAsync(SqliteFixture.Context(models: CdcModel.Get<T>()), default);
        return sink;
    }

    private static CdcRecord Record(int id, int version, string name, string more = "") => TestRecord.Make(
        "MODIFY", "evolving", version, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"Name":{"S":"{{{name}}}"}{{{more}}}}""");
}
