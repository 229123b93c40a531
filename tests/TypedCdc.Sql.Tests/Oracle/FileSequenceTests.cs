using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TypedCdc.Sql.Tests.Oracle;

/// <summary>
/// Changes of one time in files: the sequence number that the record, or what carries it, says goes before its place in the file, which says nothing where records were collected from several shards or
/// invocations.
/// </summary>
public sealed class FileSequenceTests
{
    private const string Later = "1000000000000000000000000000000";  // of 31 digits
    private const string Earlier = "999999999999999999999999999999"; // of 30

    public static TheoryData<string> Shapes => ["streams", "lambda-dynamodb", "lambda-kinesis", "get-records", "transformed"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task The_records_own_sequence_number_decides(string shape)
    {
        using var database = new SqliteFixture();
        var folder = Directory.CreateDirectory(database.Path + ".events").FullName;

        // Item 1: the removal is the later one, item 2: the second insert. Each stands before what is older, and in a file before it.
        await File.WriteAllTextAsync(Path.Combine(folder, "1.json"), Wrap(shape, (Record("REMOVE", 1, null, shape, Later), Later), (Record("INSERT", 2, "later", shape, Later), Later)));
        await File.WriteAllTextAsync(Path.Combine(folder, "2.json"), Wrap(shape, (Record("INSERT", 1, "earlier", shape, Earlier), Earlier), (Record("INSERT", 2, "earlier", shape, Earlier), Earlier)));
        for (var run = 0; run < 2; run++)
        {
            await RunAsync(Path.Combine(folder, "*.json"), database.Path, shape);
            Assert.Equal([shape == "transformed" ? "2|later!" : "2|later"], database.Rows("SELECT userid, first_name FROM customers"));
            if (shape != "transformed")
            {
                Assert.Equal(["2|later"], database.Rows("SELECT userid, json_extract(document, '$.first_name') FROM other"));
            }
        }

        Assert.Equal([$"0001700000000000000:031{Later}"], database.Rows("SELECT DISTINCT cdc_ver FROM customers__cdc"));
    }

    private static string Record(string operation, int id, string? name, string shape, string number)
    {
        var own = shape.Contains("kinesis", StringComparison.Ordinal) || shape == "get-records" ? "" : $",\"SequenceNumber\":\"{number}\"";
        var image = name is null ? "" : $$$""","NewImage":{"userid":{"N":"{{{id}}}"},"first_name":{"S":"{{{name}}}"}}""";
        return $$$"""{"eventName":"{{{operation}}}","tableName":"TABLE","dynamodb":{"ApproximateCreationDateTime":1700000000,"Keys":{"userid":{"N":"{{{id}}}"}}{{{image}}}{{{own}}}}}""";
    }

    private static string Wrap(string shape, params (string Record, string Number)[] records)
    {
        var both = new[] { "customers", "other" }.SelectMany(table => records.Select(record => (Record: record.Record.Replace("TABLE", table, StringComparison.Ordinal), record.Number))).ToArray();
        return shape switch
        {
            "lambda-dynamodb" => "{\"Records\":[" + string.Join(',', both.Select(static one => one.Record)) + "]}",
            "lambda-kinesis" => "{\"Records\":[" + string.Join(',', both.Select(static one => $$$"""{"kinesis":{"sequenceNumber":"{{{one.Number}}}","data":"{{{Base64(one.Record)}}}"}}""")) + "]}",
            "get-records" => "{\"Records\":[" + string.Join(',', both.Select(static one => $$$"""{"Data":"{{{Base64(one.Record)}}}","SequenceNumber":"{{{one.Number}}}"}""")) + "]}",
            _ => string.Join('\n', both.Select(static one => one.Record)),
        };
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task RunAsync(string events, string path, string shape)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
        builder.Services.AddTypedCdc(cdc =>
        {
            cdc.FromFiles(events).DeadLettersToFile(path + ".dead").ToSqlite(path, static tables => tables.Add<Customer>().AddDocuments("other"));
            if (shape == "transformed")
            {
                cdc.Transform<Customer, Exclaim>();
            }
        });
        using var host = builder.Build();
        await host.RunAsync();
    }

    private sealed class Exclaim : IChangeTransform<Customer>
    {
        public Transformed<Customer> Transform(Customer item) => item with { FirstName = item.FirstName is { } name ? name + "!" : null };
    }
}
