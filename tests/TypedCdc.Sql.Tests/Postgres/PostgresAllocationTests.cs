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
        await using var database = await PostgresDatabase.CreateAsync(server);
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

    private static CdcRecord Record(string operation, int id)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        var image = $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"name {{{id}}}"},"balance":{"N":"{{{id}}}.25"},"phone":{"N":"{{{id}}}"}}""";
        return TestRecord.Make(operation, "customers", operation == "INSERT" ? 1 : 2, "49545115243490985018280067714973144582180062593244200961", key, image, operation == "INSERT" ? null : key);
    }
}
