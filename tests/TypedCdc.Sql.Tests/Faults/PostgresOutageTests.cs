using System.Diagnostics;
using System.Globalization;
using Npgsql;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>What an operator sees of an outage, and how a stop ends while it lasts.</summary>
[Collection("Faults")]
[Trait("Category", "OnePass")]
public sealed class PostgresOutageTests(PostgreSql server)
{
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("TYPEDCDC_SEED") ?? "20244", CultureInfo.InvariantCulture);

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task An_outage_is_one_line_with_the_reason_and_no_stack()
    {
        var history = new History(Seed, keys: 40, changes: 1_500);
        await using var crashing = await CrashingPostgreSql.StartAsync();
        var replay = Replay(history, crashing.ConnectionString);
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(100)));
        await UntilAsync(() => replay.Checkpoint > 50);
        await crashing.KillAsync();
        await UntilAsync(() => replay.Said.Any(static line => line.Contains("' fails (", StringComparison.Ordinal)));
        await Task.Delay(1_500); // many attempts more, of which nothing is logged
        await crashing.StartAgainAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));

        var loud = replay.Said.Where(static line => !line.StartsWith("Debug", StringComparison.Ordinal) && !line.StartsWith("Trace", StringComparison.Ordinal)).ToList();
        Assert.All(loud, static line => Assert.EndsWith("  ", line, StringComparison.Ordinal)); // no exception, and so no stack
        var fails = Assert.Single(loud, static line => line.Contains("' fails (", StringComparison.Ordinal));
        Assert.Matches("^Warning '[Pp]ostgres' fails \\((NpgsqlException|PostgresException|IOException)[^)]*\\): [^\\n]{10,} It is retried with growing delays", fails);
        Assert.Single(loud, static line => line.Contains("works again after", StringComparison.Ordinal));
        await using var written = PostgresDatabase.Open(crashing.ConnectionString);
        Assert.Equal(History.Expect(history.Events), await written.DumpCustomersAsync());
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_stop_while_the_database_does_not_answer_ends_in_order_and_in_time()
    {
        var history = new History(Seed, keys: 40, changes: 1_500);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var proxy = new CuttingProxy(target.Port);
        target.Port = proxy.Port;
        target.CancellationTimeout = 20_000; // the driver itself would wait for an answer to its cancellation
        var replay = Replay(history, target.ConnectionString);
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => replay.RunAsync(stop.Token, TimeSpan.FromMilliseconds(100)));
        await UntilAsync(() => replay.Checkpoint > 50);
        proxy.IsSilent = true;
        await Task.Delay(300);
        var stopping = Stopwatch.StartNew();
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(12), $"The stop took {stopping.Elapsed}.");
        Assert.Contains(replay.Said, static line => line.Contains("has not ended within", StringComparison.Ordinal));
        Assert.Contains(replay.Said, static line => line.Contains("has ended", StringComparison.Ordinal));
        Assert.DoesNotContain(replay.Said, static line => line.Contains("TaskCanceledException", StringComparison.Ordinal) && !line.StartsWith("Debug", StringComparison.Ordinal));
        proxy.IsSilent = false;

        // The next run delivers what was left behind.
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1)).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(History.Expect(history.Events), await database.DumpCustomersAsync());
    }

    private static ReplayHost Replay(History history, string connectionString) => new(history.Events, Seed, cdc => cdc.ToPostgres(
        new PostgresSinkOptions { ConnectionString = connectionString }, static tables => tables.Add<Customer>(), ReplayHost.RetrySoon));

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = Stopwatch.GetTimestamp() + (60 * Stopwatch.Frequency);
        while (!condition())
        {
            Assert.True(Stopwatch.GetTimestamp() < deadline, "It did not happen within a minute.");
            await Task.Delay(10);
        }
    }
}
