using TypedCdc.Services;
using TypedCdc.Sql.Tests;
using TypedCdc.Sql.Tests.Histories;

namespace TypedCdc.MySql.Tests;

/// <summary>Histories: every change once.</summary>
[Collection("MariaDB")]
public sealed class MySqlHistoryTests(MariaDb server)
{
    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Any_permutation_crashed_anywhere_leaves_every_change_once_and_a_replay_adds_nothing()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            var place = await MySqlPlace.CreateAsync(server);
            var history = new History(seed, keys: 8, changes: 100);
            var delivery = history.Deliver(newNumbers: seed % 2 == 0);
            var crashes = await CrashingWorkers.WriteAsync(
                tick => place.StartAsync(static tables => tables.AddHistory<Customer>(), null, _ => tick()), history.Cut(delivery), new(seed), first: 10, next: 12);
            Assert.True(crashes > 0, $"Seed {seed} crashed nowhere.");
            Assert.Equal(
                HistoryOracle.Expect(delivery),
                (await place.RowsAsync("""
                    SELECT CONCAT(userid, '|', cdc_timestamp, '|', cdc_position, '|', cdc_operation, '|', coalesce(cdc_before, '∅'), '|', coalesce(cdc_after, '∅')) FROM customers__history
                    """)).Order(StringComparer.Ordinal));
            await using var again = await place.StartAsync(static tables => tables.AddHistory<Customer>(), null, null);
            await again.WriteAsync([.. delivery.Select(static one => one.ToRecord())], default);
            Assert.Equal(0, again.Metrics!.Rows);
        }
    }
}
