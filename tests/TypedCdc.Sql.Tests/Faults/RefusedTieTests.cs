using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>
/// A row that the database refuses beside others of the same item and the same time: it alone is refused, whatever the order, and it is not remembered among those that decide which of
/// them was the last.
/// </summary>
[Collection("PostgreSQL")]
public sealed class RefusedTieTests(PostgreSql server)
{
    // Of one time; the second is refused, and leads on from the first by its images. The third leads on from the second.
    private static readonly CdcRecord[] Changes =
    [
        Change("10", phone: 1, old: null),
        Change("11", phone: 777, old: 1),
        Change("12", phone: 3, old: 777),
    ];

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_refuses_it_alone()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync("ALTER TABLE customers__cdc ADD CONSTRAINT no_phone CHECK (phone <> 777)");
        await CheckAsync(
            async () =>
            {
                await database.ExecuteAsync("TRUNCATE customers__cdc, customers__cdc_ties");
                return await database.StartAsync();
            },
            async () => (await database.RowsAsync("SELECT phone::text FROM customers"), await database.RowsAsync("SELECT phone::text FROM customers__cdc_ties WHERE phone = 777")));
    }

    [Fact]
    public async Task SQLite_refuses_it_alone()
    {
        using var database = new SqliteFixture();
        await (await database.StartAsync()).DisposeAsync();
        foreach (var what in (string[])["INSERT", "UPDATE"])
        {
            database.Query($"CREATE TRIGGER no_{what} BEFORE {what} ON customers__cdc WHEN new.phone = 777 BEGIN SELECT RAISE(ABORT, 'no'); END");
        }

        await CheckAsync(
            async () =>
            {
                database.Query("DELETE FROM customers__cdc");
                database.Query("DELETE FROM customers__cdc_ties");
                return await database.StartAsync();
            },
            () => Task.FromResult((database.Rows("SELECT phone FROM customers"), database.Rows("SELECT phone FROM customers__cdc_ties WHERE phone = 777"))));
    }

    private static async Task CheckAsync(Func<Task<RelationalSink>> begin, Func<Task<(string[] View, string[] Remembered)>> look)
    {
        foreach (var order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        {
            // In one write, in one write each, and the first or the last by itself.
            foreach (var sizes in (int[][])[[3], [1, 1, 1], [1, 2], [2, 1]])
            {
                var when = $"{string.Join(' ', order)} in writes of {string.Join(' ', sizes)}";
                await using var sink = await begin();
                var refused = new List<int>();
                var at = 0;
                foreach (var size in sizes)
                {
                    try
                    {
                        await sink.WriteAsync([.. order.Skip(at).Take(size).Select(static i => Changes[i])], default);
                    }
                    catch (RejectedRecordsException rejected)
                    {
                        refused.AddRange(rejected.Rejected.Select(one => order[at + one.Index]));
                    }

                    at += size;
                }

                Assert.True(refused is [1], $"{when}: {string.Join(' ', refused)} refused.");
                var (view, remembered) = await look();
                Assert.True(view is ["3"], $"{when}: the view shows {string.Join(' ', view)}.");
                Assert.True(remembered is [], $"{when}: the refused one is remembered.");
            }
        }
    }

    private static CdcRecord Change(string number, int phone, int? old) => TestRecord.Make(
        old is null ? "INSERT" : "MODIFY", "customers", 5, number, """{"userid":{"N":"1"}}""", Image(phone), old is { } before ? Image(before) : null);

    private static string Image(int phone) => $$$"""{"userid":{"N":"1"},"phone":{"N":"{{{phone}}}"}}""";
}
