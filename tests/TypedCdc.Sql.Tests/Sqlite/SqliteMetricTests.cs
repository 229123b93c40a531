using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Sqlite;

/// <summary>What the sink counts is what happened to the rows.</summary>
public sealed class SqliteMetricTests
{
    [Fact]
    public async Task Rows_tombstones_conflicts_ties_and_retries_are_counted()
    {
        using var database = new SqliteFixture();
        using var metrics = new MetricSums("sqlite");
        await using var sink = database.Sink(busyTimeout: TimeSpan.FromMilliseconds(300));
        await sink.StartAsync(SqliteFixture.Context(), default);
        await sink.WriteAsync([Change("INSERT", 1, 10), Change("INSERT", 2, 10), Change("INSERT", 3, 10)], default);
        await sink.WriteAsync([Change("REMOVE", 1, 20), Change("REMOVE", 2, 5), Change("REMOVE", 3, 30), Change("REMOVE", 3, 30), Change("MODIFY", 4, 1)], default);
        Assert.Equal((6, 2, 1, 1), (metrics["cdc.sink.rows"], metrics["cdc.sink.tombstones"], metrics["cdc.sink.stale"], metrics["cdc.sink.compacted"]));
        Assert.Equal((3 + 5, 0), (metrics["cdc.sink.batch"], metrics["cdc.sink.retries"]));
        await sink.WriteAsync([TestRecord.Make("REMOVE", "customers", 1, "9", """{"userid":{"N":"4"}}""")], default);
        Assert.Equal(1, metrics["cdc.sink.ties"]);
        await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync(
            [TestRecord.Make("INSERT", "customers", 1, "1", """{"userid":{"N":"9"}}""", """{"userid":{"N":"9"},"phone":{"S":"no number"}}""")], default));
        Assert.Equal(1, metrics["cdc.sink.refused"]);

        using (var other = new SqliteConnection(database.Path))
        {
            other.Execute("BEGIN IMMEDIATE");
            await Assert.ThrowsAsync<SqliteException>(async () => await sink.WriteAsync([Change("INSERT", 5, 10)], default));
            other.Execute("COMMIT");
        }

        Assert.True(metrics["cdc.sink.retries"] >= 2);
        Assert.True(metrics["cdc.sink.duration"] > 0);
    }

    private static CdcRecord Change(string operation, int id, int time)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make(operation, "customers", time, "1", key, operation == "REMOVE" ? null : key, operation == "INSERT" ? null : key);
    }
}
