using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Histories;

[Collection("PostgreSQL")]
public sealed class PostgresHistoryTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Four_workers_whose_connections_are_cut_at_any_moment_leave_every_change_once()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            using var stop = new CancellationTokenSource();
            var killer = Task.Run(async () =>
            {
                var random = new Random(seed);
                while (!stop.IsCancellationRequested)
                {
                    await Task.Delay(random.Next(5, 60));
                    await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
                }
            });
            var histories = Enumerable.Range(0, 4).Select(_ => new History(seed, keys: 8, changes: 120)).ToArray();
            var deliveries = histories.Select(static history => history.Deliver(newNumbers: false)).ToArray();
            await Task.WhenAll(histories.Zip(deliveries, (history, delivery) => Task.Run(async () =>
            {
                var batches = new Queue<List<CdcRecord>>(history.Cut(delivery));
                for (var attempts = 0; batches.Count > 0; attempts++)
                {
                    try
                    {
                        await using var sink = await StartAsync(database);
                        while (batches.TryPeek(out var batch))
                        {
                            await sink.WriteAsync(batch, default);
                            batches.Dequeue();
                        }
                    }
                    catch (NpgsqlException) when (attempts < 1_000)
                    {
                        // Cut off: again, as the pipeline would.
                    }
                }
            })));
            await stop.CancelAsync();
            await killer;
            Assert.Equal(HistoryOracle.Expect(deliveries[0]), (await database.RowsAsync(HistoryOracle.Select)).Order(StringComparer.Ordinal));
            Assert.Equal(["0"], await database.RowsAsync("SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()"));
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task What_jsonb_cannot_hold_is_kept_and_a_row_that_the_server_refuses_is_found()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await StartAsync(database, static tables => tables.AddHistory<Reading>());
        await database.ExecuteAsync("ALTER TABLE \"sensor_readings_2024__history\" ADD CHECK (at <> 'c')");
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [.. "abcd".Select(static at => TestRecord.Make(
                "INSERT", "Sensor-Readings.2024", 1, "1", $$$"""{"at":{"S":"{{{at}}}"},"device":{"S":"x"}}""", $$$"""{"at":{"S":"{{{at}}}"},"device":{"S":"x"},"n":{"S":"\u0000"}}"""))],
            default));
        Assert.Equal([2], refused.Rejected.Select(static one => one.Index));
        Assert.Equal(["""x|a|{"at":"a","device":"x","n":"\u0000"}"""], (await database.RowsAsync("SELECT device, at, cdc_after::text FROM \"sensor_readings_2024__history\" ORDER BY at"))[..1]);
        Assert.Equal(["3"], await database.RowsAsync("SELECT count(*)::text FROM \"sensor_readings_2024__history\""));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Every_type_of_key_can_be_read_again()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await StartAsync(database, static tables => tables.AddHistory<Everything>().AddHistory<NumberKeyed>());
        for (var run = 0; run < 2; run++)
        {
            await sink.WriteAsync(
                [
                    TestRecord.Make("REMOVE", "everything", 5, "1", """{"id":{"S":"0F8FAD5B-D9CB-469F-A165-70867728950E"}}"""),
                    TestRecord.Make("REMOVE", "numbers", 5, "2", """{"id":{"N":"1.50"}}"""),
                ],
                default);
        }

        Assert.Equal(["0f8fad5b-d9cb-469f-a165-70867728950e|uuid"], await database.RowsAsync("SELECT id::text, pg_typeof(id)::text FROM everything__history"));
        Assert.Equal(["1.5|numeric"], await database.RowsAsync("SELECT id::text, pg_typeof(id)::text FROM numbers__history"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Workers_that_start_at_once_create_one_table()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () => await (await StartAsync(database)).DisposeAsync())));
        Assert.Equal(["brin"], await database.RowsAsync(
            "SELECT m.amname FROM pg_class AS c JOIN pg_am AS m ON m.oid = c.relam JOIN pg_index AS i ON i.indexrelid = c.oid WHERE i.indrelid = 'customers__history'::regclass AND NOT i.indisprimary"));
    }

    private static async Task<RelationalSink> StartAsync(PostgresDatabase database, Action<TableSetBuilder>? configure = null)
    {
        var tables = new TableSetBuilder();
        (configure ?? (static tables => tables.AddHistory<Customer>()))(tables);
        var sink = RelationalSink.OfHistories(tables.Build(), new SqlStore(new NpgsqlDatabase(new PostgresSinkOptions { ConnectionString = database.ConnectionString })));
        await sink.StartAsync(SqliteFixture.Context(), default);
        return sink;
    }
}
