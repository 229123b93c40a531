using TypedCdc.DeadLetters;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.DeadLetters;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Dialects;

namespace TypedCdc.Sql.Tests.DeadLetters;

/// <summary>The table of dead letters in dialects that have no package of their own here.</summary>
[Collection("PostgreSQL")]
public sealed class DialectDeadLetterTests(PostgreSql server)
{
    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData("mysql")]
    [InlineData("cratedb")]
    public async Task Every_byte_comes_back_in_the_order_of_delivery_and_a_repeated_letter_is_one_row(string dialect)
    {
        await using var place = await DialectDeadLetterPlace.CreateAsync(dialect, server);
        await DeadLetterScenarios.RoundTripAsync(place);
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData("mysql")]
    [InlineData("cratedb")]
    public async Task What_was_delivered_is_settled_and_what_failed_meanwhile_is_not(string dialect)
    {
        await using var place = await DialectDeadLetterPlace.CreateAsync(dialect, server);
        await DeadLetterScenarios.SettleAsync(place);
    }

    [Fact]
    public void Redshift_keeps_no_records() =>
        Assert.Throws<CdcConfigurationException>(() => new SqlDeadLetterStore(new DelegatedDatabase(new RedshiftDialect(), _ => throw new InvalidOperationException())));
}

internal sealed class DialectDeadLetterPlace(SqlDialect dialect, Func<CancellationToken, ValueTask<ISqlSession>> open, SqliteFixture? file, PostgresDatabase? database) : IDeadLetterPlace
{
    public static async Task<DialectDeadLetterPlace> CreateAsync(string dialect, PostgreSql server)
    {
        if (dialect == "mysql")
        {
            var file = new SqliteFixture();
            return new(new MySqlDialect(), Sessions.OnSqlite(file.Path, Sessions.FromMySql), file, null);
        }

        var database = await PostgresDatabase.CreateAsync(server);
        return new(new CrateDbDialect(), Sessions.OnPostgres(database.ConnectionString, new CrateDbDialect(), Sessions.FromCrateDb), null, database);
    }

    public IDeadLetterArchive Open(TimeProvider? time = null) => new SqlDeadLetterStore(new DelegatedDatabase(dialect, open), time: time);

    public void Store(CdcBuilder cdc) => cdc.DeadLettersTo(_ => Open());

    public void Redrive(CdcBuilder cdc, Action<RedriveOptions>? configure = null) => cdc.FromDeadLetters(dialect.Name, _ => Open(), configure);

    public Task ExecuteAsync(string sql)
    {
        file?.Query(sql);
        return database?.ExecuteAsync(sql) ?? Task.CompletedTask;
    }

    public Task<string[]> RowsAsync(string sql) => database?.RowsAsync(sql) ?? Task.FromResult(file!.Rows(sql));

    public async ValueTask DisposeAsync()
    {
        file?.Dispose();
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }
}
