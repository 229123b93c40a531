using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sources;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Snapshots;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>A finished snapshot mends what was lost, in every dialect; and what it and a purge run, as text.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class DialectSnapshotTests(PostgreSql server)
{
    [Theory]
    [InlineData(DialectPlace.Sqlite, 8)]
    [InlineData(DialectPlace.MySql, 8)]
    public Task A_finished_snapshot_mends_what_was_lost_whatever_the_order_and_wherever_it_crashes(string way, int seeds) => MendAsync(way, seeds);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectPlace.Postgres, 1)]
    [InlineData(DialectPlace.CrateDb, 2)]
    [InlineData(DialectPlace.Redshift, 1)]
    public Task A_finished_snapshot_mends_what_was_lost_whatever_the_order_and_wherever_it_crashes_on_a_server(string way, int seeds) => MendAsync(way, seeds);

    [Theory]
    [InlineData(DialectPlace.Sqlite)]
    [InlineData(DialectPlace.MySql)]
    public Task What_is_older_than_a_whole_snapshot_is_stale_and_the_rest_is_removed_at_the_next_start(string way) => OlderAsync(way);

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(DialectPlace.Postgres)]
    [InlineData(DialectPlace.CrateDb)]
    [InlineData(DialectPlace.Redshift)]
    public Task What_is_older_than_a_whole_snapshot_is_stale_and_the_rest_is_removed_at_the_next_start_on_a_server(string way) => OlderAsync(way);

    [Fact]
    public async Task A_database_that_does_not_take_tombstones_is_not_asked_for_ever()
    {
        await using var place = await DialectPlace.CreateAsync(DialectPlace.MySql, server);
        await using var sink = await StartAsync(place, statement => statement.Text.Contains("SELECT * FROM (SELECT", StringComparison.Ordinal) ? null : statement);
        await sink.WriteAsync([Insert(1, 10)], default);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await sink.FinishSnapshotAsync(Finished(900_000_000), default));
        Assert.Contains("Items of 'customers' that its newest whole snapshot does not have cannot be removed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql")]
    [InlineData("cratedb")]
    [InlineData("aws.redshift")]
    public async Task Statements_of_purges_and_snapshots_read_as_they_should(string name)
    {
        var seen = new List<string>();
        var isSwept = false;
        var script = new ScriptedExecutor(statement =>
        {
            var text = statement.Text.Replace('`', '"');
            seen.Add(statement.Text + string.Concat(statement.Parameters.Select(static (one, i) => $"\n-- {i + 1} = {Convert.ToString(one, System.Globalization.CultureInfo.InvariantCulture)}")));
            isSwept |= text.StartsWith("UPDATE \"customers__cdc\"", StringComparison.Ordinal) || text.Contains("FROM \"customers__cdc\" WHERE \"cdc_deleted_at\" IS NULL", StringComparison.Ordinal) && text.StartsWith("INSERT", StringComparison.Ordinal);
            return statement.Parameters.Contains("cdc_models") ? [.. ((string[])["name", "revisions", "horizon", "snapshot", "swept"]).Select(static column => (object?[])[column, "x", 1, 0, 0])]
                : text.StartsWith("SELECT \"revisions\"", StringComparison.Ordinal) ? [[CdcModel.Get<Customer>().Schema.Revision, 896_000_000L, 500_000_000L, 0L]]
                : text.StartsWith("SELECT max(", StringComparison.Ordinal) ? [[900_000_000L]]
                : text.StartsWith("SELECT count(*)", StringComparison.Ordinal) || (text.StartsWith("SELECT 1 FROM \"customers__cdc\"", StringComparison.Ordinal) && !isSwept) ? [[1L]]
                : text.StartsWith("SELECT s.\"cdc_ord\"", StringComparison.Ordinal) ? [[1]]
                : text.StartsWith("SELECT \"userid\"", StringComparison.Ordinal) && text.Contains("ORDER BY", StringComparison.Ordinal) ? [[1L, 0L, "0000000000000000010:0011", 7L, 1L], [2L, 2L, "0000000000000000011:0011", 8L, 1L]]
                : [];
        });
        var clock = new PurgeClock { Microseconds = 1_000_000_000 };
        IRelationalStore store = name == "mysql" ? new SqlStore(new MySqlDialect(), _ => new(script))
            : name == "cratedb" ? new SqlStore(new CrateDbDialect(), _ => new(script))
            : new RedshiftStore(_ => new(script));
        await using var sink = await DialectSinks.StartAsync(
            store,
            static tables =>
            {
                tables.Migrations = MigrationMode.Off;
                tables.TombstoneRetention = TimeSpan.FromSeconds(4);
                tables.TombstoneMargin = TimeSpan.Zero;
                tables.Add<Customer>();
            },
            clock);
        seen.Clear();
        seen.Add("-- A purge");
        await sink.PurgeAsync(default);
        seen.Add("-- A snapshot that is finished");
        isSwept = false;
        await sink.FinishSnapshotAsync(Finished(900_000_000), default);
        seen.Add("-- A write older than the snapshot, one older than the horizon, one that is newer");
        await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Insert(1, 10), Insert(2, 600_000_000), Insert(3, 950_000_000)], default));
        Snapshot.Verify(string.Join("\n\n", seen) + "\n", "sql", $"{nameof(DialectSnapshotTests)}.{name}");
    }

    private async Task MendAsync(string way, int seeds)
    {
        var mended = 0;
        for (var seed = 1; seed <= seeds; seed++)
        {
            var random = new Random(seed);
            var history = new LossyHistory(seed);
            await using var place = await DialectPlace.CreateAsync(way, server);
            var steps = new Queue<Func<RelationalSink, ValueTask>>();
            foreach (var batch in LossyHistory.Cut(history.Before, random))
            {
                steps.Enqueue(sink => sink.WriteAsync(batch, default));
            }

            steps.Enqueue(async sink =>
            {
                mended += await place.DumpAsync() == History.Expect(history.All) ? 0 : 1;
                await sink.FinishSnapshotAsync(history.Info, default);
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
                    await using var sink = await StartAsync(place, statement => --countdown == 0 ? throw new CrashedException() : statement);
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

            Assert.True(History.Expect(history.All) == await place.DumpAsync(), $"Seed {seed}.");
        }

        Assert.True(mended > 0, "Nothing was lost.");
    }

    private async Task OlderAsync(string way)
    {
        await using var place = await DialectPlace.CreateAsync(way, server);
        var crash = false;
        await using (var sink = await StartAsync(place, statement => crash && statement.Text.Contains("count(*)", StringComparison.Ordinal) ? throw new CrashedException() : statement))
        {
            await sink.WriteAsync([.. Enumerable.Range(0, 1_200).Select(static i => Insert(i, 10)), Insert(5_000, 900_000_000), Remove(7_000, 5)], default);
            crash = true;
            await Assert.ThrowsAsync<CrashedException>(async () => await sink.FinishSnapshotAsync(Finished(900_000_000), default));
        }

        Assert.Equal(["1201"], await place.RowsAsync("SELECT CAST(count(*) AS VARCHAR(9)) FROM customers"));
        await using var next = await StartAsync(place);
        Assert.Equal(["5000"], await place.RowsAsync("SELECT CAST(userid AS VARCHAR(9)) FROM customers"));

        // Older changes are stale, not dead letters: of items that were not in the snapshot, whether the table has a tombstone of theirs or nothing.
        await next.WriteAsync([Insert(1, 20), Insert(9_999, 20), Insert(7_000, 7), Insert(9_998, 898_000_000)], default);
        Assert.Equal(["5000", "9998"], await place.RowsAsync("SELECT CAST(userid AS VARCHAR(9)) FROM customers ORDER BY 1"));
        await next.FinishSnapshotAsync(Finished(1), default);
        Assert.Equal(["5000", "9998"], await place.RowsAsync("SELECT CAST(userid AS VARCHAR(9)) FROM customers ORDER BY 1"));
        Assert.Equal(["898000000|898000000"], await place.RowsAsync("SELECT CAST(snapshot AS VARCHAR(20)), CAST(swept AS VARCHAR(20)) FROM cdc_models"));
    }

    private static Task<RelationalSink> StartAsync(DialectPlace place, Func<SqlStatement, SqlStatement?>? before = null) => DialectSinks.StartAsync(
        place.Store(before),
        static tables =>
        {
            tables.SnapshotMargin = LossyHistory.Margin;
            tables.Add<Customer>();
        },
        new PurgeClock());

    private static SnapshotInfo Finished(long microseconds) => new("customers", DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond));

    private static CdcRecord Insert(int id, long time)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make("INSERT", "customers", time, "1", key, key);
    }

    private static CdcRecord Remove(int id, long time) => TestRecord.Make("REMOVE", "customers", time, "1", $$$"""{"userid":{"N":"{{{id}}}"}}""");
}
