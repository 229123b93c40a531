using System.Globalization;

namespace TypedCdc.Sql.Tests.Watermarks;

public sealed class SqliteWatermarkTests
{
    private const string Keys = """{"userid":{"N":"1"}}""";

    private static async Task<RelationalSink> StartAsync(SqliteFixture database, Action<TableSetBuilder>? tables = null, int lanes = 1, Action<string>? beforeStatement = null)
    {
        var sink = database.Sink(tables, beforeStatement);
        await sink.StartAsync(LeasedHistory.Context(lanes), default);
        return sink;
    }

    private static async Task<(long Rows, long Replayed)> WriteAsync(SqliteFixture database, LeasedHistory history, ShardLease lease, Action<TableSetBuilder>? tables = null, int from = 0)
    {
        await using var sink = await StartAsync(database, tables);
        await sink.WriteAsync(history.Records(lease, from), default);
        return (sink.Metrics!.Rows, sink.Metrics.ReplayedRows);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 64)]
    [InlineData(4, 1)]
    [InlineData(5, 64)]
    public async Task After_a_crash_between_any_two_statements_a_replay_writes_what_is_missing_and_then_nothing(int seed, int lanes)
    {
        var random = new Random(seed);
        var history = new LeasedHistory(seed, changes: 160);
        using var database = new SqliteFixture();
        var crashes = 0;
        var isDone = false;
        while (!isDone)
        {
            var countdown = random.Next(1, 250);
            var lease = LeasedHistory.Lease();
            try
            {
                await using var sink = await StartAsync(database, lanes: lanes, beforeStatement: _ =>
                {
                    if (--countdown == 0)
                    {
                        throw new FakeDatabase.CrashException();
                    }
                });
                foreach (var batch in history.Cut(lease, random))
                {
                    await sink.WriteAsync(batch, default);
                }

                isDone = true;
            }
            catch (FakeDatabase.CrashException)
            {
                crashes++;
            }
        }

        Assert.True(crashes > 0);
        Assert.Equal(history.Expected, database.Dump("customers"));

        var statements = new List<string>();
        await using var replay = await StartAsync(database, lanes: lanes, beforeStatement: statements.Add);
        statements.Clear();
        foreach (var batch in history.Cut(LeasedHistory.Lease(), random))
        {
            await replay.WriteAsync(batch, default);
        }

        Assert.Equal((history.Count, 0), (replay.Metrics!.ReplayedRows, replay.Metrics.Rows + replay.Metrics.StaleRows));
        Assert.All(statements, static statement => Assert.False(statement.StartsWith("INSERT", StringComparison.Ordinal), statement));
        Assert.Equal(history.Expected, database.Dump("customers"));
    }

    [Fact]
    public async Task A_dead_letter_that_is_redriven_is_written_although_the_lane_is_past_it()
    {
        using var database = new SqliteFixture();
        await using var sink = await StartAsync(database);
        var lease = LeasedHistory.Lease();
        CdcRecord Make(string number, string item) => TestRecord.Make("MODIFY", "customers", long.Parse(number, CultureInfo.InvariantCulture), number, Keys, item);
        var broken = Make("20", """{"userid":{"N":"1"},"phone":{"S":"x"}}""");
        var rejected = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [Lease(Make("10", Keys)), Lease(broken), Lease(TestRecord.Make("INSERT", "customers", 30, "30", """{"userid":{"N":"2"}}""", """{"userid":{"N":"2"}}"""))], default));
        Assert.Equal(1, Assert.Single(rejected.Rejected).Index);

        // It is in no dead-letter store yet: only what is before it counts.
        Assert.Equal(["00210|00210"], database.Rows("SELECT first, last FROM cdc_watermarks"));
        await sink.WriteAsync([Lease(TestRecord.Make("INSERT", "customers", 40, "40", """{"userid":{"N":"3"}}""", """{"userid":{"N":"3"}}"""))], default);
        Assert.Equal(["00210|00240"], database.Rows("SELECT first, last FROM cdc_watermarks"));

        // Mended and redriven, without a lease, at its old position.
        await sink.WriteAsync([Make("20", """{"userid":{"N":"1"},"phone":{"N":"5"}}""")], default);
        Assert.Equal(["1|5", "2|∅", "3|∅"], database.Rows("SELECT userid, phone FROM customers ORDER BY userid"));

        CdcRecord Lease(CdcRecord record) => record.With(lease, record.GetKeyHash());
    }

    [Fact]
    public async Task A_refused_record_without_a_lease_holds_every_lane()
    {
        using var database = new SqliteFixture();
        await using var sink = await StartAsync(database, lanes: 64);
        var records = new LeasedHistory(3, changes: 20).Records(LeasedHistory.Lease());
        records.Insert(4, TestRecord.Make("MODIFY", "customers", 1, "1", Keys, """{"userid":{"S":"x"}}"""));
        await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(records, default));
        Assert.Empty(database.Rows("SELECT * FROM cdc_watermarks"));
    }

    [Theory]
    [InlineData("DROP VIEW customers; DROP TABLE customers__cdc; DROP TABLE customers__cdc_ties")]
    [InlineData("DELETE FROM customers__cdc")]
    [InlineData("DELETE FROM cdc_watermarks; DELETE FROM customers__cdc WHERE userid % 2 = 0")]
    public async Task A_table_that_was_dropped_or_emptied_is_filled_again_by_a_replay(string loss)
    {
        var history = new LeasedHistory(5, changes: 100);
        using var database = new SqliteFixture();
        await WriteAsync(database, history, LeasedHistory.Lease());
        foreach (var statement in loss.Split("; "))
        {
            database.Query(statement);
        }

        var (rows, replayed) = await WriteAsync(database, history, LeasedHistory.Lease());
        Assert.Equal(0, replayed);
        Assert.True(rows > 0);
        Assert.Equal(history.Expected, database.Dump("customers"));
    }

    [Fact]
    public async Task A_table_that_changes_under_a_running_sink_is_not_believed_any_more()
    {
        var history = new LeasedHistory(6, changes: 100);
        using var database = new SqliteFixture();
        var lease = LeasedHistory.Lease();
        await using var sink = await StartAsync(database);
        await sink.WriteAsync(history.Records(lease, 0, 40), default);
        database.Query("CREATE TABLE other (id INTEGER)"); // SQLite does not say which table it was
        await sink.WriteAsync(history.Records(lease, 40), default);
        Assert.Equal(history.Expected, database.Dump("customers"));
        Assert.Equal([StoredWatermark.ToText(history.NumberAt(40)) + "|" + StoredWatermark.ToText(history.NumberAt(history.Count - 1))], database.Rows("SELECT first, last FROM cdc_watermarks"));

        await using var replay = await StartAsync(database);
        var again = LeasedHistory.Lease();
        await replay.WriteAsync(history.Records(again, 0, 40), default);
        await replay.WriteAsync(history.Records(again, 40), default);
        Assert.Equal(0, replay.Metrics!.ReplayedRows); // the reading began before what is known
        Assert.Equal(history.Expected, database.Dump("customers"));
    }

    [Fact]
    public async Task An_owner_with_an_older_token_is_refused_and_writes_nothing()
    {
        var history = new LeasedHistory(7, changes: 100);
        using var database = new SqliteFixture();
        await using var older = await StartAsync(database);
        await using var newer = await StartAsync(database);
        var first = LeasedHistory.Lease(token: 7);
        await older.WriteAsync(history.Records(first, 0, 30), default);
        var second = LeasedHistory.Lease(token: 8);
        await newer.WriteAsync(history.Records(second, 0, 40), default);
        Assert.Equal(30, newer.Metrics!.ReplayedRows);
        var dump = database.Dump("customers");

        var stale = await Assert.ThrowsAsync<StaleLeaseException>(async () => await older.WriteAsync(history.Records(first, 30, 60), default));
        Assert.Equal(
            "The shard 'stream:1/shard' of the application 'test' has another owner: its token in the table cdc_watermarks is 8, this worker's is 7. Nothing of the write was kept; it is tried again until this worker gives "
            + "the shard up. Where no other worker has it because the lease table was made anew, so that its counters began anew, stop all workers and run: DELETE FROM cdc_watermarks WHERE application = 'test'.",
            stale.Message);
        await using var late = await StartAsync(database);
        await Assert.ThrowsAsync<StaleLeaseException>(async () => await late.WriteAsync(history.Records(LeasedHistory.Lease(token: 6), 50), default));
        Assert.Equal(dump, database.Dump("customers"));

        await newer.WriteAsync(history.Records(second, 40), default);
        Assert.Equal(history.Expected, database.Dump("customers"));
        Assert.Equal(["8"], database.Rows("SELECT token FROM cdc_watermarks"));

        // One that reads alone is not fenced, and does not forget the token.
        await using var alone = await StartAsync(database);
        await alone.WriteAsync(history.Records(LeasedHistory.Lease()), default);
        Assert.Equal(["8"], database.Rows("SELECT token FROM cdc_watermarks"));
    }

    [Fact]
    public async Task A_reading_that_was_put_back_on_purpose_writes_everything_again()
    {
        var history = new LeasedHistory(8, changes: 100);
        using var database = new SqliteFixture();
        var lease = LeasedHistory.Lease();
        await using (var sink = await StartAsync(database))
        {
            await sink.WriteAsync(history.Records(lease, 0, 50), default);
            lease.Checkpoint = history.NumberAt(40);
            await sink.WriteAsync(history.Records(lease, 50), default);
            lease.Checkpoint = history.NumberAt(history.Count - 1); // behind the last write: the end of the sink remembers it
        }

        Assert.Equal([StoredWatermark.ToText(lease.Checkpoint)], database.Rows("SELECT checkpoint FROM cdc_watermarks"));
        database.Query("DELETE FROM customers__cdc WHERE userid % 2 = 0");

        // Of the lane's interval, this start sees only the middle: it is the checkpoint that tells.
        var (_, replayed) = await WriteAsync(database, history, LeasedHistory.Lease());
        Assert.Equal(0, replayed);
        Assert.Equal(history.Expected, database.Dump("customers"));
        (_, replayed) = await WriteAsync(database, history, LeasedHistory.Lease());
        Assert.Equal(history.Count, replayed);
    }

    [Fact]
    public async Task A_checkpoint_is_remembered_also_where_nothing_is_written_any_more()
    {
        var history = new LeasedHistory(8, changes: 50);
        using var database = new SqliteFixture();
        var lease = LeasedHistory.Lease();
        var store = new TypedCdc.Sqlite.SqliteStore(new() { Path = database.Path });
        await using var sink = new RelationalSink(new TableSetBuilder().Add<Customer>().Build(), store);
        await sink.StartAsync(LeasedHistory.Context(lanes: 64), default);
        await sink.WriteAsync(history.Records(lease), default);
        lease.Checkpoint = history.NumberAt(20);
        await sink.RememberCheckpointsAsync(default);
        Assert.Equal([StoredWatermark.ToText(lease.Checkpoint)], database.Rows("SELECT max(checkpoint) FROM cdc_watermarks"));
    }

    [Fact]
    public async Task Another_model_makes_a_replay_write_again()
    {
        var history = new LeasedHistory(9, changes: 60);
        using var database = new SqliteFixture();
        await WriteAsync(database, history, LeasedHistory.Lease());
        Assert.Equal(0, (await WriteAsync(database, history, LeasedHistory.Lease(), static tables => tables.Add<Customer>(static table => table.OnUnfit = UnfitValue.NullAndReport))).Replayed);
        Assert.Equal(history.Count, (await WriteAsync(database, history, LeasedHistory.Lease(), static tables => tables.Add<Customer>(static table => table.OnUnfit = UnfitValue.NullAndReport))).Replayed);
    }

    [Fact]
    public async Task Tables_without_a_class_have_watermarks_too()
    {
        var history = new LeasedHistory(10, changes: 80);
        using var database = new SqliteFixture();
        await using (var sink = database.Sink(static tables => tables.AddColumns("customers")))
        {
            await sink.StartAsync(Unknown(), default);
            foreach (var batch in history.Cut(LeasedHistory.Lease(), new Random(1)))
            {
                await sink.WriteAsync(batch, default);
            }

            Assert.Equal(0, sink.Metrics!.ReplayedRows);
        }

        var rows = database.Rows("SELECT * FROM customers__cdc ORDER BY userid");
        await using var replay = database.Sink(static tables => tables.AddColumns("customers"));
        await replay.StartAsync(Unknown(), default);
        var last = history.Records(LeasedHistory.Lease(), history.Count - 1);
        await replay.WriteAsync(last, default);
        Assert.Equal(1, replay.Metrics!.ReplayedRows);
        Assert.Equal(rows, database.Rows("SELECT * FROM customers__cdc ORDER BY userid"));

        static SinkContext Unknown()
        {
            var context = LeasedHistory.Context();
            return new() { Application = context.Application, TimeProvider = context.TimeProvider, Logger = context.Logger, Tables = new NoModels(), Lanes = 1 };
        }
    }

    [Theory]
    [InlineData(MigrationMode.Off)]
    [InlineData(MigrationMode.Validate)]
    public async Task A_mode_that_makes_no_tables_goes_without_and_says_so_once(MigrationMode mode)
    {
        var history = new LeasedHistory(11, changes: 60);
        using var database = new SqliteFixture();
        await WriteAsync(database, history, LeasedHistory.Lease());
        database.Query("DROP TABLE cdc_watermarks");
        var log = new LogLines();
        await using var sink = database.Sink(tables => tables.Add<Customer>().Migrations = mode);
        var context = LeasedHistory.Context();
        await sink.StartAsync(new() { Application = context.Application, TimeProvider = context.TimeProvider, Logger = log, Tables = context.Tables }, default);
        await sink.WriteAsync(history.Records(LeasedHistory.Lease(token: 1)), default);
        Assert.Equal(0, sink.Metrics!.ReplayedRows);
        Assert.Single(log.Lines, static line => line.Contains("CREATE TABLE IF NOT EXISTS \"cdc_watermarks\"", StringComparison.Ordinal));
        Assert.Empty(database.Rows("SELECT 1 FROM sqlite_master WHERE name = 'cdc_watermarks'"));
    }

    private sealed class NoModels : ITableRouter
    {
        public IReadOnlyList<CdcModel> Find(string tableName) => [];
    }
}
