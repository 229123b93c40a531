using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>Dialects as users reach them.</summary>
public sealed class DialectHostTests
{
    [Fact]
    public async Task Files_go_through_the_host_into_a_database_of_the_users_own_and_a_second_run_changes_nothing()
    {
        using var database = new SqliteFixture();
        var events = database.Path + ".jsonl";
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}}}}
            {"eventName":"MODIFY","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Grace"}}}}
            {"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000002,"Keys":{"userid":{"N":"2"}},"NewImage":{"userid":{"N":"2"}}}}
            {"eventName":"REMOVE","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000003,"Keys":{"userid":{"N":"2"}}}}

            """);
        for (var run = 0; run < 2; run++)
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => cdc
                .FromFiles(events)
                .DeadLettersToFile(database.Path + ".dead")
                .ToDatabase(new MySqlDialect(), Sessions.OnSqlite(database.Path, Sessions.FromMySql), static tables => tables.Add<Customer>()));
            using var host = builder.Build();
            var statistics = host.Services.GetRequiredService<CdcStatistics>();
            await host.RunAsync();
            Assert.Equal("events: 4, inserted: 2, modified: 1, removed: 1, dead-lettered: 0, unknown: 0", statistics.ToString());
            Assert.Equal(["1|Grace"], database.Rows("SELECT userid, first_name FROM customers"));
            Assert.Equal(["2"], database.Rows("SELECT userid FROM customers__cdc WHERE cdc_deleted_at IS NOT NULL"));
        }
    }

    [Fact]
    public void What_is_missing_is_said_at_once()
    {
        Build(static cdc => cdc.ToCrateDb("", static tables => tables.Add<Customer>()), "The CrateDB sink has no server");
        Build(static cdc => cdc.ToRedshift(" ", static tables => tables.Add<Customer>()), "The Redshift sink has no server");
        Build(static cdc => cdc.ToCrateDb("Host=x", static _ => { }), "The sink was given no table");
        Build(static cdc => cdc.ToCrateDb("Host=x;Password=hunter2", static tables => tables.AddHistory<Customer>()), "keeps no history");

        static void Build(Action<CdcBuilder> configure, string expected)
        {
            var error = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddTypedCdc(configure));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        }
    }
}
