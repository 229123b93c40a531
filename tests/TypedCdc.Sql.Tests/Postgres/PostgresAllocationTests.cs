using TypedCdc.Postgres;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Postgres;

/// <summary>Alone in the process while it counts.</summary>
[CollectionDefinition("PostgreSQL, alone", DisableParallelization = true)]
public sealed class LonelyPostgresCollection : ICollectionFixture<PostgreSql>;

[Collection("PostgreSQL, alone")]
public sealed class PostgresAllocationTests(PostgreSql server)
{
    private const int RowsPerWrite = 2_000;

    /// <summary>From the record's bytes to the socket, whole: what Npgsql allocates for a write is in it. The goal is 16 bytes a row (performance.md).</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_row_costs_at_most_16_bytes()
    {
        await using var database = await PostgresDatabase.CreateAsync(server, WritePaths.Default);
        await using var sink = await database.StartAsync();
        foreach (var operation in (string[])["INSERT", "MODIFY"])
        {
            var least = double.MaxValue;
            for (var write = 0; write < 6; write++)
            {
                // The first writes make the buffers; of the others the least counts, since the runtime's own threads allocate too.
                var records = Enumerable.Range(0, RowsPerWrite).Select(i => Record(operation, (write * RowsPerWrite) + i)).ToList();
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await sink.WriteAsync(records, default);
                least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)RowsPerWrite);
            }

            Assert.True(least <= 16, $"{operation}: {least:0.0} B a row.");
        }

        Assert.Equal(2 * 6 * RowsPerWrite, sink.Metrics!.Rows);
    }

    /// <summary>A small write has a price of its own, for the commands that Npgsql runs, and its rows have none.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_small_write_costs_the_same_whatever_its_rows()
    {
        await using var database = await PostgresDatabase.CreateAsync(server, WritePaths.Default);
        using var metrics = new MetricSums("postgresql");
        await using var sink = await database.StartAsync();
        var time = 0;
        var one = await MeasureAsync(1);
        var many = await MeasureAsync(400);
        Assert.True(one <= 10_000, $"A write of one row: {one:0} B.");
        Assert.True((many - one) / 399 <= 16, $"A write of one row: {one:0} B, of 400: {many:0} B.");
        Assert.Equal(2 * 12, metrics["cdc.sink.table_writes/direct"]);

        async Task<double> MeasureAsync(int rows)
        {
            var least = double.MaxValue;
            for (var write = 0; write < 12; write++)
            {
                time++;
                var records = Enumerable.Range(0, rows).Select(i => Record("MODIFY", i, time)).ToList();
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await sink.WriteAsync(records, default);
                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            }

            return least;
        }
    }

    private static CdcRecord Record(string operation, int id, int? time = null)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        var image = $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"name {{{id}}}"},"balance":{"N":"{{{id}}}.25"},"phone":{"N":"{{{id}}}"}}""";
        return TestRecord.Make(operation, "customers", time ?? (operation == "INSERT" ? 1 : 2), "49545115243490985018280067714973144582180062593244200961", key, image, operation == "INSERT" ? null : key);
    }
}
