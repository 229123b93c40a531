using TypedCdc.Decoding;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Postgres;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Columns with types of the user's own, through a dialect.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class GivenTypeTests(PostgreSql server)
{
    [Theory]
    [InlineData("NUMERIC(10,2)", "12345678.90", true)]
    [InlineData("NUMERIC(10,2)", "123456789.9", false)]
    [InlineData("NUMERIC(10,2)", "0.001", false)]
    [InlineData("numeric(10, 2)", "-1.5E-1", true)]
    [InlineData("DECIMAL(4)", "1E3", true)]
    [InlineData("DECIMAL(4)", "1E4", false)]
    [InlineData("NUMERIC(4,4)", "0.0001", true)]
    [InlineData("NUMERIC(4,4)", "0", true)]
    [InlineData("NUMERIC(38,0)", "99999999999999999999999999999999999999", true)]
    [InlineData("VARCHAR(3)", "abcd", true)]
    public void A_number_fits_or_not(string type, string value, bool fits) => Assert.Equal(fits, DeclaredNumeric.Fits(type, value));

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task What_does_not_fit_exactly_is_refused_and_its_neighbours_are_written()
    {
        foreach (var dialect in new SqlDialect[] { new PostgresDialect(), new CrateDbDialect() })
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            var open = Sessions.OnPostgres(database.ConnectionString, dialect, dialect is CrateDbDialect ? Sessions.FromCrateDb : null);
            await using var sink = await DialectSinks.StartAsync(new SqlStore(dialect, open), static tables => tables.Add<Priced>(), null, CdcModel.Get<Priced>());
            var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Record(1, "1.25"), Record(2, "1.255"), Record(3, "12345678901"), Record(4, "7")], default));
            Assert.Equal([1, 2], refused.Rejected.Select(static one => one.Index).Order());
            Assert.All(refused.Rejected, static one => Assert.DoesNotContain("1.255", one.Reason.ToString(), StringComparison.Ordinal));
            Assert.Equal(["1|1.25", "4|7.00"], await database.RowsAsync("SELECT id::text, price::text FROM priced ORDER BY 1"));
        }

        static CdcRecord Record(int id, string price) =>
            TestRecord.Make("INSERT", "priced", 1, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"},"price":{"N":"{{{price}}}"}}""");
    }

    [Fact]
    public async Task Indexes_are_made_once()
    {
        using var database = new SqliteFixture();
        for (var run = 0; run < 2; run++)
        {
            await (await DialectSinks.StartAsync(new SqlStore(new SqliteDialect(), Sessions.OnSqlite(database.Path)), tables =>
            {
                tables.Migrations = run == 0 ? MigrationMode.AddOnly : MigrationMode.Validate;
                tables.Add<Priced>();
            }, null, CdcModel.Get<Priced>())).DisposeAsync();
        }

        Assert.Single(database.Rows("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%\"price\"%'"));
    }
}

[CdcTable("priced")]
public sealed partial record Priced
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    [CdcAttribute("price")]
    [CdcColumn(Type = "NUMERIC(10,2)")]
    [CdcIndex]
    public decimal? Price { get; init; }
}
