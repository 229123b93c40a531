using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Observability;

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
    public async Task A_history_and_tables_without_a_class_stand_beside_a_models_table()
    {
        using var database = new SqliteFixture();
        var events = database.Path + ".jsonl";
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}}}}
            {"eventName":"REMOVE","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000001,"Keys":{"userid":{"N":"1"}},"OldImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}}}}
            {"eventName":"INSERT","tableName":"carts","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"id":{"S":"c1"}},"NewImage":{"id":{"S":"c1"},"itemCount":{"N":"3"}}}}
            {"eventName":"INSERT","tableName":"audit","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"id":{"S":"a1"}},"NewImage":{"id":{"S":"a1"},"raw":{"B":"AA=="}}}}

            """);
        for (var run = 0; run < 2; run++)
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => cdc
                .FromFiles(events)
                .DeadLettersToFile(database.Path + ".dead")
                .ToDatabase(new MySqlDialect(), async token => new Schemaless.CatalogueExecutor(await Sessions.OnSqlite(database.Path, Sessions.FromMySql)(token), Schemaless.DialectWay.MySqlOnSqlite), static tables => tables
                    .Add<Customer>().AddHistory<Customer>()
                    .AddColumns("carts", static table => table.HasDistKey = true)
                    .AddDocuments("audit", static table => table.Format = DocumentFormat.Typed)));
            using var host = builder.Build();
            await host.RunAsync();
            Assert.Empty(database.Rows("SELECT * FROM customers"));
            Assert.Equal(["INSERT|∅|Ada", "REMOVE|Ada|∅"], database.Rows("SELECT cdc_operation, json_extract(cdc_before, '$.first_name'), json_extract(cdc_after, '$.first_name') FROM customers__history ORDER BY cdc_timestamp"));
            Assert.Equal(["c1|c1|3"], database.Rows("SELECT id, dist_key, itemcount FROM carts"));
            Assert.Equal(["""a1|{"id":{"S":"a1"},"raw":{"B":"AA=="}}"""], database.Rows("SELECT id, document FROM audit"));
            Assert.False(File.Exists(database.Path + ".dead"));
        }
    }

    [Fact]
    public void What_is_missing_is_said_at_once()
    {
        Build(static cdc => cdc.ToCrateDb("", static tables => tables.Add<Customer>()), "The CrateDB sink has no server");
        Build(static cdc => cdc.ToRedshift(" ", static tables => tables.Add<Customer>()), "The Redshift sink has no server");
        Build(static cdc => cdc.ToCrateDb("Host=x", static _ => { }), "The sink was given no table");
        Build(static cdc => cdc.ToCrateDb("Host=x;Password=hunter2", static tables => tables.AddHistory<Customer>(static history => history.SqlName = new('x', 64))), "is longer than the 63 bytes");

        static void Build(Action<CdcBuilder> configure, string expected)
        {
            var error = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddTypedCdc(configure));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        }
    }
}
