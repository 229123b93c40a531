using System.Globalization;
using Npgsql;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Watermarks;

[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class PostgresWatermarkTests(PostgreSql server)
{
    private const string PhysicalRows = "SELECT userid::text, xmin::text, ctid::text, cdc_ver FROM customers__cdc ORDER BY userid";

    private static async Task<RelationalSink> StartAsync(PostgresDatabase database, int lanes = 64, Action<TableSetBuilder>? tables = null)
    {
        // A worker whose process was ended at its start starts again.
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                var sink = database.Sink(tables);
                await sink.StartAsync(LeasedHistory.Context(lanes), default);
                return sink;
            }
            catch (NpgsqlException) when (attempts < 20)
            {
            }
        }
    }

    private static async Task<(long Rows, long Replayed)> WriteAsync(PostgresDatabase database, LeasedHistory history, ShardLease lease, int from = 0)
    {
        await using var sink = await StartAsync(database);
        await sink.WriteAsync(history.Records(lease, from), default);
        return (sink.Metrics!.Rows, sink.Metrics.ReplayedRows);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task After_the_end_of_a_server_process_at_any_statement_a_replay_writes_what_is_missing_and_then_nothing()
    {
        var crashes = 0;
        for (var seed = 1; seed <= 3; seed++)
        {
            var random = new Random(seed);
            var history = new LeasedHistory(seed, changes: 200);
            await using var database = await PostgresDatabase.CreateAsync(server);
            await (await StartAsync(database)).DisposeAsync();
            await EndAtStatementsAsync(database, every: 15 + 2 * seed); // more than one write takes
            for (var token = 1L; ; token++)
            {
                await using var sink = await StartAsync(database);
                var lease = LeasedHistory.Lease(token);
                try
                {
                    foreach (var batch in history.Cut(lease, random))
                    {
                        await sink.WriteAsync(batch, default);
                    }

                    break;
                }
                catch (NpgsqlException error)
                {
                    Assert.True(++crashes < 200, $"It does not come to an end: {error}");
                }
            }

            Assert.Equal(history.Expected, await database.DumpCustomersAsync());
            await database.ExecuteAsync("DROP FUNCTION end_process CASCADE");
            var before = await database.RowsAsync(PhysicalRows);
            await using var replay = await StartAsync(database);
            foreach (var batch in history.Cut(LeasedHistory.Lease(1_000), random))
            {
                await replay.WriteAsync(batch, default);
            }

            Assert.Equal((history.Count, 0), (replay.Metrics!.ReplayedRows, replay.Metrics.Rows + replay.Metrics.StaleRows));
            Assert.Equal(before, await database.RowsAsync(PhysicalRows));
        }

        Assert.True(crashes > 5, $"Only {crashes} crashes.");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_table_that_was_dropped_emptied_or_rewritten_is_filled_again_by_a_replay()
    {
        var history = new LeasedHistory(5, changes: 100);
        foreach (var loss in (string[])["DROP TABLE customers__cdc CASCADE; DROP TABLE customers__cdc_ties", "TRUNCATE customers__cdc", "DELETE FROM customers__cdc", "VACUUM FULL customers__cdc"])
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            await WriteAsync(database, history, LeasedHistory.Lease());
            foreach (var statement in loss.Split("; "))
            {
                await database.ExecuteAsync(statement);
            }

            Assert.Equal(0, (await WriteAsync(database, history, LeasedHistory.Lease())).Replayed);
            Assert.Equal(history.Expected, await database.DumpCustomersAsync());
            Assert.Equal(history.Count, (await WriteAsync(database, history, LeasedHistory.Lease())).Replayed);
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_table_that_is_emptied_under_a_running_sink_is_not_believed_any_more()
    {
        var history = new LeasedHistory(6, changes: 100);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var lease = LeasedHistory.Lease();
        await using var sink = await StartAsync(database, lanes: 1);
        await sink.WriteAsync(history.Records(lease, 0, 40), default);
        await database.ExecuteAsync("TRUNCATE customers__cdc");
        await sink.WriteAsync(history.Records(lease, 40), default);
        Assert.Equal([StoredWatermark.ToText(history.NumberAt(40)) + "|" + StoredWatermark.ToText(history.NumberAt(history.Count - 1))], await database.RowsAsync("SELECT first, last FROM cdc_watermarks"));

        await using var replay = await StartAsync(database, lanes: 1);
        await replay.WriteAsync(history.Records(LeasedHistory.Lease()), default);
        Assert.Equal(0, replay.Metrics!.ReplayedRows);
        Assert.Equal(history.Expected, await database.DumpCustomersAsync());
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task An_owner_with_an_older_token_is_refused_and_writes_nothing()
    {
        var history = new LeasedHistory(7, changes: 100);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var older = await StartAsync(database);
        await using var newer = await StartAsync(database);
        var first = LeasedHistory.Lease(token: 7);
        await older.WriteAsync(history.Records(first, 0, 60), default);

        // The newer one has written nothing yet: that it has begun is enough for the lanes that there are.
        var second = LeasedHistory.Lease(token: 8);
        await newer.WriteAsync(history.Records(second, 0, 1), default);
        Assert.Equal((1, 0), (newer.Metrics!.ReplayedRows, newer.Metrics.Rows));
        var before = await database.RowsAsync(PhysicalRows);
        var stale = await Assert.ThrowsAsync<StaleLeaseException>(async () => await older.WriteAsync(history.Records(first, 60), default));
        Assert.Contains("cdc_watermarks is 8, this worker's is 7", stale.Message, StringComparison.Ordinal);
        Assert.Equal(before, await database.RowsAsync(PhysicalRows));
        Assert.Equal(["8|8"], await database.RowsAsync("SELECT min(token)::text, max(token)::text FROM cdc_watermarks"));

        await newer.WriteAsync(history.Records(second, 1), default);
        Assert.Equal(60, newer.Metrics.ReplayedRows);
        Assert.Equal(history.Expected, await database.DumpCustomersAsync());
        await database.ExecuteAsync("DELETE FROM cdc_watermarks WHERE application = 'test'");
        await older.WriteAsync(history.Records(first, 60), default); // as the message says
        Assert.Equal(["7|7"], await database.RowsAsync("SELECT min(token)::text, max(token)::text FROM cdc_watermarks"));
    }

    /// <summary>The new owner takes the shard between the older one's look at the tokens and its commit.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task An_owner_that_loses_the_shard_within_its_transaction_commits_nothing()
    {
        var history = new LeasedHistory(12, changes: 100);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var older = await StartAsync(database, lanes: 1);
        var first = LeasedHistory.Lease(token: 7);
        await older.WriteAsync(history.Records(first, 0, 30), default);
        var before = await database.RowsAsync(PhysicalRows);

        // Somebody who has the watermark's row, as a new owner does while it takes over.
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var update = new NpgsqlCommand("UPDATE cdc_watermarks SET token = 8", connection);
            await update.ExecuteNonQueryAsync();
            var write = older.WriteAsync(history.Records(first, 30), default).AsTask();
            while ((await database.RowsAsync("SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))[0] == "0")
            {
                Assert.False(write.IsCompleted, "It waits for nobody.");
                await Task.Delay(20);
            }

            await transaction.CommitAsync();
            await Assert.ThrowsAsync<StaleLeaseException>(() => write);
        }

        Assert.Equal(before, await database.RowsAsync(PhysicalRows));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Lanes_that_are_written_at_once_do_not_wait_for_each_other()
    {
        var history = new LeasedHistory(9, changes: 600);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var lease = LeasedHistory.Lease(token: 3);
        await using (var sink = await StartAsync(database, lanes: 4))
        {
            await Task.WhenAll(history.Records(lease).GroupBy(static record => record.LaneHash % 4).Select(lane => Task.Run(async () =>
            {
                foreach (var batch in lane.Chunk(7))
                {
                    await sink.WriteAsync(batch, default);
                }
            })));
        }

        Assert.Equal(history.Expected, await database.DumpCustomersAsync());
        Assert.Equal(["4|4"], await database.RowsAsync("SELECT count(*)::text, count(DISTINCT lane)::text FROM cdc_watermarks"));
        Assert.Equal(["0"], await database.RowsAsync("SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()"));
        await using var replay = await StartAsync(database, lanes: 4);
        await replay.WriteAsync(history.Records(LeasedHistory.Lease(token: 4)), default);
        Assert.Equal(history.Count, replay.Metrics!.ReplayedRows);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_row_that_the_database_refuses_holds_its_lane_until_the_next_write()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await StartAsync(database, lanes: 1);
        await database.ExecuteAsync("ALTER TABLE customers__cdc ADD CHECK (phone <> 13)");
        var lease = LeasedHistory.Lease(token: 1);
        var rejected = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Make(1, 5), Make(2, 13), Make(3, 7)], default));
        Assert.Equal(1, Assert.Single(rejected.Rejected).Index);
        Assert.Equal(["0011|0011"], await database.RowsAsync("SELECT first, last FROM cdc_watermarks"));
        await sink.WriteAsync([Make(4, 8)], default);
        Assert.Equal(["0011|0014"], await database.RowsAsync("SELECT first, last FROM cdc_watermarks"));
        Assert.Equal(["1|5", "3|7", "4|8"], await database.RowsAsync("SELECT userid::text, phone::text FROM customers ORDER BY userid"));

        CdcRecord Make(int id, int phone)
        {
            var text = id.ToString(CultureInfo.InvariantCulture);
            var keys = $$$"""{"userid":{"N":"{{{text}}}"}}""";
            var record = TestRecord.Make("INSERT", "customers", id, text, keys, string.Create(CultureInfo.InvariantCulture, $$$"""{"userid":{"N":"{{{text}}}"},"phone":{"N":"{{{phone}}}"}}"""));
            return record.With(lease, record.GetKeyHash());
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_reading_that_was_put_back_on_purpose_writes_everything_again()
    {
        var history = new LeasedHistory(8, changes: 100);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var lease = LeasedHistory.Lease(token: 1);
        await using (var sink = await StartAsync(database))
        {
            await sink.WriteAsync(history.Records(lease), default);
            lease.Checkpoint = history.NumberAt(60); // behind the last write: the end of the sink remembers it
        }

        Assert.Equal([StoredWatermark.ToText(lease.Checkpoint)], await database.RowsAsync("SELECT max(checkpoint) FROM cdc_watermarks"));
        await database.ExecuteAsync("DELETE FROM customers__cdc WHERE userid % 2 = 0");
        Assert.Equal(0, (await WriteAsync(database, history, LeasedHistory.Lease(token: 2))).Replayed);
        Assert.Equal(history.Expected, await database.DumpCustomersAsync());
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_mode_that_makes_no_tables_goes_without()
    {
        var history = new LeasedHistory(11, changes: 60);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await WriteAsync(database, history, LeasedHistory.Lease());
        await database.ExecuteAsync("DROP TABLE cdc_watermarks");
        await using var sink = await StartAsync(database, tables: static tables => tables.Add<Customer>().Migrations = MigrationMode.Off);
        await sink.WriteAsync(history.Records(LeasedHistory.Lease(token: 1)), default);
        Assert.Equal(0, sink.Metrics!.ReplayedRows);
        Assert.Equal(["false"], await database.RowsAsync("SELECT (to_regclass('cdc_watermarks') IS NOT NULL)::text"));
    }

    /// <summary>Lets the server end the process that runs the n-th statement on the table or its watermarks, behind the statement or in its commit.</summary>
    private static Task EndAtStatementsAsync(PostgresDatabase database, int every) => database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $$"""
        {{PostgresDatabase.EndProcess}}
        CREATE TRIGGER in_statement AFTER INSERT OR UPDATE ON customers__cdc FOR EACH STATEMENT EXECUTE FUNCTION end_process('statements', {{every}});
        CREATE TRIGGER in_watermarks AFTER INSERT OR UPDATE ON cdc_watermarks FOR EACH STATEMENT EXECUTE FUNCTION end_process('statements', {{every}});
        CREATE CONSTRAINT TRIGGER in_commit AFTER INSERT OR UPDATE ON customers__cdc DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_process('rows', 71);
        """));
}
