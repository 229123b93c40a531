using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Services;
using TypedCdc.Sql.Tests;

namespace TypedCdc.MySql.Tests;

/// <summary>Dead letters and checkpoints in the database itself.</summary>
[Collection("MariaDB")]
public sealed class MySqlDeadLetterTests(MariaDb server)
{
    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_refused_record_is_kept_and_delivered_again_when_the_mistake_is_fixed()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using (await place.StartAsync(null, null, null))
        {
            await place.ExecuteAsync("ALTER TABLE customers__cdc ADD CONSTRAINT known CHECK (first_name IS NULL OR first_name <> 'Grace')");
        }

        var folder = Directory.CreateTempSubdirectory("typedcdc-mysql-").FullName;
        var events = Path.Combine(folder, "events.jsonl");
        await File.WriteAllTextAsync(events, """
            {"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}},"NewImage":{"userid":{"N":"1"},"first_name":{"S":"Ada"}}}}
            {"eventName":"INSERT","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1700000000001,"Keys":{"userid":{"N":"2"}},"NewImage":{"userid":{"N":"2"},"first_name":{"S":"Grace"}}}}

            """);
        for (var run = 0; run < 2; run++)
        {
            await RunAsync(cdc => cdc.FromFiles(events).DeadLettersToMySql(place.ConnectionString).ToMySql(place.ConnectionString, static tables => tables.Add<Customer>()));
            Assert.Equal(["1|Ada"], await place.RowsAsync("SELECT userid, first_name FROM customers"));
            Assert.Equal(["1"], await place.RowsAsync("SELECT count(*) FROM cdc_dead_letters"));
        }

        await place.ExecuteAsync("ALTER TABLE customers__cdc DROP CONSTRAINT known");
        await RunAsync(cdc => cdc.FromMySqlDeadLetters(place.ConnectionString).DeadLettersToMySql(place.ConnectionString).ToMySql(place.ConnectionString, static tables => tables.Add<Customer>()));
        Assert.Equal(["1|Ada", "2|Grace"], await place.RowsAsync("SELECT userid, first_name FROM customers ORDER BY 1"));
        Directory.Delete(folder, recursive: true);
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_checkpoint_outlives_the_process()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using (var store = Store(place))
        {
            await store.WriteAsync("app", TestRecord.Shard, SequenceNumber.Parse("5"), default);
        }

        await using var again = Store(place);
        Assert.Equal(SequenceNumber.Parse("5"), (await again.ReadAsync("app", TestRecord.Shard, default))!.Value);
    }

    private static TypedCdc.Sql.Checkpoints.SqlCheckpointStore Store(MySqlPlace place) => new(new MySqlDatabase(new MySqlSinkOptions { ConnectionString = place.ConnectionString }.Validate()));

    private static async Task RunAsync(Action<CdcBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
        builder.Services.AddTypedCdc(configure);
        using var host = builder.Build();
        await host.RunAsync();
    }
}
