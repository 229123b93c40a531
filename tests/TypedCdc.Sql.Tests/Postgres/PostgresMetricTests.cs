using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Postgres;

/// <summary>What the sink counts is what happened to the rows.</summary>
[Collection("PostgreSQL")]
public sealed class PostgresMetricTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Rows_tombstones_conflicts_ties_and_retries_are_counted()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        using var metrics = new MetricSums("postgresql");
        await using var sink = await database.StartAsync();
        await sink.WriteAsync([Change("INSERT", 1, 10), Change("INSERT", 2, 10), Change("INSERT", 3, 10)], default);
        Assert.Equal((3, 0, 0), (metrics["cdc.sink.rows"], metrics["cdc.sink.tombstones"], metrics["cdc.sink.stale"]));

        // Of three removals one is stale and one comes twice; an update of the same batch counts as a row.
        await sink.WriteAsync([Change("REMOVE", 1, 20), Change("REMOVE", 2, 5), Change("REMOVE", 3, 30), Change("REMOVE", 3, 30), Change("MODIFY", 4, 1)], default);
        Assert.Equal((6, 2, 1, 1), (metrics["cdc.sink.rows"], metrics["cdc.sink.tombstones"], metrics["cdc.sink.stale"], metrics["cdc.sink.compacted"]));

        // The same once more writes nothing.
        await sink.WriteAsync([Change("REMOVE", 1, 20), Change("REMOVE", 3, 30)], default);
        Assert.Equal((6, 2, 3), (metrics["cdc.sink.rows"], metrics["cdc.sink.tombstones"], metrics["cdc.sink.stale"]));

        await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"N":"9"}}""", """{"userid":{"N":"9"},"phone":{"S":"no number"}}""")], default));
        Assert.Equal(1, metrics["cdc.sink.refused"]);
        Assert.Equal(3 + 5 + 2 + 1, metrics["cdc.sink.batch"]);
        Assert.True(metrics["cdc.sink.duration"] > 0);

        await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await sink.WriteAsync([Change("INSERT", 5, 10)], default));
        Assert.Equal(1, metrics["cdc.sink.retries"]);
        await sink.WriteAsync([Change("INSERT", 5, 10)], default);
        Assert.Equal(7, metrics["cdc.sink.rows"]);

        Assert.Equal(0, metrics["cdc.sink.ties"]);
        await sink.WriteAsync([TestRecord.Make("REMOVE", "customers", 1, "9", """{"userid":{"N":"4"}}""")], default);
        Assert.Equal(1, metrics["cdc.sink.ties"]);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_history_counts_its_rows_what_is_there_already_and_retries()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        using var metrics = new MetricSums("postgresql");
        var builder = new TableSetBuilder();
        builder.AddHistory<Customer>();
        await using var sink = RelationalSink.OfHistories(builder.Build(), new SqlStore(new NpgsqlDatabase(new PostgresSinkOptions { ConnectionString = database.ConnectionString })));
        await sink.StartAsync(SqliteFixture.Context(), default);
        await sink.WriteAsync([Change("INSERT", 1, 10), Change("INSERT", 2, 10)], default);
        await sink.WriteAsync([Change("INSERT", 1, 10), Change("INSERT", 3, 10)], default);
        Assert.Equal((3, 1, 0), (metrics["cdc.sink.rows"], metrics["cdc.sink.stale"], metrics["cdc.sink.retries"]));
        await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await sink.WriteAsync([Change("INSERT", 4, 10)], default));
        Assert.Equal(1, metrics["cdc.sink.retries"]);
    }

    private static CdcRecord Change(string operation, int id, int time)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make(operation, "customers", time, "1", key, operation == "REMOVE" ? null : key, operation == "INSERT" ? null : key);
    }
}
