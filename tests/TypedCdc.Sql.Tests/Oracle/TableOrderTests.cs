using System.Globalization;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Oracle;

/// <summary>
/// Two workers whose transactions write the same tables: a table without a model has its place by when a worker met it, which differs, and rows that are locked in different orders are a deadlock.
/// </summary>
[Collection("PostgreSQL")]
public sealed class TableOrderTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Workers_that_met_tables_in_different_orders_do_not_wait_for_each_other_in_a_circle()
    {
        const int Keys = 150;
        await using var database = await PostgresDatabase.CreateAsync(server);
        string[][] met = [["doc-a", "doc-b", "doc-c"], ["doc-c", "doc-b", "doc-a"]];
        await Task.WhenAll(met.Select((tables, worker) => Task.Run(async () =>
        {
            await using var sink = await database.StartAsync(static set => set.AddDocuments("doc-*"));
            foreach (var table in tables)
            {
                await sink.WriteAsync([Record(table, 0, worker, 1)], default);
            }

            for (var round = 1; round <= 12; round++)
            {
                // Each write has rows of all tables; a deadlock would come out of it as an exception, which nobody here repeats.
                await sink.WriteAsync([.. Enumerable.Range(0, 3 * Keys).Select(i => Record(tables[i % 3], i / 3, worker, round + 1))], default);
            }
        })));

        foreach (var table in met[0])
        {
            var count = await database.RowsAsync($"SELECT count(*)::text || ' ' || min(document->>'v') || ' ' || max(document->>'v') FROM {table.Replace('-', '_')}");
            Assert.Equal([string.Create(CultureInfo.InvariantCulture, $"{Keys} 13 13")], count);
        }
    }

    private static CdcRecord Record(string table, int id, int worker, int round) => TestRecord.Make(
        "MODIFY", table, (1_000 * round) + worker, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"v":{"N":"{{{round}}}"}}""");
}
