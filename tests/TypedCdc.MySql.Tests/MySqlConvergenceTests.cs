using MySqlConnector;
using TypedCdc.Services;
using TypedCdc.Sql.Tests;

namespace TypedCdc.MySql.Tests;

/// <summary>The histories and the oracle that every sink is tested with.</summary>
[Collection("MariaDB")]
public sealed class MySqlConvergenceTests(MariaDb server)
{
    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Any_permutation_cut_anywhere_leaves_the_same_view_and_a_second_run_writes_nothing()
    {
        var ties = 0L;
        for (var seed = 1; seed <= 9; seed++)
        {
            var place = await MySqlPlace.CreateAsync(server);
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = seed % 3 == 0 ? history.DeliverRenumbered() : history.Deliver(newNumbers: seed % 2 == 0);
            await using (var sink = await place.StartAsync(null, null, null))
            {
                foreach (var batch in history.Cut(delivery))
                {
                    await sink.WriteAsync(batch, default);
                }

                ties += sink.Metrics!.Ties;
            }

            Assert.True(History.Expect(delivery) == await place.DumpAsync(), $"Seed {seed}.");
            await using var again = await place.StartAsync(null, null, null);
            foreach (var batch in history.Cut(delivery))
            {
                await again.WriteAsync(batch, default);
            }

            Assert.Equal(0, again.Metrics!.Rows);
            Assert.True(History.Expect(delivery) == await place.DumpAsync(), $"Seed {seed}, again.");
        }

        Assert.True(ties > 25, $"{ties} ties are too few to prove anything.");
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_crash_between_any_two_statements_loses_nothing()
    {
        var crashes = 0;
        for (var seed = 1; seed <= 5; seed++)
        {
            var place = await MySqlPlace.CreateAsync(server);
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = history.Deliver(newNumbers: false);
            crashes += await CrashingWorkers.WriteAsync(tick => place.StartAsync(null, null, _ => tick()), history.Cut(delivery), new(seed), first: 35, next: 35);
            Assert.True(History.Expect(delivery) == await place.DumpAsync(), $"Seed {seed}.");
        }

        Assert.True(crashes > 5, $"Only {crashes} crashes.");
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Four_writers_at_once_leave_the_same_view()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            var place = await MySqlPlace.CreateAsync(server);
            var histories = Enumerable.Range(0, 4).Select(_ => new History(seed, keys: 12, changes: 120)).ToArray();
            var deliveries = histories.Select(static (history, i) => i % 2 == 0 ? history.Deliver(newNumbers: false) : [.. Enumerable.Reverse(history.Deliver(newNumbers: false))]).ToArray();
            await Task.WhenAll(histories.Zip(deliveries, (history, delivery) => Task.Run(async () =>
            {
                await using var sink = await place.StartAsync(null, null, null);
                foreach (var batch in history.Cut(delivery))
                {
                    await sink.WriteAsync(batch, default);
                }
            })));
            Assert.True(History.Expect(deliveries[0]) == await place.DumpAsync(), $"Seed {seed}.");
        }
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Connections_that_the_server_kills_lose_nothing()
    {
        var place = await MySqlPlace.CreateAsync(server);
        var history = new History(5, keys: 12, changes: 300);
        var delivery = history.Deliver(newNumbers: false);
        await using var sink = await place.StartAsync(null, null, null);
        var random = new Random(5);
        var (failures, killed) = (0, 0);
        foreach (var batch in history.Cut(delivery))
        {
            if (random.Next(3) == 0)
            {
                foreach (var id in await place.RowsAsync("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"))
                {
                    try
                    {
                        await place.ExecuteAsync($"KILL {id}");
                        killed++;
                    }
                    catch (MySqlException error) when (error.Number == 1094)
                    {
                        // It has ended by itself.
                    }
                }
            }

            while (true)
            {
                try
                {
                    await sink.WriteAsync(batch, default);
                    break;
                }
                catch (MySqlException)
                {
                    Assert.True(++failures < 1_000);
                }
            }
        }

        Assert.True(failures > 0, $"{killed} connections were killed, and no write failed.");
        Assert.Equal(History.Expect(delivery), await place.DumpAsync());
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task What_was_written_is_counted_exactly()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using var sink = await place.StartAsync(null, null, null);
        await sink.WriteAsync([Record(1, 10), Record(2, 10), Record(3, 10)], default);
        Assert.Equal(3, sink.Metrics!.Rows);

        // One replaces, one is new, one is stale, one is there already.
        await sink.WriteAsync([Record(1, 11), Record(4, 10), Record(2, 9), Record(3, 10)], default);
        Assert.Equal(5, sink.Metrics.Rows);

        static CdcRecord Record(int id, long time)
        {
            var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
            return TestRecord.Make("INSERT", "customers", time, "1", key, key);
        }
    }
}
