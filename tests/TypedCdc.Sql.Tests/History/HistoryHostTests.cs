using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TypedCdc.Sql.Tests.Histories;

/// <summary>The whole way, from a file through the host into a table, its history and a file of lines.</summary>
public sealed class HistoryHostTests
{
    [Fact]
    public async Task A_history_stands_beside_the_current_state()
    {
        using var database = new SqliteFixture();
        var events = database.Path + ".jsonl";
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}}}}
            {"eventName":"MODIFY","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000001,"Keys":{"userid":{"N":"1"}},"OldImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}},"NewImage":{"userid":{"N":"1"},"phone":{"N":"1.5"}}}}
            {"eventName":"REMOVE","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000002,"Keys":{"userid":{"N":"1"}},"OldImage":{"userid":{"N":"1"},"phone":{"N":"1.5"}}}}

            """);
        for (var run = 0; run < 2; run++)
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => cdc
                .FromFiles(events)
                .DeadLettersToFile(database.Path + ".dead")
                .ToSqlite(database.Path, static tables => tables.Add<Customer>().AddHistory<Customer>())
                .ToJsonLines(database.Path + ".lines"));
            using var host = builder.Build();
            await host.RunAsync();

            // The row with the phone does not fit the model's table and is a dead letter there; a log takes it.
            Assert.Empty(database.Rows("SELECT * FROM customers"));
            Assert.Equal(
                ["INSERT|∅|Ada|001:1", "MODIFY|∅|1.5|001:2", "REMOVE|1.5|∅|001:3"],
                database.Rows("""
                    SELECT cdc_operation, json_extract(cdc_before, '$.phone'), coalesce(json_extract(cdc_after, '$.first_name'), json_extract(cdc_after, '$.phone')), cdc_position
                    FROM customers__history WHERE userid = 1 ORDER BY cdc_timestamp, cdc_position
                    """));
            Assert.Equal(3 * (run + 1), (await File.ReadAllLinesAsync(database.Path + ".lines")).Length);
            Assert.Equal(3, (await File.ReadAllLinesAsync(database.Path + ".lines")).Distinct(StringComparer.Ordinal).Count());
        }
    }
}
