using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Snapshots;

[Collection("PostgreSQL")]
public sealed class PostgresSnapshotTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_finished_snapshot_mends_what_was_lost_while_four_writers_go_on()
    {
        var mended = 0;
        for (var seed = 1; seed <= 6; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var history = new LossyHistory(seed);
            var sinks = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(database)));
            await WriteAsync(sinks, history.Before, seed);
            mended += await database.DumpCustomersAsync() == History.Expect(history.All) ? 0 : 1;
            await Task.WhenAll(
                WriteAsync(sinks, history.After, seed),
                Task.Run(async () => await sinks[0].FinishSnapshotAsync(history.Info, default)),
                Task.Run(async () => await sinks[1].FinishSnapshotAsync(history.Info, default)));
            foreach (var sink in sinks)
            {
                await sink.DisposeAsync();
            }

            Assert.True(History.Expect(history.All) == await database.DumpCustomersAsync(), $"Seed {seed}.");
            Assert.Equal(["0"], await database.RowsAsync("SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()"));
        }

        Assert.True(mended > 0, "Nothing was lost.");

        static Task WriteAsync(RelationalSink[] sinks, List<History.Event> events, int seed) => Task.WhenAll(sinks.Select((sink, i) => Task.Run(async () =>
        {
            foreach (var batch in LossyHistory.Cut([.. events.Where((_, at) => at % 4 == i)], new Random(seed + i)))
            {
                await sink.WriteAsync(batch, default);
            }
        })));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_sweep_that_was_cut_short_is_done_when_the_next_sink_starts()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using (var sink = await StartAsync(database))
        {
            await sink.WriteAsync([.. Enumerable.Range(0, 2_500).Select(static i => Insert(i, 10)), Insert(5_000, 900_000_000)], default);
        }

        await database.ExecuteAsync("UPDATE cdc_models SET snapshot = 898000000");
        await using var next = await StartAsync(database);
        Assert.Equal(["5000"], await database.RowsAsync("SELECT userid::text FROM customers"));
        await next.WriteAsync([Insert(1, 20), Insert(9_999, 20), Insert(9_998, 898_000_000)], default);
        Assert.Equal(["5000", "9998"], await database.RowsAsync("SELECT userid::text FROM customers ORDER BY 1"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task An_older_change_of_an_item_with_an_older_tombstone_is_stale()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await StartAsync(database);
        await sink.WriteAsync([TestRecord.Make("REMOVE", "customers", 5, "1", """{"userid":{"N":"7"}}""")], default);
        await sink.FinishSnapshotAsync(new("customers", DateTimeOffset.UnixEpoch.AddSeconds(900)), default);

        // It was inserted again, and removed again in the window that was lost.
        await sink.WriteAsync([Insert(7, 7)], default);
        Assert.Empty(await database.RowsAsync("SELECT userid::text FROM customers"));
        await sink.WriteAsync([Insert(7, 900_000_000)], default);
        Assert.Equal(["7"], await database.RowsAsync("SELECT userid::text FROM customers"));
    }

    private static async Task<RelationalSink> StartAsync(PostgresDatabase database)
    {
        var tables = new TableSetBuilder { SnapshotMargin = LossyHistory.Margin };
        tables.Add<Customer>();
        var sink = new RelationalSink(tables.Build(), new PostgresStore(new() { ConnectionString = database.ConnectionString }));
        await sink.StartAsync(SqliteFixture.Context(), default);
        return sink;
    }

    private static CdcRecord Insert(int id, long time)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make("INSERT", "customers", time, "1", key, key);
    }
}
