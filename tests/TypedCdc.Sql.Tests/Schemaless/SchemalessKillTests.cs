using System.Data.Common;
using System.Globalization;
using TypedCdc.Services;
using TypedCdc.Sql.Tests.Faults;

namespace TypedCdc.Sql.Tests.Schemaless;

/// <summary>Workers that keep a table without a model, killed with SIGKILL: the first of them while they make the table and its columns.</summary>
[Collection("PostgreSQL")]
[Trait("Category", "OnePass")]
public sealed class SchemalessKillTests(PostgreSql server)
{
    private const int Seed = 20261121;

    [Fact]
    public Task Sqlite() => KillAsync("sqlite-columns", new SchemalessSqlite());

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Postgres() => await KillAsync("postgres-columns", await SchemalessPostgres.CreateAsync(server));

    private static async Task KillAsync(string way, ISchemalessDatabase opened)
    {
        await using var database = opened;
        using var replay = new FileReplay(Seed, keys: 300, changes: 3_000);
        var random = new Random(Seed);
        for (var kill = 1; kill <= 4; kill++)
        {
            using var worker = Worker.Start(way, replay.Folder, database.Address);
            var from = await SumAsync(database);
            while (!worker.HasExited && from == await SumAsync(database))
            {
                await Task.Delay(2);
            }

            await Task.Delay(kill == 1 ? 0 : random.Next(150));
            await worker.KillAsync();
            await CheckAsync(replay, database, $"Seed {Seed}, kill {kill}");
        }

        using var last = Worker.Start(way, replay.Folder, database.Address);
        await last.EndAsync();
        Assert.Equal(replay.Lines, replay.Checkpoint());
        await CheckAsync(replay, database, "At the end");
        Assert.Equal(SchemalessCustomers.ToText(replay.Expected), await SchemalessCustomers.RowsAsync(database));
    }

    private static async Task CheckAsync(FileReplay replay, ISchemalessDatabase database, string when)
    {
        var checkpoint = replay.Checkpoint();
        replay.CheckNothingIsLost(checkpoint, (await VersionsAsync(database)).ToDictionary(static row => int.Parse(row[0], CultureInfo.InvariantCulture), static row => row[1]), when);
    }

    private static async Task<string> SumAsync(ISchemalessDatabase database)
    {
        var versions = await VersionsAsync(database);
        return string.Create(CultureInfo.InvariantCulture, $"{versions.Count} {versions.Max(static row => row[1])}");
    }

    private static async Task<List<string[]>> VersionsAsync(ISchemalessDatabase database)
    {
        try
        {
            return [.. (await database.RowsAsync("SELECT CAST(userid AS text), cdc_ver FROM customers__cdc")).Select(static row => row.Split('|'))];
        }
        catch (DbException)
        {
            return []; // no such table yet
        }
    }
}
