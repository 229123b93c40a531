using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Postgres;

[Collection("PostgreSQL")]
public sealed class PostgresConvergenceTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Any_permutation_cut_anywhere_leaves_the_same_view()
    {
        for (var seed = 1; seed <= 12; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server, Paths(seed));
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = seed % 3 == 0 ? history.DeliverRenumbered() : history.Deliver(newNumbers: seed % 2 == 0);
            await using var sink = await database.StartAsync();
            foreach (var batch in history.Cut(delivery))
            {
                await sink.WriteAsync(batch, default);
            }

            Assert.True(History.Expect(delivery) == await database.DumpCustomersAsync(), $"Seed {seed}.");
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Four_workers_at_once_leave_the_same_view_without_a_deadlock()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server, Paths(seed));
            var histories = Enumerable.Range(0, 4).Select(_ => new History(seed, keys: 12, changes: 120)).ToArray();
            var deliveries = histories.Select(static (history, i) => i % 2 == 0 ? history.Deliver(newNumbers: false) : Reversed(history.Deliver(newNumbers: false))).ToArray();
            await Task.WhenAll(histories.Zip(deliveries, (history, delivery) => Task.Run(async () =>
            {
                await using var sink = await database.StartAsync();
                foreach (var batch in history.Cut(delivery))
                {
                    await sink.WriteAsync(batch, default);
                }
            })));
            Assert.True(History.Expect(deliveries[0]) == await database.DumpCustomersAsync(), $"Seed {seed}.");
        }

        static List<History.Event> Reversed(List<History.Event> delivery) => [.. Enumerable.Reverse(delivery)];
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Connections_that_are_cut_at_any_moment_lose_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var history = new History(5, keys: 12, changes: 400);
        var delivery = history.Deliver(newNumbers: false);
        await using var sink = await database.StartAsync();
        using var stop = new CancellationTokenSource();
        var killer = Task.Run(async () =>
        {
            var random = new Random(5);
            while (!stop.IsCancellationRequested)
            {
                await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
                await Task.Delay(random.Next(5, 60));
            }
        });
        var failures = 0;
        foreach (var batch in history.Cut(delivery))
        {
            while (true)
            {
                try
                {
                    await sink.WriteAsync(batch, default);
                    break;
                }
                catch (NpgsqlException exception)
                {
                    Assert.True(exception.IsTransient || exception.SqlState is ['5', '7', ..] or null, exception.ToString());
                    Assert.True(++failures < 10_000);
                }
            }
        }

        await stop.CancelAsync();
        await killer;
        Assert.True(failures > 0, "Nothing was cut.");
        Assert.Equal(History.Expect(delivery), await database.DumpCustomersAsync());
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_second_run_changes_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var history = new History(9, keys: 12, changes: 200);
        var delivery = history.Deliver(newNumbers: true);
        var views = new List<string[]>();
        for (var run = 0; run < 2; run++)
        {
            await using var sink = await database.StartAsync();
            foreach (var batch in history.Cut(delivery))
            {
                await sink.WriteAsync(batch, default);
            }

            views.Add(await database.RowsAsync("SELECT (t.*)::text || xmin FROM customers__cdc AS t ORDER BY userid"));
            if (run == 1)
            {
                Assert.Equal(0, sink.Metrics!.Rows);
            }
        }

        Assert.Equal(views[0], views[1]);
    }

    // All by COPY, all by arrays that can, and mixed: the batches have 1 to 39 rows.
    private static WritePaths Paths(int seed) => new() { DirectRows = (seed % 4) switch { 1 => 0, 2 => int.MaxValue, _ => 12 } };
}
