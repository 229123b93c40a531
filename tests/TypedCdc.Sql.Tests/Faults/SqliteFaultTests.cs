using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>SQLite: a disk that is full, a database that another process holds, a process that is killed.</summary>
[Trait("Category", "OnePass")]
public sealed class SqliteFaultTests
{
    [SmallDiskFact]
    public async Task A_full_disk_stops_the_checkpoint_until_there_is_room_again()
    {
        using var disk = SmallDisk.Mount(32);
        var path = Path.Combine(disk.Path, "test.db");
        var history = new History(3, keys: 2_000, changes: 4_000);
        var replay = new ReplayHost(history.Events, 3, cdc => cdc.ToSqlite(path, static tables => tables.Add<Customer>(), ReplayHost.RetrySoon));
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(1)));
        await UntilAsync(() => replay.Checkpoint > 200);
        disk.Fill(bytesLeft: 0);
        await UntilAsync(() => replay.Said.Any(static line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("SqliteException", StringComparison.Ordinal)));
        var standing = replay.Checkpoint;
        Assert.True(standing < history.Events.Count - 1);
        await Task.Delay(200);
        disk.Free();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        using var copy = new SqliteFixture();
        File.Copy(path, copy.Path);
        Assert.Equal(History.Expect(history.Events), copy.Dump("customers"));
        Assert.Empty(replay.DeadLetters);
    }

    [Fact]
    public async Task A_database_that_another_process_holds_is_waited_for()
    {
        using var database = new SqliteFixture();
        await (await database.StartAsync()).DisposeAsync();
        var history = new History(4, keys: 20, changes: 400);
        using var other = new TypedCdc.Sqlite.SqliteConnection(database.Path);
        other.Execute("BEGIN IMMEDIATE");
        var replay = new ReplayHost(history.Events, 4, cdc => cdc.ToSqlite(
            new SqliteSinkOptions { Path = database.Path, BusyTimeout = TimeSpan.FromMilliseconds(50) }, static tables =>
            {
                tables.Migrations = MigrationMode.Off;
                tables.Add<Customer>();
            },
            ReplayHost.RetrySoon));
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(1)));
        await Task.Delay(300);
        Assert.Equal(-1, replay.Checkpoint);
        other.Execute("COMMIT");
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(History.Expect(history.Events), database.Dump("customers"));
        Assert.Empty(replay.DeadLetters);
    }

    /// <summary>The files as they are between two statements are what a killed process leaves: a worker goes on with a copy of them, from what was acknowledged.</summary>
    [Fact]
    public async Task What_a_killed_process_leaves_has_everything_that_was_acknowledged_and_takes_the_rest()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            var history = new History(seed, keys: 12, changes: 150);
            var delivery = history.Deliver(newNumbers: false);
            var batches = history.Cut(delivery).ToList();
            using var database = new SqliteFixture();
            using var left = new SqliteFixture();
            var countdown = random.Next(20, 150);
            var acknowledged = 0;
            var acknowledgedAtDeath = 0;
            await using (var sink = await database.StartAsync(beforeStatement: _ =>
            {
                if (--countdown == 0)
                {
                    acknowledgedAtDeath = acknowledged;
                    foreach (var file in (string[])["", "-wal"])
                    {
                        if (File.Exists(database.Path + file))
                        {
                            File.Copy(database.Path + file, left.Path + file, overwrite: true);
                        }
                    }
                }
            }))
            {
                foreach (var batch in batches)
                {
                    await sink.WriteAsync(batch, default);
                    acknowledged++;
                }
            }

            Assert.True(countdown <= 0, $"Seed {seed} was not killed.");
            await using (var next = await left.StartAsync())
            {
                foreach (var batch in batches.Skip(acknowledgedAtDeath))
                {
                    await next.WriteAsync(batch, default);
                }
            }

            Assert.True(database.Dump("customers") == left.Dump("customers"), $"Seed {seed}.");
            Assert.True(History.Expect(delivery) == left.Dump("customers"), $"Seed {seed}.");
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = 0; !condition(); waited++)
        {
            Assert.True(waited < 3_000, "It did not come to that in 30 s.");
            await Task.Delay(10);
        }
    }
}
