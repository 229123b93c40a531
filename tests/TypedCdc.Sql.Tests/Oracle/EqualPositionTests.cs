using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Oracle;

/// <summary>
/// Different changes of one item at one time that stand at the same place of different files, read one after the other or by different workers: their positions are equal, and they are still two changes, which their
/// images order. The first one that comes must not win.
/// </summary>
[Collection("Faults")]
public sealed class EqualPositionTests(PostgreSql server)
{
    private static readonly string[] Changes =
    [
        Change("INSERT", null, "A"),
        Change("MODIFY", "A", "B"),
        Change("MODIFY", "B", "C"),
        Change("REMOVE", "C", null),
        Change("INSERT", null, "D"),
    ];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task In_sqlite_they_are_ties(int seed)
    {
        using var database = new SqliteFixture();
        await RunAsync(seed, database.Path + "-events", cdc => cdc.ToSqlite(database.Path, static tables => tables.Add<Customer>().AddDocuments("other")));
        Assert.Equal(["1|D"], database.Rows("SELECT userid, first_name FROM customers"));
        Assert.Equal(["1|D"], database.Rows("SELECT userid, json_extract(document, '$.first_name') FROM other"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task In_postgres_they_are_ties()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        using var files = new SqliteFixture();
        foreach (var seed in Enumerable.Range(1, 3))
        {
            await RunAsync(seed, files.Path + seed, cdc => cdc.ToPostgres(database.ConnectionString, static tables => tables.Add<Customer>().AddDocuments("other")));
            Assert.Equal(["1|D"], await database.RowsAsync("SELECT userid || '|' || first_name FROM customers"));
            Assert.Equal(["1|D"], await database.RowsAsync("SELECT userid || '|' || (document->>'first_name') FROM other"));
            await database.ExecuteAsync("DROP VIEW customers, other; DROP TABLE customers__cdc, customers__cdc_ties, other__cdc, other__cdc_ties, cdc_models, cdc_schemaless");
        }
    }

    private static async Task RunAsync(int seed, string folder, Action<CdcBuilder> sink)
    {
        Directory.CreateDirectory(folder);
        var order = Enumerable.Range(0, Changes.Length).ToArray();
        new Random(seed).Shuffle(order);
        foreach (var change in order)
        {
            // Both tables' records at the first and the second place of the only file of a run.
            var file = Path.Combine(folder, change + ".jsonl");
            await File.WriteAllTextAsync(file, Changes[change].Replace("TABLE", "customers", StringComparison.Ordinal) + "\n" + Changes[change].Replace("TABLE", "other", StringComparison.Ordinal));
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Production", DisableDefaults = true });
            builder.Services.AddTypedCdc(cdc =>
            {
                cdc.FromFiles(file).DeadLettersToFile(file + ".dead");
                sink(cdc);
            });
            using var host = builder.Build();
            await host.RunAsync();
            Assert.False(File.Exists(file + ".dead"), $"Seed {seed}: a dead letter.");
        }
    }

    private static string Change(string operation, string? before, string? after) =>
        $$$"""{"eventName":"{{{operation}}}","tableName":"TABLE","dynamodb":{"ApproximateCreationDateTime":1700000000000,"Keys":{"userid":{"N":"1"}}{{{Image("OldImage", before)}}}{{{Image("NewImage", after)}}}}}""";

    private static string Image(string which, string? name) => name is null ? "" : $$$""","{{{which}}}":{"userid":{"N":"1"},"first_name":{"S":"{{{name}}}"}}""";
}
