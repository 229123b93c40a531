namespace TypedCdc.Sql.Tests.Sqlite;

/// <summary>Whatever the order, the repetitions and the cuts: one view, byte for byte (peer bugs 7, 8 and 28).</summary>
public sealed class ConvergenceTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Any_permutation_cut_anywhere_leaves_the_same_view(int seed)
    {
        var history = new History(seed, keys: 12, changes: 120);
        var delivery = history.Deliver(newNumbers: seed % 2 == 0);
        using var database = new SqliteFixture();
        await using (var sink = await database.StartAsync())
        {
            foreach (var batch in history.Cut(delivery))
            {
                await sink.WriteAsync(batch, default);
            }
        }

        Assert.Equal(History.Expect(delivery), database.Dump("customers"));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Changes_at_the_same_time_follow_their_images_where_the_streams_order_contradicts_them(int seed)
    {
        var history = new History(seed, keys: 12, changes: 120);
        var delivery = history.DeliverRenumbered();
        var views = new List<string>();
        for (var cut = 0; cut < 2; cut++)
        {
            using var database = new SqliteFixture();
            await using (var sink = await database.StartAsync())
            {
                foreach (var batch in history.Cut(delivery))
                {
                    await sink.WriteAsync(batch, default);
                }

                Assert.True(sink.Metrics!.Ties > 0, $"Seed {seed} has no tie.");
            }

            views.Add(database.Dump("customers"));
            new Random(seed + cut).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(delivery));
        }

        Assert.Equal(History.Expect(delivery), views[0]);
        Assert.Equal(views[0], views[1]);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_crash_between_any_two_statements_loses_nothing_and_tears_nothing(int seed)
    {
        var random = new Random(seed);
        var history = new History(seed, keys: 12, changes: 120);
        var delivery = history.Deliver(newNumbers: false);
        using var database = new SqliteFixture();
        var crashes = await CrashingWorkers.WriteAsync(tick => database.StartAsync(beforeStatement: _ => tick()), history.Cut(delivery), random, first: 60, next: 200);

        Assert.True(crashes > 0, $"Seed {seed} crashed nowhere.");
        Assert.Equal(History.Expect(delivery), database.Dump("customers"));
    }

    [Fact]
    public async Task A_second_run_over_the_same_records_changes_nothing()
    {
        var history = new History(7, keys: 20, changes: 400);
        var delivery = history.Deliver(newNumbers: true);
        using var database = new SqliteFixture();
        var dumps = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            await using var sink = await database.StartAsync();
            foreach (var batch in history.Cut(delivery))
            {
                await sink.WriteAsync(batch, default);
            }

            dumps.Add(string.Join('\n', (string[])[
                .. database.Rows("SELECT * FROM customers__cdc ORDER BY userid"), "--", .. database.Rows("SELECT * FROM customers__cdc_ties ORDER BY userid, cdc_ver, cdc_old, cdc_new"),
                "--", .. database.Rows("SELECT * FROM cdc_models"), .. database.Rows("SELECT name, sql FROM sqlite_master ORDER BY name"),
            ]));
            if (run == 1)
            {
                Assert.Equal(0, sink.Metrics!.Rows);
            }
        }

        Assert.Equal(dumps[0], dumps[1]);
    }

    [Fact]
    public async Task Ties_are_counted()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync();
        const string Keys = """{"userid":{"N":"1"}}""";
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "customers", 5, "10", Keys, Keys),
                TestRecord.Make("REMOVE", "customers", 5, "9", Keys, null, Keys),
                TestRecord.Make("INSERT", "customers", 5, "10", Keys, Keys),
            ],
            default);
        Assert.Equal(1, sink.Metrics!.Ties);
        Assert.Equal(["1"], database.Rows("SELECT userid FROM customers"));
    }

    /// <summary>Peer bug 7: MODIFY without its row makes the row; an INSERT over a newer row is not taken, one over an older row is.</summary>
    [Fact]
    public async Task Peer_bug_7_a_modify_without_its_row_makes_the_row_and_the_newest_wins()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync();
        const string Keys = """{"userid":{"N":"1"}}""";
        await sink.WriteAsync([TestRecord.Make("MODIFY", "customers", 10, "10", Keys, """{"userid":{"N":"1"},"first_name":{"S":"second"}}""", Keys)], default);
        await sink.WriteAsync([TestRecord.Make("INSERT", "customers", 5, "5", Keys, """{"userid":{"N":"1"},"first_name":{"S":"first"}}""")], default);
        Assert.Equal(["1|second"], database.Rows("SELECT userid, first_name FROM customers"));
        await sink.WriteAsync([TestRecord.Make("INSERT", "customers", 20, "20", Keys, """{"userid":{"N":"1"},"first_name":{"S":"third"}}""")], default);
        Assert.Equal(["1|third"], database.Rows("SELECT userid, first_name FROM customers"));
    }

    /// <summary>Peer bug 10: records are routed by their table; those of an unknown one are not written.</summary>
    [Fact]
    public async Task Peer_bug_10_records_go_to_their_own_table()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync(static tables => tables.Add<Customer>().Add<NumberKeyed>());
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"N":"1"}}""", """{"userid":{"N":"1"}}"""),
                TestRecord.Make("INSERT", "numbers", 1, "2", """{"id":{"N":"1"}}""", """{"id":{"N":"1"},"Note":{"S":"x"}}"""),
                TestRecord.Make("INSERT", "elsewhere", 1, "3", """{"id":{"N":"1"}}""", """{"id":{"N":"1"}}"""),
                TestRecord.Make("INSERT", "everything", 1, "4", """{"id":{"S":"1"}}""", """{"id":{"S":"1"}}"""),
            ],
            default);
        Assert.Equal(["1"], database.Rows("SELECT userid FROM customers"));
        Assert.Equal(["1|x"], database.Rows("SELECT id, note FROM numbers"));
        Assert.Equal(["customers", "numbers"], database.Rows("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"));
    }

    /// <summary>Peer bug 22: versions are microseconds, so that a stream whose precision flips from µs to ms still writes.</summary>
    [Fact]
    public async Task Peer_bug_22_a_flip_of_the_timestamps_precision_does_not_stop_newer_writes()
    {
        using var database = new SqliteFixture();
        await using var sink = await database.StartAsync();
        CdcRecord Record(string time, string precision, string name, int sequence) => CdcRecord.Parse(
            System.Text.Encoding.UTF8.GetBytes(
                $$$$$"""{"eventName":"MODIFY","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":{{{{{time}}}}}{{{{{precision}}}}},"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"{{{{{name}}}}}"}}}}"""),
            new(TestRecord.Shard, new((UInt128)sequence)));
        await sink.WriteAsync([Record("1720740233012995", ",\"ApproximateCreationDateTimePrecision\":\"MICROSECOND\"", "us", 1)], default);
        await sink.WriteAsync([Record("1720740233013", "", "ms", 2)], default);
        Assert.Equal(["ms|0001720740233013000:0012"], database.Rows("SELECT first_name, cdc_ver FROM customers__cdc"));
    }
}
