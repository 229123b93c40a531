using System.Globalization;
using Microsoft.Extensions.Hosting;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>What an embedded database has to bear from processes: one that holds the lock, and the worker itself, killed with SIGKILL.</summary>
[Trait("Category", "OnePass")]
public sealed class FileToSqliteFaultTests
{
    [Fact]
    public async Task A_worker_that_is_killed_at_random_moments_loses_nothing()
    {
        const int Seed = 20261121;
        using var database = new SqliteFixture();
        using var replay = new FileReplay(Seed, keys: 300, changes: 9_000);
        await (await database.StartAsync()).DisposeAsync();
        var random = new Random(Seed);
        for (var kill = 1; kill <= 5; kill++)
        {
            using var worker = Worker.Start("sqlite", replay.Folder, database.Path);
            var from = Sum();
            while (!worker.HasExited && from == Sum())
            {
                await Task.Delay(2);
            }

            await Task.Delay(random.Next(150));
            await worker.KillAsync();
            Check(replay, database, $"Seed {Seed}, kill {kill}");
            Assert.Equal(["ok"], database.Rows("PRAGMA integrity_check"));
        }

        using var last = Worker.Start("sqlite", replay.Folder, database.Path);
        await last.EndAsync();
        CheckEnd(replay, database);

        string Sum() => database.Rows("SELECT count(*) || ' ' || coalesce(max(cdc_ver), '') FROM customers__cdc")[0];
    }

    [Fact]
    public async Task A_worker_that_is_told_to_end_drains_and_what_it_wrote_does_not_come_again()
    {
        const int Seed = 7;
        using var database = new SqliteFixture();
        using var replay = new FileReplay(Seed, keys: 300, changes: 9_000);
        await (await database.StartAsync()).DisposeAsync();
        var random = new Random(Seed);
        var stopped = 0;
        for (var stop = 1; stop <= 3; stop++)
        {
            using var worker = Worker.Start("sqlite", replay.Folder, database.Path);
            var from = replay.Checkpoint();
            while (!worker.HasExited && from == replay.Checkpoint())
            {
                await Task.Delay(2);
            }

            await Task.Delay(random.Next(40));
            if (worker.HasExited)
            {
                break;
            }

            await worker.TerminateAsync();
            await worker.EndAsync(); // with exit code 0, within the drain's time

            // The checkpoint stands behind everything that was written: the next run gives none of it again.
            Check(replay, database, $"Seed {Seed}, stop {stop}");
            var last = database.Rows("SELECT max(CAST(substr(cdc_ver, 24) AS INTEGER)) FROM customers__cdc")[0];
            Assert.True(FileReplay.LineOf(last) <= replay.Checkpoint(), $"Line {FileReplay.LineOf(last)} was written, and the checkpoint stands behind {replay.Checkpoint()}.");
            stopped += replay.Checkpoint() < replay.Lines ? 1 : 0;
        }

        Assert.True(stopped > 0, "Every worker came to its end before it was told to.");
        using var rest = Worker.Start("sqlite", replay.Folder, database.Path);
        await rest.EndAsync();
        CheckEnd(replay, database);
    }

    /// <summary>The same history from two processes, each with its own checkpoint; one of them is killed on its way and comes again.</summary>
    [Fact]
    public async Task Two_processes_that_write_one_file_leave_the_same_view()
    {
        using var database = new SqliteFixture();
        using var replay = new FileReplay(11, keys: 100, changes: 4_000);
        using var other = new FileReplay(11, keys: 100, changes: 4_000);
        using (var first = Worker.Start("sqlite", replay.Folder, database.Path))
        using (var second = Worker.Start("sqlite", other.Folder, database.Path))
        {
            while (other.Checkpoint() < 400)
            {
                Assert.False(second.HasExited);
                await Task.Delay(2);
            }

            await second.KillAsync();
            Check(other, database, "Killed");
            using var again = Worker.Start("sqlite", other.Folder, database.Path);
            await first.EndAsync();
            await again.EndAsync();
        }

        CheckEnd(replay, database);
        CheckEnd(other, database);
        Assert.Equal(["ok"], database.Rows("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task A_lock_that_another_process_holds_is_waited_for()
    {
        using var database = new SqliteFixture();
        using var replay = new FileReplay(2, keys: 50, changes: 2_000);
        await (await database.StartAsync()).DisposeAsync();
        using var other = Worker.Start("lock", database.Path);
        Assert.Equal("locked", await other.ReadLineAsync());
        var log = new CollectedLog();
        using var host = FileReplayHost.Create(replay.Folder, cdc => FileReplayHost.ToSqlite(cdc, database.Path), log);
        var run = host.RunAsync();
        await WaitAsync(() => log.Entries.Count(static entry => entry.Exception is SqliteException { SqlitePrimaryCode: 5, IsTransient: true }) >= 3, run);
        Check(replay, database, "Locked");
        Assert.Equal(0, replay.Checkpoint());
        await other.WriteLineAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(30));
        await other.EndAsync();
        CheckEnd(replay, database);

        // One line when it began, one when it was over, however often it was tried.
        Assert.Single(log.Entries, static entry => entry.Id.Id == 120 && entry.Level >= Microsoft.Extensions.Logging.LogLevel.Information);
        Assert.Single(log.Entries, static entry => entry.Id.Id == 125);
        Assert.Single(log.Entries, static entry => entry.Message.StartsWith("Connected to sqlite", StringComparison.Ordinal));
        Assert.True(log.Entries.Count(static entry => entry.Category.StartsWith("TypedCdc.Sinks", StringComparison.Ordinal) && entry.Level >= Microsoft.Extensions.Logging.LogLevel.Information) < 5, log.Text);
    }

    private static async Task WaitAsync(Func<bool> condition, Task run)
    {
        var limit = Task.Delay(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            Assert.False(run.IsCompleted || limit.IsCompleted, "It never came to that.");
            await Task.Delay(2);
        }
    }

    private static void Check(FileReplay replay, SqliteFixture database, string when)
    {
        var checkpoint = replay.Checkpoint();
        replay.CheckNothingIsLost(
            checkpoint,
            database.Query("SELECT userid, cdc_ver FROM customers__cdc").ToDictionary(static row => int.Parse(row[0]!, CultureInfo.InvariantCulture), static row => row[1]!),
            when);
    }

    private static void CheckEnd(FileReplay replay, SqliteFixture database)
    {
        Assert.Equal(replay.Lines, replay.Checkpoint());
        Check(replay, database, "At the end");
        Assert.Equal(replay.Expected, database.Dump("customers"));
    }
}
