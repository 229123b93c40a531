using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Oracle;

/// <summary>The whole way from files to the views, against <see cref="FileHistory"/>: one worker after the other, and all at once.</summary>
[Collection("PostgreSQL")]
public sealed class FileHistoryTests(PostgreSql server)
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Sqlite_shows_the_items_as_they_are_in_the_end(int seed)
    {
        using var database = new SqliteFixture();
        await CheckAsync(seed, database.Path, workers: (seed % 3) + 1, atOnce: seed % 2 == 0, (cdc, name) => cdc.ToSqlite(database.Path, Tables, sink => Feed(sink, name, seed)), sql => Task.FromResult(database.Rows(sql)), isSqlite: true);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_shows_the_items_as_they_are_in_the_end()
    {
        for (var seed = 21; seed <= 26; seed++)
        {
            await using var database = await PostgresDatabase.CreateAsync(server);
            using var files = new SqliteFixture();
            var current = seed;
            await CheckAsync(seed, files.Path, workers: (seed % 3) + 1, atOnce: seed % 2 == 0, (cdc, name) => cdc.ToPostgres(database.ConnectionString, Tables, sink => Feed(sink, name, current)), database.RowsAsync, isSqlite: false);
        }
    }

    private static void Tables(TableSetBuilder tables) => tables.Add<OracleItem>().AddDocuments("oracle-docs", static table => table.Format = DocumentFormat.Typed);

    private static void Feed(SinkOptions sink, string name, int seed)
    {
        sink.Name = name;
        sink.Concurrency = seed % 4 == 0 ? 4 : 1;
        sink.MaximumBatchRecords = new Random(seed).Next(1, 60);
    }

    private static async Task CheckAsync(int seed, string place, int workers, bool atOnce, Action<CdcBuilder, string> sink, Func<string, Task<string[]>> query, bool isSqlite)
    {
        var history = new FileHistory(seed, changes: 150);
        var folders = Enumerable.Range(0, workers).Select(worker => place + "-worker" + worker).ToArray();
        history.Write(folders);
        for (var again = 0; again < 2; again++)
        {
            var runs = folders.Select(folder => (Func<Task>)(() => RunAsync(folder, cdc => sink(cdc, "sink"))));
            if (atOnce)
            {
                await Task.WhenAll(runs.Select(static run => run()));
            }
            else
            {
                foreach (var run in again == 0 ? runs : runs.Reverse())
                {
                    await run();
                }
            }

            var items = await query(isSqlite
                ? "SELECT json_array(pk, sk, name, num, json(tags), json(rest)) FROM oracle"
                : "SELECT json_build_array(pk, sk::text, name, num::text, tags, rest)::text FROM oracle");
            Assert.True(Sorted(history.Expected("oracle")) == Sorted(items.Select(ItemOf)), $"Seed {seed}, run {again + 1}:\nexpected {Sorted(history.Expected("oracle"))}\nfound    {Sorted(items.Select(ItemOf))}");
            var documents = await query($"SELECT {(isSqlite ? "document" : "document::text")} FROM oracle_docs");
            Assert.True(Sorted(history.Expected("oracle-docs")) == Sorted(documents.Select(static one => FileHistory.Canonical(one)!)), $"Seed {seed}, run {again + 1}:\nexpected {Sorted(history.Expected("oracle-docs"))}\nfound    {Sorted(documents)}");
            var dead = folders.SelectMany(static folder => File.Exists(folder + ".dead") ? File.ReadAllLines(folder + ".dead") : []).Select(static line => JsonDocument.Parse(line).RootElement).ToArray();
            Assert.Equal(history.Bad, dead.Where(static one => one.GetProperty("subscriber").GetString() == "sink").Select(static one => one.GetProperty("eventId").GetString()!).Distinct().Order(StringComparer.Ordinal));
            Assert.Equal(history.Broken * (again + 1), dead.Count(static one => one.GetProperty("subscriber").GetString() == "(all)"));
        }
    }

    private static string Sorted(IEnumerable<string> rows) => string.Join('\n', rows.Order(StringComparer.Ordinal));

    // A row of the model as the item that it was, in the oracle's spelling.
    private static string ItemOf(string row)
    {
        using var document = JsonDocument.Parse(row);
        var cells = document.RootElement.EnumerateArray().ToArray();
        var item = new List<string>();
        Add("pk", "S", 0);
        Add("sk", "N", 1);
        Add("name", "S", 2);
        Add("num", "N", 3);
        Add("tags", "SS", 4);
        if (cells[5].ValueKind != JsonValueKind.Null)
        {
            item.AddRange(cells[5].EnumerateObject().Select(static one => JsonSerializer.Serialize(one.Name) + ":" + one.Value.GetRawText()));
        }

        return FileHistory.Canonical("{" + string.Join(',', item) + "}")!;

        void Add(string name, string kind, int cell)
        {
            if (cells[cell].ValueKind != JsonValueKind.Null)
            {
                item.Add("\"" + name + "\":{\"" + kind + "\":" + cells[cell].GetRawText() + "}");
            }
        }
    }

    private static async Task RunAsync(string folder, Action<CdcBuilder> sink)
    {
        if (!Directory.Exists(folder))
        {
            return; // no part of the history fell to this worker
        }

        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Production", DisableDefaults = true });
        builder.Services.AddTypedCdc(cdc =>
        {
            cdc.FromFiles(Path.Combine(folder, "*.json")).DeadLettersToFile(folder + ".dead");
            cdc.Configure(static options => options.CircuitBreaker = new() { ConsecutiveDeadLetters = null, DeadLetterRatio = null });
            sink(cdc);
        });
        using var host = builder.Build();
        await host.RunAsync();
    }
}
