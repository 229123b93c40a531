using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TypedCdc.Sql.Tests.Sqlite;

/// <summary>Files as other tools write them, into a table: without times, with items alone, with SDK objects.</summary>
public sealed class CarriedRecordTests
{
    private const string Inserted = """{"eventID":"1","dynamodb":{"Keys":{"Id":{"N":"101"}},"NewImage":{"Message":{"S":"new"},"Id":{"N":"101"}},"SequenceNumber":"111"},"eventName":"INSERT","eventSourceARN":"arn:aws:dynamodb:us-west-2:123456789012:table/things/stream/2026"}""";
    private const string Modified = """{"eventID":"2","dynamodb":{"OldImage":{"Message":{"S":"new"},"Id":{"N":"101"}},"SequenceNumber":"222","Keys":{"Id":{"N":"101"}},"NewImage":{"Message":{"S":"changed"},"Id":{"N":"101"}}},"eventName":"MODIFY","eventSourceARN":"arn:aws:dynamodb:us-west-2:123456789012:table/things/stream/2026"}""";

    [Theory]
    [InlineData(Inserted, Modified)]
    [InlineData(Modified, Inserted)]
    [InlineData(Modified, Modified)]
    public async Task Records_without_a_time_are_ordered_by_their_sequence_numbers(string first, string second)
    {
        using var database = new SqliteFixture();
        Assert.Equal("", await RunAsync(database, $$"""{"Records":[{{first}},{{second}}]}"""));
        Assert.Equal(["101|changed"], database.Rows("SELECT id, message FROM things"));
    }

    [Fact]
    public async Task A_record_that_nothing_orders_is_a_dead_letter_that_says_so()
    {
        using var database = new SqliteFixture();
        var dead = await RunAsync(database, Inserted.Replace("\"SequenceNumber\":\"111\"", "\"SizeBytes\":1", StringComparison.Ordinal));
        Assert.Contains("neither a time (ApproximateCreationDateTime) nor a sequence number", dead, StringComparison.Ordinal);
        Assert.Empty(database.Rows("SELECT id FROM things"));
    }

    [Fact]
    public async Task The_output_of_a_scan_is_a_snapshot_of_the_named_table()
    {
        using var database = new SqliteFixture();
        Assert.Equal("", await RunAsync(database, """
            {
                "Items": [
                    { "Id": { "N": "101" }, "Message": { "S": "new" } },
                    { "Id": { "N": "102" }, "Message": { "NULL": true } }
                ],
                "Count": 2,
                "ScannedCount": 2,
                "ConsumedCapacity": null
            }
            """));
        Assert.Equal(["101|new", "102|∅"], database.Rows("SELECT id, message FROM things ORDER BY id"));
    }

    [Fact]
    public async Task Serialized_SDK_objects_are_rows_of_typed_and_untyped_tables()
    {
        const string Nulls = "\"B\":null,\"SS\":null,\"NS\":null,\"BS\":null,\"M\":null,\"L\":null,\"NULL\":null,\"BOOL\":null";
        using var database = new SqliteFixture();
        static string Record(string table)
        {
            const string Id = """{"S":null,"N":"101",""" + Nulls + "}";
            const string Message = """{"S":"new","N":null,""" + Nulls + "}";
            return $$"""{"eventID":"1","eventName":"INSERT","tableName":"{{table}}","dynamodb":{"ApproximateCreationDateTime":1720747062123,"Keys":{"Id":{{Id}} },"NewImage":{"Id":{{Id}},"Message":{{Message}} } } }""";
        }

        Assert.Equal("", await RunAsync(database, Record("things") + "\n" + Record("loose")));
        Assert.Equal(["101|new"], database.Rows("SELECT id, message FROM things"));
        Assert.Equal(["101|new"], database.Rows("SELECT id, message FROM loose"));
    }

    private static async Task<string> RunAsync(SqliteFixture database, string content)
    {
        var events = database.Path + ".json";
        var dead = database.Path + ".dead";
        await File.WriteAllTextAsync(events, content);
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
        builder.Services.AddTypedCdc(cdc => cdc.FromFiles(events, static files => files.TableName = "things").DeadLettersToFile(dead).ToSqlite(database.Path, static tables =>
        {
            tables.Add<Thing>().AddColumns("loose");
        }));
        using var host = builder.Build();
        await host.RunAsync();
        return File.Exists(dead) ? await File.ReadAllTextAsync(dead) : "";
    }
}

[CdcTable("things")]
public sealed partial record Thing([PartitionKey] long Id, string? Message);
