using TypedCdc.Decoding;
using TypedCdc.Sql.Engine;

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
    public async Task Off_neither_creates_nor_compares_and_says_what_is_missing()
    {
        using var database = new SqliteFixture();
        var missing = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV1>(database, Off));
        Assert.Contains("MigrationMode is Off, and these tables are not there: cdc_models, evolving__cdc, evolving__cdc_ties.", missing.Message, StringComparison.Ordinal);
        Assert.Empty(database.Rows("SELECT name FROM sqlite_master"));
        using (var connection = new TypedCdc.Sqlite.SqliteConnection(database.Path))
        {
            connection.Execute(missing.Plan);
            connection.Execute("ALTER TABLE evolving__cdc ADD COLUMN own NOT NULL DEFAULT 1");
        }

        await using var sink = await StartAsync<EvolvingV1>(database, Off);
        await sink.WriteAsync([Record(1, 1, "Ada")], default);
        Assert.Equal(["1|Ada"], database.Rows("SELECT * FROM evolving"));

        static void Off(TableSetBuilder tables)
        {
            tables.Migrations = MigrationMode.Off;
            tables.Add<EvolvingV1>();
        }
    }

    [Fact]
    public async Task A_migration_that_dies_before_any_of_its_statements_is_done_by_the_next_start()
    {
        for (var death = 1; ; death++)
        {
            using var database = new SqliteFixture();
            await using (var first = await StartAsync<EvolvingV1>(database))
            {
                await first.WriteAsync([Record(1, 1, "Ada")], default);
            }

            var before = database.Rows("SELECT sql FROM sqlite_master ORDER BY name");
            var statements = 0;
            var dying = database.Sink(static tables => tables.Add<EvolvingV2>(), _ =>
            {
                if (++statements == death)
                {
                    throw new IOException("dies");
                }
            });
            try
            {
                await dying.StartAsync(SqliteFixture.Context(models: Models), default);
                Assert.True(death > 8, $"It had {death} statements.");
                return;
            }
            catch (IOException)
            {
                await dying.DisposeAsync();
            }

            if (database.Rows("SELECT sql FROM sqlite_master ORDER BY name").SequenceEqual(before))
            {
                await (await StartAsync<EvolvingV1>(database)).DisposeAsync(); // the older worker does not notice
            }

            await using var next = await StartAsync<EvolvingV2>(database);
            await next.WriteAsync([Record(2, 2, "Grace", ""","Age":{"N":"36"}""")], default);
            Assert.Equal(["1|∅|Ada|∅", "2|36|Grace|∅"], database.Rows("SELECT * FROM evolving ORDER BY id"));
        }
    }

    [Fact]
    public async Task What_is_not_the_sinks_own_is_left_alone_and_triggers_on_the_view_stay()
    {
        foreach (var made in (string[])["CREATE TABLE Evolving (id, mine)", "CREATE VIEW evolving AS SELECT 1 AS id"])
        {
            using var taken = new SqliteFixture();
            using (var connection = new TypedCdc.Sqlite.SqliteConnection(taken.Path))
            {
                connection.Execute(made);
            }

            var drift = await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV1>(taken));
            Assert.Matches("-- cannot be mended: table 'evolving__cdc': where its view belongs, there is a (table|view) \"evolving\" that the sink has not made", drift.Plan);
            Assert.Single(taken.Rows("SELECT name FROM sqlite_master"));
        }

        using var database = new SqliteFixture();
        await (await StartAsync<EvolvingV1>(database)).DisposeAsync();
        using (var connection = new TypedCdc.Sqlite.SqliteConnection(database.Path))
        {
            connection.Execute("CREATE VIEW report AS SELECT id FROM evolving; CREATE TRIGGER catcher INSTEAD OF UPDATE ON evolving BEGIN SELECT 1; END");
        }

        await (await StartAsync<EvolvingV2>(database)).DisposeAsync();
        Assert.Equal(["catcher", "evolving", "report"], database.Rows("SELECT name FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name"));
        Assert.Empty(database.Rows("SELECT * FROM report"));
    }

    /// <summary>What the warning says fills the rows.</summary>
    [Fact]
    public async Task An_export_fills_the_columns_that_were_added()
    {
        using var database = new SqliteFixture();
        await using (var first = await StartAsync<EvolvingV1>(database))
        {
            await first.WriteAsync([Record(1, 1, "Ada", ""","Age":{"N":"36"}""")], default);
        }

        await using var second = await StartAsync<EvolvingV2>(database);
        Assert.Equal(["1|∅|Ada|∅"], database.Rows("SELECT * FROM evolving"));
        await second.WriteAsync([TestRecord.Snapshot("evolving", 3_600_000_000, """{"id":{"N":"1"},"Name":{"S":"Ada"},"Age":{"N":"36"}}""")], default);
        Assert.Equal(["1|36|Ada|∅"], database.Rows("SELECT * FROM evolving"));
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
