using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Tests;
using TypedCdc.Sql.Tests.Dialects;
using TypedCdc.Sql.Tests.Purge;

namespace TypedCdc.MySql.Tests;

/// <summary>Removed items are forgotten, and stay removed.</summary>
[Collection("MariaDB")]
public sealed class MySqlPurgeTests(MariaDb server)
{
    [ServiceFact(ServiceKind.MariaDb)]
    public async Task What_comes_too_late_is_refused_and_never_brings_a_removed_item_back_wherever_workers_crash()
    {
        var (purged, rejected) = (0, 0);
        for (var seed = 1; seed <= 4; seed++)
        {
            var place = await MySqlPlace.CreateAsync(server);
            var delivery = new LateDelivery(seed, isBounded: seed % 2 == 0);
            var random = new Random(seed);
            var clock = new PurgeClock();
            var refused = new HashSet<History.Event>();
            var steps = new Queue<(long At, List<History.Event>? Wave)>(delivery.Waves.Zip(delivery.Starts).SelectMany(one => random.Next(2) == 0
                ? [(one.Second, null), (one.Second, (List<History.Event>?)one.First)]
                : ((long, List<History.Event>?)[])[(one.Second, one.First)]));
            var countdown = random.Next(1, 35);
            while (steps.Count > 0)
            {
                try
                {
                    await using var sink = await StartAsync(place, clock, () =>
                    {
                        if (--countdown == 0)
                        {
                            throw new CrashedException();
                        }
                    });
                    while (steps.TryPeek(out var step))
                    {
                        clock.Microseconds = step.At;
                        try
                        {
                            if (step.Wave is null)
                            {
                                var before = await place.RowsAsync("SELECT count(*) FROM customers__cdc");
                                await sink.PurgeAsync(default);
                                purged += before[0] != (await place.RowsAsync("SELECT count(*) FROM customers__cdc"))[0] ? 1 : 0;
                            }
                            else
                            {
                                await sink.WriteAsync([.. step.Wave.Select(static one => one.ToRecord())], default);
                            }
                        }
                        catch (RejectedRecordsException error)
                        {
                            refused.UnionWith(error.Rejected.Select(one => step.Wave![one.Index]));
                        }

                        steps.Dequeue();
                    }
                }
                catch (CrashedException)
                {
                    countdown = random.Next(1, 60);
                }
            }

            rejected += refused.Count;
            delivery.Check(refused, await place.DumpAsync(), $"Seed {seed}");
        }

        Assert.True(purged > 0, "Nothing was purged.");
        Assert.True(rejected > 0, "Nothing came too late.");
    }

    private static Task<RelationalSink> StartAsync(MySqlPlace place, PurgeClock clock, Action before) => place.StartAsync(
        static tables =>
        {
            tables.TombstoneRetention = TimeSpan.FromMicroseconds(LateDelivery.Lateness);
            tables.TombstoneMargin = TimeSpan.Zero;
            tables.Add<Customer>();
        },
        clock,
        _ => before());
}
