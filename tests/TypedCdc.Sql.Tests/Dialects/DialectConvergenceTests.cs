using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Postgres;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Databases that a dialect makes sinks of: the same histories, the same oracle as for PostgreSQL and SQLite themselves.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class DialectConvergenceTests(PostgreSql server)
{
    public enum Way
    {
        Sqlite,
        MySqlOnSqlite,
    }

    [Theory]
    [InlineData(Way.Sqlite)]
    [InlineData(Way.MySqlOnSqlite)]
    public async Task Any_permutation_cut_anywhere_leaves_the_same_view(Way way)
    {
        var ties = 0L;
        for (var seed = 1; seed <= 15; seed++)
        {
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = seed % 3 == 0 ? history.DeliverRenumbered() : history.Deliver(newNumbers: seed % 2 == 0);
            using var database = new SqliteFixture();
            await using var sink = await DialectSinks.StartAsync(Store(way, database));
            await sink.WriteAsync(history.Cut(delivery));
            ties += sink.Metrics!.Ties;
            Assert.True(History.Expect(delivery) == Dump(database), $"Seed {seed}.");
        }

        Assert.True(ties > 50, "Too few ties to prove anything.");
    }

    [Theory]
    [InlineData(Way.Sqlite)]
    [InlineData(Way.MySqlOnSqlite)]
    public async Task A_crash_between_any_two_statements_loses_nothing(Way way)
    {
        var crashes = 0;
        for (var seed = 1; seed <= 8; seed++)
        {
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = history.Deliver(newNumbers: false);
            using var database = new SqliteFixture();
            crashes += await DialectSinks.WriteCrashingAsync(before => Store(way, database, before), history.Cut(delivery), new(seed));
            Assert.True(History.Expect(delivery) == Dump(database), $"Seed {seed}.");
        }

        Assert.True(crashes > 5, $"Only {crashes} crashes.");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_by_its_dialect_leaves_the_same_view()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var history = new History(seed, keys: 12, changes: 120);
            var delivery = seed % 3 == 0 ? history.DeliverRenumbered() : history.Deliver(newNumbers: seed % 2 == 0);
            await using var sink = await DialectSinks.StartAsync(Postgres(database));
            await sink.WriteAsync(history.Cut(delivery));
            Assert.True(History.Expect(delivery) == await database.DumpCustomersAsync(), $"Seed {seed}.");
        }
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task The_dialect_and_the_fast_way_of_PostgreSQL_share_their_types()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await DialectSinks.StartAsync(Postgres(database), static tables => tables.Add<Everything>());
        const string Keys = """{"id":{"S":"0F8FAD5B-D9CB-469F-A165-70867728950E"}}""";
        await sink.WriteAsync(
            [
                TestRecord.Make("INSERT", "everything", 1, "1", Keys, """
                    {"id":{"S":"0F8FAD5B-D9CB-469F-A165-70867728950E"},"Text":{"S":"b\n\"ä😀\ud83d\ude00"},"Flag":{"BOOL":true},"Small":{"N":"-32768"},"Medium":{"N":"2147483647"},
                    "Large":{"N":"-9223372036854775808"},"Huge":{"N":"18446744073709551615"},"Exact":{"N":"1.10"},"Approximate":{"N":"1e120"},"Bytes":{"B":"AP+A"},
                    "Other":{"S":"0f8fad5bd9cb469fa16570867728950e"},"At":{"S":"2024-07-12T03:17:42.5+02:00"},"Mood":{"S":"Angry"}}
                    """),
            ],
            default);
        Assert.Equal(
            ["0f8fad5b-d9cb-469f-a165-70867728950e|b\n\"ä😀😀|true|-32768|2147483647|-9223372036854775808|18446744073709551615|1.10|1e+120|\\x00ff80|0f8fad5b-d9cb-469f-a165-70867728950e|2024-07-12 01:17:42.5+00|Angry"],
            await database.RowsAsync("""
                SET TIME ZONE 'UTC';
                SELECT id::text, text, flag::text, small::text, medium::text, large::text, huge::text, exact::text, approximate::text, bytes::text, other::text, at::text, mood FROM everything
                """));

        // The fast way finds nothing to migrate but its own, and goes on from there.
        await using var fast = await database.StartAsync(static tables => tables.Add<Everything>());
        await fast.WriteAsync([TestRecord.Make("REMOVE", "everything", 2, "2", Keys)], default);
        Assert.Equal(["0"], await database.RowsAsync("SELECT count(*)::text FROM everything"));
    }

    private static SqlStore Postgres(PostgresDatabase database)
    {
        var dialect = new PostgresDialect();
        return new(dialect, Sessions.OnPostgres(database.ConnectionString, dialect));
    }

    private static SqlStore Store(Way way, SqliteFixture database, Func<SqlStatement, SqlStatement?>? before = null) => way switch
    {
        Way.Sqlite => new(new SqliteDialect(), Sessions.OnSqlite(database.Path, before)),
        _ => new(new MySqlDialect(), Sessions.OnSqlite(database.Path, statement => Sessions.FromMySql(before is null ? statement : before(statement)!))),
    };

    private static string Dump(SqliteFixture database) => database.Dump("customers");
}
