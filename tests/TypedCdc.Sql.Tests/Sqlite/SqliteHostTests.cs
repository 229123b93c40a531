using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Observability;

namespace TypedCdc.Sql.Tests.Sqlite;

/// <summary>The whole way, from a file through the host into SQLite.</summary>
public sealed class SqliteHostTests
{
    [Fact]
    public async Task Files_go_into_sqlite_and_a_second_run_changes_nothing()
    {
        using var database = new SqliteFixture();
        var events = database.Path + ".jsonl";
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"prod-customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}}}}
            {"eventName":"MODIFY","tableName":"prod-customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Grace"}}}}
            not JSON
            {"eventName":"MODIFY","tableName":"prod-customers","dynamodb":{"ApproximateCreationDateTime":1700000000001,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"phone":{"N":"1.5"}}}}
            {"eventName":"INSERT","tableName":"prod-customers","dynamodb":{"ApproximateCreationDateTime":1700000000002,"Keys":{"userid":{"N":"2"}},"NewImage":{"userid":{"N":"2"}}}}
            {"eventName":"REMOVE","tableName":"prod-customers","dynamodb":{"ApproximateCreationDateTime":1700000000003,"Keys":{"userid":{"N":"2"}}}}
            {"eventName":"INSERT","tableName":"unheard-of","dynamodb":{"ApproximateCreationDateTime":1700000000003,"Keys":{"userid":{"N":"2"}},"NewImage":{"userid":{"N":"3"}}}}

            """);
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal("events: 7, inserted: 2, modified: 1, removed: 1, dead-lettered: 2, unknown: 1", await RunAsync(events, database.Path));
            Assert.Equal(["1|Grace|∅"], database.Rows("SELECT userid, first_name, phone FROM customers"));
        }
    }

    private static async Task<string> RunAsync(string events, string path)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
        builder.Services.AddTypedCdc(cdc => cdc
            .FromFiles(events)
            .TableNamePrefix("prod-")
            .DeadLettersToFile(path + ".dead")
            .ToSqlite(path, static tables => tables.Add<Customer>()));
        using var host = builder.Build();
        var statistics = host.Services.GetRequiredService<CdcStatistics>();
        await host.RunAsync(); // ends with the files, and disposes the host
        return statistics.ToString();
    }
}
