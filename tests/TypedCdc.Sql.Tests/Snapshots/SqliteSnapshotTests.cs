using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Sources;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Snapshots;

public sealed class SqliteSnapshotTests
{
    [Fact]
    public async Task A_finished_snapshot_mends_what_was_lost_whatever_the_order_and_wherever_it_crashes()
    {
        var mended = 0;
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random(seed);
            var history = new LossyHistory(seed);
            using var database = new SqliteFixture();
            var steps = new Queue<Func<RelationalSink, ValueTask>>();
            foreach (var batch in LossyHistory.Cut(history.Before, random))
            {
                steps.Enqueue(sink => sink.WriteAsync(batch, default));
            }

            steps.Enqueue(sink =>
            {
                mended += database.Dump("customers") == History.Expect(history.All) ? 0 : 1;
                return sink.FinishSnapshotAsync(history.Info, default);
            });
            foreach (var batch in LossyHistory.Cut(history.After, random))
            {
                steps.Enqueue(sink => sink.WriteAsync(batch, default));
            }

            var countdown = random.Next(1, 80);
            while (steps.Count > 0)
            {
                try
                {
                    await using var sink = Sink(database, _ =>
                    {
                        if (--countdown == 0)
                        {
                            throw new CrashedException();
                        }
                    });
                    await sink.StartAsync(SqliteFixture.Context(), default);
                    while (steps.TryPeek(out var step))
                    {
                        await step(sink);
                        steps.Dequeue();
                    }
                }
                catch (CrashedException)
                {
                    countdown = random.Next(1, 200);
                }
            }

            Assert.True(History.Expect(history.All) == database.Dump("customers"), $"Seed {seed}.");
        }

        Assert.True(mended > 0, "Nothing was lost.");
    }

    [Fact]
    public async Task Without_the_finish_nothing_is_removed()
    {
        using var database = new SqliteFixture();
        await using var sink = Sink(database);
        await sink.StartAsync(SqliteFixture.Context(), default);
        await sink.WriteAsync([Insert(1, 10), TestRecord.Snapshot("customers", 900_000_000, """{"userid":{"N":"2"}}""")], default);
        Assert.Equal(["1|0000000000000000010:0011", "2|0000000000898000000:000"], database.Rows("SELECT userid, cdc_ver FROM customers__cdc ORDER BY 1"));
    }

    [Fact]
    public async Task A_sweep_that_a_crash_cut_short_is_done_when_the_next_sink_starts()
    {
        using var database = new SqliteFixture();
        var commits = int.MaxValue;
        await using (var sink = Sink(database, statement =>
        {
            if (statement == "COMMIT" && --commits == 0)
            {
                throw new CrashedException();
            }
        }))
        {
            await sink.StartAsync(SqliteFixture.Context(), default);
            await sink.WriteAsync([.. Enumerable.Range(0, 2_500).Select(static i => Insert(i, 10)), Insert(5_000, 900_000_000)], default);
            commits = 3; // what is remembered, and the first thousand
            await Assert.ThrowsAsync<CrashedException>(async () => await sink.FinishSnapshotAsync(Finished(900_000_000), default));
        }

        Assert.Equal(["1501"], database.Rows("SELECT count(*) FROM customers"));
        await using var next = Sink(database);
        await next.StartAsync(SqliteFixture.Context(), default);
        Assert.Equal(["5000"], database.Rows("SELECT userid FROM customers"));

        // Older changes of items that were not in the snapshot: stale, not dead letters.
        await next.WriteAsync([Insert(1, 20), Insert(9_999, 20), Insert(9_998, 898_000_000)], default);
        Assert.Equal(["5000", "9998"], database.Rows("SELECT userid FROM customers ORDER BY 1"));
        await next.FinishSnapshotAsync(Finished(1), default);
        Assert.Equal(["5000", "9998"], database.Rows("SELECT userid FROM customers ORDER BY 1"));
    }

    [Fact]
    public async Task An_older_change_of_an_item_with_an_older_tombstone_is_stale()
    {
        using var database = new SqliteFixture();
        await using var sink = Sink(database);
        await sink.StartAsync(SqliteFixture.Context(), default);
        await sink.WriteAsync([TestRecord.Make("REMOVE", "customers", 5, "1", """{"userid":{"N":"7"}}""")], default);
        await sink.FinishSnapshotAsync(Finished(900_000_000), default);

        // It was inserted again, and removed again in the window that was lost.
        await sink.WriteAsync([Insert(7, 7)], default);
        Assert.Empty(database.Rows("SELECT userid FROM customers"));
        await sink.WriteAsync([Insert(7, 900_000_000)], default);
        Assert.Equal(["7"], database.Rows("SELECT userid FROM customers"));
    }

    [Fact]
    public async Task A_complete_export_removes_what_is_not_in_it_unless_something_was_dead_lettered()
    {
        using var database = new SqliteFixture();
        var export = database.Path + ".jsonl";
        await using (var sink = Sink(database))
        {
            await sink.StartAsync(SqliteFixture.Context(), default);
            await sink.WriteAsync([Insert(1, 10), Insert(2, 10), Insert(3, 1_700_000_000_000_000)], default);
        }

        foreach (var (time, line, expected) in ((long, string, string[])[])[
            (1_600_000_000, """{"Item":{"userid":{"N":"1"},"phone":{"N":"not a number"}}}""" + "\n" + """{"Item":{"userid":{"N":"7"}}}""", ["1", "2", "3", "7"]),
            (1_600_000_001, """{"Item":{"userid":{"N":"1"}}}""", ["1", "3"])])
        {
            await File.WriteAllTextAsync(export, line + "\n");
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => cdc
                .FromFiles(export, files =>
                {
                    files.TableName = "customers";
                    files.SnapshotTime = DateTimeOffset.FromUnixTimeSeconds(time);
                    files.IsCompleteSnapshot = true;
                })
                .DeadLettersToFile(database.Path + ".dead")
                .ToSqlite(database.Path, static tables => tables.Add<Customer>()));
            using var host = builder.Build();
            await host.RunAsync();
            Assert.Equal(expected, database.Rows("SELECT userid FROM customers ORDER BY 1"));
        }

        Assert.Equal(["0001599999701000000:000"], database.Rows("SELECT cdc_ver FROM customers__cdc WHERE userid = 1"));
    }

    [Fact]
    public async Task A_complete_export_needs_its_table_and_its_time()
    {
        using var database = new SqliteFixture();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
        builder.Services.AddTypedCdc(cdc => cdc.FromFiles("/nowhere/*.json", static files => files.IsCompleteSnapshot = true).ToSqlite(database.Path, static tables => tables.Add<Customer>()));
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<CdcConfigurationException>(() => host.RunAsync());
        Assert.Contains("needs TableName and SnapshotTime", error.Message, StringComparison.Ordinal);
    }

    private static RelationalSink Sink(SqliteFixture database, Action<string>? beforeStatement = null)
    {
        var tables = new TableSetBuilder { SnapshotMargin = LossyHistory.Margin };
        tables.Add<Customer>();
        return new(tables.Build(), new SqlStore(new SqliteDatabase(new() { Path = database.Path }) { BeforeStatement = beforeStatement }));
    }

    private static SnapshotInfo Finished(long microseconds) => new("customers", DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond));

    private static CdcRecord Insert(int id, long time)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make("INSERT", "customers", time, "1", key, key);
    }
}
