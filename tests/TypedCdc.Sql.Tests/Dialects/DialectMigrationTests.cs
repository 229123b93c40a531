using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Postgres;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Migrations where nothing holds other workers back (CrateDB), and where a lock does (Redshift): both in PostgreSQL's words, on PostgreSQL.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class DialectMigrationTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task CrateDB_evolves() => await A_model_evolves_the_view_follows_and_the_older_worker_stops("cratedb");

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Redshift_evolves() => await A_model_evolves_the_view_follows_and_the_older_worker_stops("aws.redshift");

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task CrateDB_starts_at_once() => await Workers_that_start_at_once_make_one_table("cratedb");

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Redshift_starts_at_once() => await Workers_that_start_at_once_make_one_table("aws.redshift");

    private async Task A_model_evolves_the_view_follows_and_the_older_worker_stops(string name)
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var older = await StartAsync<EvolvingV1>(name, database);
        await older.WriteAsync([Record(1, 1, "Ada")], default);
        await using var newer = await StartAsync<EvolvingV2>(name, database);
        await newer.WriteAsync([Record(2, 2, "Grace", ""","Age":{"N":"36"}""")], default);
        Assert.Equal(["1|∅|Ada", "2|36|Grace"], await database.RowsAsync("SELECT id::text, age::text, name FROM evolving ORDER BY id"));
        await Assert.ThrowsAsync<SchemaDriftException>(async () => await older.WriteAsync([Record(1, 3, "Barbara")], default));
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingV1>(name, database));
        await Assert.ThrowsAsync<SchemaDriftException>(() => StartAsync<EvolvingOtherKey>(name, database));
        Assert.Equal(["1|∅|Ada", "2|36|Grace"], await database.RowsAsync("SELECT id::text, age::text, name FROM evolving ORDER BY id"));
    }

    private async Task Workers_that_start_at_once_make_one_table(string name)
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            await using var sink = await StartAsync<Customer>(name, database);
            await sink.WriteAsync([TestRecord.Make("INSERT", "customers", 1, "1", $$$"""{"userid":{"N":"{{{i}}}"}}""", $$$"""{"userid":{"N":"{{{i}}}"}}""")], default);
        })));
        Assert.Equal(["6"], await database.RowsAsync("SELECT count(*)::text FROM customers"));
        Assert.Equal(["1"], await database.RowsAsync("SELECT count(*)::text FROM cdc_models"));
    }

    private static Task<RelationalSink> StartAsync<T>(string name, PostgresDatabase database)
    {
        SqlDialect dialect = name == "cratedb" ? new CrateDbDialect() : new RedshiftDialect();
        var open = Sessions.OnPostgres(database.ConnectionString, dialect, name == "cratedb" ? Sessions.FromCrateDb : Sessions.FromRedshift);
        return DialectSinks.StartAsync(name == "cratedb" ? new SqlStore(dialect, open) : new RedshiftStore(open), static tables => tables.Add<T>(), null, CdcModel.Get<T>());
    }

    private static CdcRecord Record(int id, int version, string name, string more = "") => TestRecord.Make(
        "MODIFY", "evolving", version, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"Name":{"S":"{{{name}}}"}{{{more}}}}""");
}
