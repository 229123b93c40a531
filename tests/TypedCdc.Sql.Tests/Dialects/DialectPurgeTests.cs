using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Purge;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Removed items are forgotten by every dialect, with a lock and without one: the same histories and the same oracle as for PostgreSQL and SQLite themselves.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class DialectPurgeTests(PostgreSql server)
{
    private static readonly TimeSpan Keep = TimeSpan.FromMicroseconds(LateDelivery.Lateness);

    public static TheoryData<string, int> Files => new() { { DialectPlace.Sqlite, 8 }, { DialectPlace.MySql, 8 } };

    public static TheoryData<string, int> Servers => new() { { DialectPlace.Postgres, 1 }, { DialectPlace.CrateDb, 2 }, { DialectPlace.Redshift, 1 } };

    [Theory]
    [MemberData(nameof(Files))]
    public Task Purges_in_the_middle_change_nothing_that_comes_in_time(string way, int seeds) => InTimeAsync(way, seeds);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Servers))]
    public Task Purges_in_the_middle_change_nothing_that_comes_in_time_on_a_server(string way, int seeds) => InTimeAsync(way, seeds);

    [Theory]
    [MemberData(nameof(Files))]
    public Task What_comes_too_late_is_refused_and_never_brings_a_removed_item_back_wherever_workers_crash(string way, int seeds) => TooLateAsync(way, seeds);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [MemberData(nameof(Servers))]
    public Task What_comes_too_late_is_refused_and_never_brings_a_removed_item_back_wherever_workers_crash_on_a_server(string way, int seeds) => TooLateAsync(way, seeds);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectPlace.Postgres)]
    [InlineData(DialectPlace.CrateDb)]
    [InlineData(DialectPlace.Redshift)]
    public async Task Purges_beside_four_writers_bring_no_removed_item_back(string way)
    {
        var purged = 0;
        const int Seed = 1;
        await using var place = await DialectPlace.CreateAsync(way, server);
        var delivery = new LateDelivery(Seed, isBounded: false);
        var clock = new PurgeClock();
        var refused = new HashSet<History.Event>();
        await using var purger = await StartAsync(place, clock);
        var sinks = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(place, clock)));
        foreach (var (wave, start) in delivery.Waves.Zip(delivery.Starts))
        {
            clock.Microseconds = start;
            var purge = Task.Run(async () => purged += await PurgeAsync(place, purger));
            await Task.WhenAll(sinks.Select((sink, i) => clock.WritingAsync(() => Task.Run(async () =>
            {
                var part = wave.Where((_, at) => at % 4 == i || at % 3 == 0).ToList();
                try
                {
                    await sink.WriteAsync([.. part.Select(static one => one.ToRecord())], default);
                }
                catch (RejectedRecordsException rejected)
                {
                    lock (refused)
                    {
                        refused.UnionWith(rejected.Rejected.Select(one => part[one.Index]));
                    }
                }
            }))));
            await purge;
        }

        foreach (var sink in sinks)
        {
            await sink.DisposeAsync();
        }

        delivery.Check(refused, await place.DumpAsync(), $"{way}, seed {Seed}");

        Assert.True(purged > 0, "Nothing was purged.");
    }

    [Theory]
    [InlineData(DialectPlace.Sqlite)]
    [InlineData(DialectPlace.MySql)]
    public Task The_horizon_is_told_and_kept(string way) => HorizonAsync(way);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectPlace.Postgres)]
    [InlineData(DialectPlace.CrateDb)]
    [InlineData(DialectPlace.Redshift)]
    public Task The_horizon_is_told_and_kept_on_a_server(string way) => HorizonAsync(way);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectPlace.MySql)]
    [InlineData(DialectPlace.CrateDb)]
    public async Task An_item_that_comes_back_while_its_tombstone_is_about_to_go_stays(string way)
    {
        await using var place = await DialectPlace.CreateAsync(way, server);
        var clock = new PurgeClock { Microseconds = 1_000_000_000 };
        await using var other = await StartAsync(place, clock);
        await using var sink = await StartAsync(place, clock, statement =>
        {
            if (statement.Text.StartsWith("DELETE", StringComparison.Ordinal) && statement.Text.Contains("customers__cdc", StringComparison.Ordinal) && !statement.Text.Contains("_ties", StringComparison.Ordinal))
            {
                // A later removal, a later insert, and an older one, which the tombstone refuses as long as it is there.
                other.WriteAsync([Record("REMOVE", 1, 11), Record("INSERT", 2, 990_000_000), Record("INSERT", 3, 5)], default).AsTask().GetAwaiter().GetResult();
            }

            return statement;
        });
        await sink.WriteAsync([Record("REMOVE", 1, 10), Record("REMOVE", 2, 10), Record("REMOVE", 3, 10), Record("REMOVE", 4, 999_000_000)], default);
        await sink.PurgeAsync(default);

        // CrateDB counts a write that changes nothing as a change of the row: its tombstone waits for the next purge.
        Assert.Equal(way == DialectPlace.CrateDb ? ["1", "2", "3", "4"] : ["1", "2", "4"], await place.RowsAsync("SELECT CAST(userid AS VARCHAR(9)) FROM customers__cdc ORDER BY 1"));
        Assert.Equal(["2"], await place.RowsAsync("SELECT CAST(userid AS VARCHAR(9)) FROM customers ORDER BY 1"));
    }

    [Fact]
    public async Task A_write_that_stood_still_while_a_purge_was_told_is_not_carried_on()
    {
        await using var place = await DialectPlace.CreateAsync(DialectPlace.MySql, server);
        var clock = new PurgeClock { Microseconds = 1_000_000_000 };
        await using var purger = await StartAsync(place, clock);
        await purger.WriteAsync([Record("REMOVE", 1, 10), Record("REMOVE", 4, 999_000_000)], default);
        await using var sleeper = await StartAsync(place, clock);
        var looks = 0;
        clock.OnTimestamp = () =>
        {
            // The write's start, that of its only part, of its first attempt, its look at what is remembered, its upsert.
            if (++looks == 5)
            {
                clock.OnTimestamp = null;
                purger.PurgeAsync(default).AsTask().GetAwaiter().GetResult();
                clock.Advance(TimeSpan.FromMinutes(1));
            }
        };
        await Assert.ThrowsAsync<TimeoutException>(async () => await sleeper.WriteAsync([Record("INSERT", 1, 5)], default));
        Assert.Empty(await place.RowsAsync("SELECT userid FROM customers"));
    }

    [Fact]
    public async Task Tables_of_an_earlier_version_learn_to_remember()
    {
        await using var place = await DialectPlace.CreateAsync(DialectPlace.MySql, server);
        await place.ExecuteAsync("CREATE TABLE cdc_models (name TEXT PRIMARY KEY, revisions TEXT NOT NULL)");
        var validating = await Assert.ThrowsAsync<SchemaDriftException>(() => DialectSinks.StartAsync(place.Store(), static tables =>
        {
            tables.Migrations = MigrationMode.Validate;
            tables.Add<Customer>();
        }));
        Assert.All(["`horizon`", "`snapshot`", "`swept`"], column => Assert.Contains($"ALTER TABLE `cdc_models` ADD COLUMN {column} BIGINT;", validating.Plan, StringComparison.Ordinal));
        var clock = new PurgeClock { Microseconds = 1_000_000_000 };
        await using var sink = await StartAsync(place, clock);
        await sink.WriteAsync([Record("REMOVE", 1, 900_000_000)], default);
        await sink.PurgeAsync(default);
        Assert.Equal(["896000000"], await place.RowsAsync("SELECT horizon FROM cdc_models"));
    }

    [Fact]
    public async Task Without_migrations_the_horizon_holds_where_it_is_remembered_and_is_asked_for_where_it_is_not()
    {
        await using var place = await DialectPlace.CreateAsync(DialectPlace.MySql, server);
        static void Off(TableSetBuilder tables)
        {
            tables.Migrations = MigrationMode.Off;
            tables.Add<Customer>();
        }

        await using (var empty = await DialectPlace.CreateAsync(DialectPlace.MySql, server))
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => DialectSinks.StartAsync(empty.Store(), static tables =>
            {
                tables.TombstoneRetention = TimeSpan.FromDays(1);
                Off(tables);
            }));
            Assert.Contains("the table 'cdc_models' is missing", error.Message, StringComparison.Ordinal);
        }

        await using var sink = await StartAsync(place, new PurgeClock { Microseconds = 1_000_000_000 });
        await sink.WriteAsync([Record("REMOVE", 1, 10), Record("REMOVE", 2, 900_000_000)], default);
        await sink.PurgeAsync(default);
        await using var off = await DialectSinks.StartAsync(place.Store(), Off);
        await Assert.ThrowsAsync<RejectedRecordsException>(async () => await off.WriteAsync([Record("INSERT", 1, 5)], default));
    }

    private async Task InTimeAsync(string way, int seeds)
    {
        var purged = 0;
        for (var seed = 1; seed <= seeds; seed++)
        {
            await using var place = await DialectPlace.CreateAsync(way, server);
            var delivery = new LateDelivery(seed, isBounded: true);
            Assert.Empty(await DeliverAsync(place, delivery, seed, crashes: false, rows => purged += rows));
            Assert.True(History.Expect(delivery.All) == await place.DumpAsync(), $"Seed {seed}.");
        }

        Assert.True(purged > 0, "Nothing was purged.");
    }

    private async Task TooLateAsync(string way, int seeds)
    {
        var count = 0;
        for (var seed = 1; seed <= seeds; seed++)
        {
            await using var place = await DialectPlace.CreateAsync(way, server);
            var delivery = new LateDelivery(seed, isBounded: false);
            var refused = await DeliverAsync(place, delivery, seed, crashes: true);
            delivery.Check(refused, await place.DumpAsync(), $"Seed {seed}");
            count += refused.Count;
        }

        Assert.True(count > 0, "Nothing came too late.");
    }

    private async Task HorizonAsync(string way)
    {
        await using var place = await DialectPlace.CreateAsync(way, server);
        var clock = new PurgeClock { Microseconds = 1_000_000_000 };
        await using var sink = await StartAsync(place, clock);
        await sink.WriteAsync([.. Enumerable.Range(100, 1_300).Select(static i => Record("REMOVE", i, 10)), Record("REMOVE", 1, 10), Record("INSERT", 1, 10, 2), Record("REMOVE", 2, 900_000_000)], default);
        Assert.NotEqual("0", Assert.Single(await place.RowsAsync("SELECT CAST(count(*) AS VARCHAR(9)) FROM customers__cdc_ties")));
        await sink.WriteAsync([Record("REMOVE", 1, 10, 3)], default);
        await sink.PurgeAsync(default);
        Assert.Equal(["2"], await place.RowsAsync("SELECT CAST(userid AS VARCHAR(9)) FROM customers__cdc"));
        Assert.Equal(["0"], await place.RowsAsync("SELECT CAST(count(*) AS VARCHAR(9)) FROM customers__cdc_ties"));
        Assert.Equal(["896000000"], await place.RowsAsync("SELECT CAST(horizon AS VARCHAR(20)) FROM cdc_models"));

        // In every worker, also in one that purges nothing.
        await using var other = await DialectSinks.StartAsync(place.Store());
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(
            async () => await other.WriteAsync([Record("INSERT", 1, 5), Record("REMOVE", 3, 5), Record("INSERT", 2, 5), Record("INSERT", 4, 896_000_000)], default));
        Assert.Equal(0, Assert.Single(refused.Rejected).Index);
        Assert.Contains("'customers' has forgotten the items that were removed before 1970-01-01T00:14:56Z (TombstoneRetention)", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["2", "4"], await place.RowsAsync("SELECT CAST(userid AS VARCHAR(9)) FROM customers__cdc ORDER BY 1"));

        // A clock that is behind does not take the horizon back.
        clock.Microseconds = 950_000_000;
        await sink.PurgeAsync(default);
        await sink.WriteAsync([Record("REMOVE", 2, 901_000_000)], default);
        clock.Microseconds = 5_000_000;
        await sink.PurgeAsync(default);
        Assert.Equal(["896000000"], await place.RowsAsync("SELECT CAST(horizon AS VARCHAR(20)) FROM cdc_models"));
    }

    private static async Task<HashSet<History.Event>> DeliverAsync(DialectPlace place, LateDelivery delivery, int seed, bool crashes, Action<int>? purged = null)
    {
        var random = new Random(seed);
        var clock = new PurgeClock();
        var refused = new HashSet<History.Event>();
        var steps = new Queue<(long At, List<History.Event>? Wave)>();
        foreach (var (wave, start) in delivery.Waves.Zip(delivery.Starts))
        {
            if (random.Next(2) == 0)
            {
                steps.Enqueue((start, null));
            }

            steps.Enqueue((start, wave));
        }

        var countdown = crashes ? random.Next(1, 35) : int.MaxValue;
        while (steps.Count > 0)
        {
            try
            {
                await using var sink = await StartAsync(place, clock, statement => --countdown == 0 ? throw new CrashedException() : statement);
                while (steps.TryPeek(out var step))
                {
                    clock.Microseconds = step.At;
                    try
                    {
                        if (step.Wave is null)
                        {
                            var rows = await PurgeAsync(place, sink);
                            purged?.Invoke(rows);
                        }
                        else
                        {
                            await sink.WriteAsync([.. step.Wave.Select(static one => one.ToRecord())], default);
                        }
                    }
                    catch (RejectedRecordsException rejected)
                    {
                        refused.UnionWith(rejected.Rejected.Select(one => step.Wave![one.Index]));
                    }

                    steps.Dequeue();
                }
            }
            catch (CrashedException)
            {
                countdown = random.Next(1, 60);
            }
        }

        return refused;
    }

    // How many tombstones there were and are not.
    private static async Task<int> PurgeAsync(DialectPlace place, RelationalSink sink)
    {
        const string Tombstones = "SELECT CAST(userid AS VARCHAR(9)) FROM customers__cdc WHERE cdc_deleted_at IS NOT NULL";
        var before = await place.RowsAsync(Tombstones);
        await sink.PurgeAsync(default);
        return before.Except(await place.RowsAsync("SELECT CAST(userid AS VARCHAR(9)) FROM customers__cdc"), StringComparer.Ordinal).Count();
    }

    private static Task<RelationalSink> StartAsync(DialectPlace place, PurgeClock clock, Func<SqlStatement, SqlStatement?>? before = null) => DialectSinks.StartAsync(
        place.Store(before),
        static tables =>
        {
            tables.TombstoneRetention = Keep;
            tables.TombstoneMargin = TimeSpan.Zero;
            tables.Add<Customer>();
        },
        clock);

    private static CdcRecord Record(string operation, int id, long time, int number = 1)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make(operation, "customers", time, number.ToString(System.Globalization.CultureInfo.InvariantCulture), key, operation == "REMOVE" ? null : key, operation == "INSERT" ? null : key);
    }
}
