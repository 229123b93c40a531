using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Purge;

public sealed class SqlitePurgeTests
{
    private static readonly TimeSpan Keep = TimeSpan.FromMicroseconds(LateDelivery.Lateness);

    [Fact]
    public async Task Purges_in_the_middle_change_nothing_that_comes_in_time()
    {
        var purged = 0;
        for (var seed = 1; seed <= 30; seed++)
        {
            using var database = new SqliteFixture();
            var delivery = new LateDelivery(seed, isBounded: true);
            var refused = await DeliverAsync(database, delivery, seed);
            Assert.Empty(refused);
            Assert.Equal(History.Expect(delivery.All), database.Dump("customers"));
            var removed = delivery.All.GroupBy(static one => one.Key).Count(static changes => History.Expect(changes).Length == 0);
            purged += removed - database.Rows("SELECT 1 FROM customers__cdc WHERE cdc_deleted_at IS NOT NULL").Length;
        }

        Assert.True(purged > 0, "Nothing was purged.");
    }

    [Fact]
    public async Task What_comes_too_late_is_refused_and_never_brings_a_removed_item_back()
    {
        var count = 0;
        for (var seed = 1; seed <= 40; seed++)
        {
            using var database = new SqliteFixture();
            var delivery = new LateDelivery(seed, isBounded: false);
            var refused = await DeliverAsync(database, delivery, seed);
            delivery.Check(refused, database.Dump("customers"), $"Seed {seed}");
            count += refused.Count;
        }

        Assert.True(count > 0, "Nothing came too late.");
    }

    [Fact]
    public async Task The_reason_names_the_horizon_and_neighbours_are_written()
    {
        using var database = new SqliteFixture();
        var time = new SettableTime { Microseconds = 1_000_000_000 };
        await using var sink = await StartAsync(database, time);
        await sink.WriteAsync([Record("REMOVE", 1, 10), Record("REMOVE", 2, 900_000_000)], default);
        await sink.PurgeAsync(default);
        Assert.Equal(["2"], database.Rows("SELECT userid FROM customers__cdc"));
        Assert.Equal(["896000000"], database.Rows("SELECT horizon FROM cdc_models"));
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(
            async () => await sink.WriteAsync([Record("INSERT", 1, 5), Record("REMOVE", 3, 5), Record("INSERT", 2, 5), Record("INSERT", 4, 896_000_000)], default));
        var reason = Assert.Single(refused.Rejected);
        Assert.Equal(0, reason.Index);
        Assert.Contains("'customers' has forgotten the items that were removed before 1970-01-01T00:14:56Z (TombstoneRetention)", reason.Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["2", "4"], database.Rows("SELECT userid FROM customers__cdc ORDER BY 1"));

        // Remembered by the database: a worker that does not purge keeps to it.
        await using var other = await database.StartAsync();
        await Assert.ThrowsAsync<RejectedRecordsException>(async () => await other.WriteAsync([Record("INSERT", 1, 5)], default));
    }

    [Fact]
    public async Task A_clock_that_is_ahead_does_not_put_the_horizon_into_the_streams_future()
    {
        using var database = new SqliteFixture();
        await using var sink = await StartAsync(database, new() { Microseconds = 4_000_000_000_000_000 });
        await sink.WriteAsync([Record("REMOVE", 1, 900_000_000)], default);
        await sink.PurgeAsync(default);
        await sink.WriteAsync([Record("INSERT", 2, 900_000_001)], default);
        Assert.Equal(["896000000"], database.Rows("SELECT horizon FROM cdc_models"));
    }

    [Fact]
    public async Task Many_tombstones_go_in_small_transactions_and_settled_ties_with_them()
    {
        using var database = new SqliteFixture();
        var commits = 0;
        await using var sink = await StartAsync(database, new() { Microseconds = 900_000_000 }, statement => commits += statement == "COMMIT" ? 1 : 0);
        await sink.WriteAsync([.. Enumerable.Range(0, 2_500).Select(static i => Record("REMOVE", i, 10)), Record("INSERT", 7, 10, 2), Record("REMOVE", 9_999, 900_000_000)], default);
        Assert.Equal(["2"], database.Rows("SELECT count(*) FROM customers__cdc_ties"));
        await sink.WriteAsync([Record("REMOVE", 7, 11, 3)], default);
        commits = 0;
        await sink.PurgeAsync(default);
        Assert.Equal(3, commits);
        Assert.Equal(["9999"], database.Rows("SELECT userid FROM customers__cdc"));
        Assert.Equal(["0"], database.Rows("SELECT count(*) FROM customers__cdc_ties"));
    }

    [Fact]
    public async Task The_sink_purges_by_itself()
    {
        using var database = new SqliteFixture();
        await using var sink = database.Sink(static tables =>
        {
            tables.Add<Customer>();
            tables.TombstoneRetention = TimeSpan.FromSeconds(1);
            tables.TombstoneMargin = TimeSpan.Zero;
            tables.PurgeInterval = TimeSpan.FromMilliseconds(5);
        });
        await sink.StartAsync(SqliteFixture.Context(), default);
        await sink.WriteAsync([Record("REMOVE", 1, 10), Record("REMOVE", 2, 900_000_000)], default);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (database.Rows("SELECT userid FROM customers__cdc").Length > 1)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    [Fact]
    public void Options_that_mean_nothing_are_refused()
    {
        var tables = new TableSetBuilder { TombstoneRetention = TimeSpan.Zero };
        tables.Add<Customer>();
        Assert.Throws<InvalidOperationException>(tables.Build);
    }

    private static async Task<HashSet<History.Event>> DeliverAsync(SqliteFixture database, LateDelivery delivery, int seed)
    {
        var random = new Random(seed);
        var time = new SettableTime();
        var refused = new HashSet<History.Event>();
        await using var sink = await StartAsync(database, time);
        foreach (var (wave, start) in delivery.Waves.Zip(delivery.Starts))
        {
            time.Microseconds = start;
            if (random.Next(2) == 0)
            {
                await sink.PurgeAsync(default);
            }

            try
            {
                await sink.WriteAsync([.. wave.Select(static one => one.ToRecord())], default);
            }
            catch (RejectedRecordsException rejected)
            {
                refused.UnionWith(rejected.Rejected.Select(one => wave[one.Index]));
            }
        }

        return refused;
    }

    private static async Task<RelationalSink> StartAsync(SqliteFixture database, SettableTime time, Action<string>? beforeStatement = null)
    {
        var tables = new TableSetBuilder { TombstoneRetention = Keep, TombstoneMargin = TimeSpan.Zero };
        tables.Add<Customer>();
        var sink = new RelationalSink(tables.Build(), new SqlStore(new SqliteDatabase(new() { Path = database.Path }) { BeforeStatement = beforeStatement }));
        await sink.StartAsync(SqliteFixture.Context(time), default);
        return sink;
    }

    private static CdcRecord Record(string operation, int id, long time, int number = 1)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make(operation, "customers", time, number.ToString(System.Globalization.CultureInfo.InvariantCulture), key, operation == "REMOVE" ? null : key, operation == "INSERT" ? null : key);
    }
}
