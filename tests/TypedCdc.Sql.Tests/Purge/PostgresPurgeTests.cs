using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Purge;

[Collection("PostgreSQL")]
public sealed class PostgresPurgeTests(PostgreSql server)
{
    private static readonly TimeSpan Keep = TimeSpan.FromMicroseconds(LateDelivery.Lateness);

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Purges_beside_four_writers_change_nothing_that_comes_in_time()
    {
        var purged = 0;
        for (var seed = 1; seed <= 4; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var delivery = new LateDelivery(seed, isBounded: true);
            var time = new SettableTime();
            var sinks = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(database, time)));
            foreach (var (wave, start) in delivery.Waves.Zip(delivery.Starts))
            {
                time.Microseconds = start;
                await Task.WhenAll(sinks.Select((sink, i) => Task.Run(async () =>
                {
                    if (i == 0)
                    {
                        await sink.PurgeAsync(default);
                    }

                    await sink.WriteAsync([.. wave.Where((_, at) => at % 4 == i || at % 3 == 0).Select(static one => one.ToRecord())], default);
                })));
            }

            foreach (var sink in sinks)
            {
                await sink.DisposeAsync();
            }

            Assert.Equal(History.Expect(delivery.All), await database.DumpCustomersAsync());
            Assert.Equal(["0"], await database.RowsAsync("SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()"));
            var removed = delivery.All.GroupBy(static one => one.Key).Count(static changes => History.Expect(changes).Length == 0);
            purged += removed - (await database.RowsAsync("SELECT '' FROM customers__cdc WHERE cdc_deleted_at IS NOT NULL")).Length;
        }

        Assert.True(purged > 0, "Nothing was purged.");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task What_comes_too_late_is_refused_and_never_brings_a_removed_item_back()
    {
        var count = 0;
        for (var seed = 1; seed <= 8; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var delivery = new LateDelivery(seed, isBounded: false);
            var time = new SettableTime();
            var refused = new HashSet<History.Event>();
            await using var purger = await StartAsync(database, time);
            await using var sink = await StartAsync(database, time);
            foreach (var (wave, start) in delivery.Waves.Zip(delivery.Starts))
            {
                // At once: a tombstone may go from under a write's own statements.
                time.Microseconds = start;
                var purge = Task.Run(async () => await purger.PurgeAsync(default));
                try
                {
                    await sink.WriteAsync([.. wave.Select(static one => one.ToRecord())], default);
                }
                catch (RejectedRecordsException rejected)
                {
                    refused.UnionWith(rejected.Rejected.Select(one => wave[one.Index]));
                }

                await purge;
            }

            delivery.Check(refused, await database.DumpCustomersAsync(), $"Seed {seed}");
            count += refused.Count;
        }

        Assert.True(count > 0, "Nothing came too late.");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task New_rows_that_are_too_old_are_refused_beside_rows_that_the_server_refuses()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await StartAsync(database, new() { Microseconds = 1_000_000_000 });
        await sink.WriteAsync([Record("REMOVE", 1, 10), Record("REMOVE", 2, 900_000_000)], default);
        await sink.PurgeAsync(default);
        Assert.Equal(["2"], await database.RowsAsync("SELECT userid::text FROM customers__cdc"));
        await database.ExecuteAsync("ALTER TABLE customers__cdc ADD CONSTRAINT no_thirteen CHECK (userid <> 13)");
        for (var run = 0; run < 2; run++)
        {
            // All of them INSERTs of new keys: the way into the table itself, in a worker that has heard of no horizon.
            await using var other = await database.StartAsync();
            var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await other.WriteAsync(
                [Record("INSERT", 1, 5), Record("INSERT", 13, 950_000_000), Record("INSERT", 14, 950_000_000), Record("INSERT", 15, 6)], default));
            Assert.Equal([0, 1, 3], refused.Rejected.Select(static one => one.Index));
            Assert.Contains("'customers' has forgotten the items that were removed before 1970-01-01T00:14:56Z", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
            Assert.Contains("no_thirteen", refused.Rejected[1].Reason.Message, StringComparison.Ordinal);
            Assert.Equal(["2", "14"], await database.RowsAsync("SELECT userid::text FROM customers__cdc ORDER BY length(userid::text)"));
        }
    }

    private static async Task<RelationalSink> StartAsync(PostgresDatabase database, SettableTime time)
    {
        var tables = new TableSetBuilder { TombstoneRetention = Keep, TombstoneMargin = TimeSpan.Zero };
        tables.Add<Customer>();
        var sink = new RelationalSink(tables.Build(), new PostgresStore(new() { ConnectionString = database.ConnectionString }));
        await sink.StartAsync(SqliteFixture.Context(time), default);
        return sink;
    }

    private static CdcRecord Record(string operation, int id, long time)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make(operation, "customers", time, "1", key, operation == "REMOVE" ? null : key, operation == "INSERT" ? null : key);
    }
}
