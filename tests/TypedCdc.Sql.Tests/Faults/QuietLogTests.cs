using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>One line a change of state, never one a row: ten thousand changes with conflicts, refused rows and lines that are no records leave a handful of lines.</summary>
[Collection("Faults")]
[Trait("Category", "OnePass")]
public sealed class QuietLogTests(PostgreSql server)
{
    private const int Seed = 11;

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_is_quiet()
    {
        await using var replay = await PostgresReplay.CreateAsync(await PostgresDatabase.CreateAsync(server), new(Seed, keys: 300, changes: 10_000, refuses: true));
        await replay.Database.ExecuteAsync($"ALTER TABLE customers__cdc ADD CONSTRAINT no_29 {FileReplay.Check}");
        await RunAsync(replay.Replay, cdc => FileReplayHost.ToPostgres(cdc, replay.ConnectionString), "postgresql");
        await replay.CheckEndAsync();
    }

    [Fact]
    public async Task SQLite_is_quiet()
    {
        using var database = new SqliteFixture();
        using var replay = new FileReplay(Seed, keys: 300, changes: 10_000, refuses: true);
        await (await database.StartAsync()).DisposeAsync();
        using (var connection = new TypedCdc.Sqlite.SqliteConnection(database.Path))
        {
            foreach (var operation in (string[])["INSERT", "UPDATE"])
            {
                connection.Execute($"CREATE TRIGGER no_29_{operation} BEFORE {operation} ON customers__cdc WHEN NEW.phone % 29 = 0 BEGIN SELECT RAISE(ABORT, 'no_29'); END");
            }
        }

        await RunAsync(replay, cdc => FileReplayHost.ToSqlite(cdc, database.Path), "sqlite");
        Assert.Equal(replay.Expected, database.Dump("customers"));
    }

    private static async Task RunAsync(FileReplay replay, Action<CdcBuilder> sink, string database)
    {
        var log = new CollectedLog();
        using var metrics = new MetricSums(database, isAlone: true);
        using (var host = FileReplayHost.Create(replay.Folder, sink, log))
        {
            await host.RunAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        Assert.Equal(replay.Lines, replay.Checkpoint());
        Assert.True(metrics["cdc.sink.refused"] > 50, $"{metrics["cdc.sink.refused"]} refused.");
        Assert.True(metrics["cdc.sink.stale"] + metrics["cdc.sink.compacted"] > 1_000, $"{metrics["cdc.sink.stale"]} stale, {metrics["cdc.sink.compacted"]} compacted.");
        Assert.True(File.ReadLines(FileReplayHost.DeadLetters(replay.Folder)).Count() > 50);

        var said = log.Entries.Where(static entry => entry.Level >= LogLevel.Information && entry.Category.StartsWith("TypedCdc", StringComparison.Ordinal)
            && !entry.Category.StartsWith("TypedCdc.Files", StringComparison.Ordinal)).ToList(); // the source tells its progress by the clock, and this test's clock ticks always
        Assert.True(said.Count < 20, string.Join('\n', said.Select(static entry => $"{entry.Category} {entry.Id} {entry.Message}")));
        Assert.Single(said, static entry => entry.Id.Id == 121);
        Assert.Single(said, static entry => entry.Id.Id == 127);
        Assert.Single(said, entry => entry.Message.StartsWith("Connected to " + database, StringComparison.Ordinal));
        replay.CheckNoSecrets(log.Text);
    }
}
