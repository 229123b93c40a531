using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Observability;
using TypedCdc.Services;
using TypedCdc.Sql.Tests;

namespace TypedCdc.MySql.Tests;

/// <summary>The sink as users reach it.</summary>
[Collection("MariaDB")]
public sealed class MySqlHostTests(MariaDb server)
{
    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Files_go_through_the_host_and_a_second_run_changes_nothing()
    {
        var place = await MySqlPlace.CreateAsync(server);
        var folder = Directory.CreateTempSubdirectory("typedcdc-mysql-").FullName;
        var events = Path.Combine(folder, "events.jsonl");
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}}}}
            {"eventName":"MODIFY","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Grace"}}}}
            {"eventName":"REMOVE","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000003,"Keys":{"userid":{"N":"2"}}}}
            {"eventName":"INSERT","tableName":"carts","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"id":{"S":"c1"}},"NewImage":{"id":{"S":"c1"},"itemCount":{"N":"3"}}}}

            """);
        for (var run = 0; run < 2; run++)
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc => cdc
                .FromFiles(events)
                .DeadLettersToFile(Path.Combine(folder, "dead.jsonl"))
                .ToMySql(place.ConnectionString, static tables => tables.Add<Customer>().AddHistory<Customer>().AddColumns("carts")));
            using var host = builder.Build();
            await host.RunAsync();
            Assert.Equal(["1|Grace"], await place.RowsAsync("SELECT userid, first_name FROM customers"));
            Assert.Equal(["2"], await place.RowsAsync("SELECT userid FROM customers__cdc WHERE cdc_deleted_at IS NOT NULL"));
            Assert.Equal(["3"], await place.RowsAsync("SELECT count(*) FROM customers__history"));
            Assert.Equal(["c1|3"], await place.RowsAsync("SELECT id, itemcount FROM carts"));
            Assert.False(File.Exists(Path.Combine(folder, "dead.jsonl")));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("", "has no server")]
    [InlineData("Server=x;Password=hunter2", "names no database")]
    [InlineData("Server=x;Nonsense=hunter2", "is invalid")]
    [InlineData("Server=x;Port=hunter2", "is invalid")]
    public void A_wrong_connection_string_is_reported_at_once_without_its_values(string connectionString, string expected)
    {
        var error = Assert.Throws<CdcConfigurationException>(() => new ServiceCollection().AddTypedCdc(cdc => cdc.ToMySql(connectionString, static tables => tables.Add<Customer>())));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }
}
