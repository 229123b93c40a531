using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quickstart;
using SQLitePCL;
using TypedCdc.Lambda.Tests.Harness;
using TypedCdc.Lambda.Tests.MultiLang;

namespace TypedCdc.Lambda.Tests;

/// <summary>The Quickstart's handlers, unchanged, in every host: they say the same and leave the same tables.</summary>
public sealed class SameEverywhereTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("typedcdc-").FullName;
    private readonly TextWriter _console = Console.Out;

    private static string[] Lines => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "events"), "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)];

    public void Dispose()
    {
        Console.SetOut(_console);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_same_handlers_leave_the_same_tables_everywhere()
    {
        var files = await RunAsync("files", FromFilesAsync);
        Assert.NotEmpty(files.Said);
        Assert.Contains("hubert_dynamocdc", files.Tables, StringComparison.Ordinal);
        Assert.Equal(1, files.DeadLetters); // the line that is cut off in the middle

        var kinesis = await RunAsync("kinesis", InKinesisEventsAsync);
        var dynamoDb = await RunAsync("dynamodb", InDynamoDbEventsAsync);
        var multiLang = await RunAsync("multilang", UnderTheDaemonAsync);

        Assert.Equal(files.Said, kinesis.Said);
        Assert.Equal(files.Said, dynamoDb.Said);
        Assert.Equal(files.Said, multiLang.Said);
        Assert.Equal(files.Tables, kinesis.Tables);
        Assert.Equal(files.Tables, dynamoDb.Tables);
        Assert.Equal(files.Tables, multiLang.Tables);
        Assert.Equal(1, kinesis.DeadLetters);
        Assert.Equal(0, dynamoDb.DeadLetters); // an event of this trigger cannot hold what is not JSON
        Assert.Equal(1, multiLang.DeadLetters);
    }

    private async Task<(string[] Said, string Tables, int DeadLetters)> RunAsync(string name, Func<Action<IServiceCollection, string?>, Task> deliver)
    {
        var database = Path.Combine(_folder, name + ".db");
        var letters = new DeadLetterList();
        using var said = new StringWriter(CultureInfo.InvariantCulture);
        Console.SetOut(said);
        await deliver((services, files) =>
        {
            services.AddSingleton<ChangeLog>();
            services.AddLogging(logging => logging.ClearProviders());
            services.AddTypedCdc(cdc =>
            {
                cdc.Handle<Quickstart.Customer, CustomerHandler>()
                    .Handle<SensorReading, SensorReadingHandler>()
                    .ToSqlite(database, tables => tables.Add<Quickstart.Customer>().Add<SensorReading>())
                    .DeadLettersTo(letters);
                if (files is not null)
                {
                    cdc.FromFiles(files);
                }
            });
        });
        Console.SetOut(_console);

        // Each handler says its own in order; how two of them mix is nobody's promise.
        var lines = said.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).OrderBy(line => line.Split(' ')[1], StringComparer.Ordinal).ToArray();
        return (lines, Dump(database), letters.Stored.Count);
    }

    private async Task FromFilesAsync(Action<IServiceCollection, string?> configure)
    {
        var file = Path.Combine(_folder, "all.jsonl");
        await File.WriteAllLinesAsync(file, Lines);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        configure(builder.Services, file);
        using var host = builder.Build();
        await host.RunAsync();
    }

    private static async Task InKinesisEventsAsync(Action<IServiceCollection, string?> configure)
    {
        await using var function = CdcFunction.Create(services => configure(services, null));
        foreach (var chunk in Lines.Select((line, index) => TriggerEvents.KinesisRecord(Convert.ToBase64String(Encoding.UTF8.GetBytes(line)), TestChange.Sequence(index + 1))).Chunk(7))
        {
            Assert.Empty(await function.FailuresAsync(TriggerEvents.Kinesis(chunk)));
        }
    }

    private static async Task InDynamoDbEventsAsync(Action<IServiceCollection, string?> configure)
    {
        await using var function = CdcFunction.Create(services => configure(services, null));
        foreach (var chunk in Lines.Where(line => line.EndsWith('}')).Select(ToStreamsJson).Chunk(7))
        {
            Assert.Empty(await function.FailuresAsync($$"""{"Records":[{{string.Join(',', chunk)}}]}"""));
        }
    }

    private static async Task UnderTheDaemonAsync(Action<IServiceCollection, string?> configure)
    {
        await using var daemon = new DaemonDriver(services => configure(services, null));
        await daemon.InitializeAsync();
        for (var index = 0; index < Lines.Length; index++)
        {
            await daemon.ProcessRawAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(Lines[index])), TestChange.Sequence(index + 1));
        }

        await daemon.ShardEndedAsync();
        Assert.Equal(0, await daemon.CloseAsync());
    }

    /// <summary>As DynamoDB Streams and Lambda have it: seconds, a sequence number, and the table's name in the ARN only.</summary>
    private static string ToStreamsJson(string line, int index)
    {
        var record = JsonNode.Parse(line)!.AsObject();
        var change = record["dynamodb"]!.AsObject();
        var isMicroseconds = (string?)change["ApproximateCreationDateTimePrecision"] == "MICROSECOND";
        var time = (decimal)change["ApproximateCreationDateTime"]! / (isMicroseconds ? 1_000_000m : 1_000m);
        change["ApproximateCreationDateTime"] = time;
        change.Remove("ApproximateCreationDateTimePrecision");
        change["SequenceNumber"] = TestChange.Sequence(index + 1);
        change["StreamViewType"] = "NEW_AND_OLD_IMAGES";
        record["eventVersion"] = "1.1";
        record["eventSourceARN"] = $"arn:aws:dynamodb:us-east-1:123456789012:table/{(string?)record["tableName"]}/stream/2024-06-27T00:48:05.899";
        record.Remove("tableName");
        record.Remove("recordFormat");
        return record.ToJsonString();
    }

    /// <summary>Every row of every table, tombstones too; of the versions only the time, because a file gives other sequence numbers than a stream.</summary>
    private static string Dump(string database)
    {
        Batteries_V2.Init();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(database, out var connection, raw.SQLITE_OPEN_READONLY, null));
        using (connection)
        {
            var text = new StringBuilder();
            foreach (var table in Query(connection, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND (name LIKE '%testdrive%' OR name LIKE '%hubert%') AND name NOT LIKE 'sqlite_%' ORDER BY name").ToArray())
            {
                text.AppendLine(table);
                foreach (var row in Query(connection, $"SELECT * FROM \"{table}\" ORDER BY 1, 2"))
                {
                    text.AppendLine(row);
                }
            }

            return text.ToString();
        }
    }

    private static IEnumerable<string> Query(sqlite3 connection, string sql)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(connection, sql, out var statement));
        using (statement)
        {
            while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
            {
                yield return string.Join('|', Enumerable.Range(0, raw.sqlite3_column_count(statement)).Select(column =>
                {
                    var value = raw.sqlite3_column_text(statement, column).utf8_to_string();
                    return raw.sqlite3_column_name(statement, column).utf8_to_string() == "cdc_ver" ? value[..19] : value;
                }));
            }
        }
    }
}
