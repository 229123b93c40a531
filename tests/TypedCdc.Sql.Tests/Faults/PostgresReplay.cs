using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using TypedCdc.Observability;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>A replay into a PostgreSQL database of its own, while something goes wrong.</summary>
internal sealed class PostgresReplay : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly PostgresDatabase _database;

    private PostgresReplay(FileReplay replay, PostgresDatabase database)
    {
        Replay = replay;
        _database = database;
    }

    public FileReplay Replay { get; }

    public PostgresDatabase Database => _database;

    public CollectedLog Log { get; } = new();

    /// <param name="database">Where to; disposed with this.</param>
    /// <param name="replay">What is replayed; disposed with this.</param>
    public static async Task<PostgresReplay> CreateAsync(PostgresDatabase database, FileReplay replay)
    {
        await (await database.StartAsync()).DisposeAsync(); // the tables
        return new(replay, database);
    }

    /// <summary>The connection string, with a password that must be seen nowhere.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Password = "hunter2" }.ConnectionString;

    /// <summary>Runs the host to its end, and something beside it; then everything is where it belongs.</summary>
    /// <param name="beside">Is given the count of finished records, and a token that ends with the host.</param>
    public async Task RunAsync(Func<Func<long>, CancellationToken, Task> beside)
    {
        using var host = FileReplayHost.Create(Replay.Folder, cdc => FileReplayHost.ToPostgres(cdc, ConnectionString), Log);
        var statistics = host.Services.GetRequiredService<CdcStatistics>();
        using var ended = new CancellationTokenSource();
        var faults = Task.Run(() => beside(() => statistics.Events, ended.Token));
        var run = host.RunAsync();
        var first = await Task.WhenAny(run, faults, Task.Delay(Limit));
        if (first == faults)
        {
            await faults; // it may have failed
            await Task.WhenAny(run, Task.Delay(Limit));
        }

        Assert.True(run.IsCompleted, $"The host has not ended; it is done with {statistics}, and the log ends with:\n{Log.Text[^Math.Min(Log.Text.Length, 4_000)..]}");
        await run;
        await ended.CancelAsync();
        try
        {
            await faults;
        }
        catch (OperationCanceledException) when (!faults.IsFaulted)
        {
            // The host was done before it; the test says whether that was too early.
        }

        await CheckEndAsync();
    }

    /// <summary>The checkpoint, now, against the table.</summary>
    public async Task CheckAsync(string when)
    {
        var checkpoint = Replay.Checkpoint();
        Replay.CheckNothingIsLost(checkpoint, await VersionsAsync(), when);
    }

    public async Task CheckEndAsync()
    {
        Assert.Equal(Replay.Lines, Replay.Checkpoint());
        await CheckAsync("At the end");
        Assert.Equal(Replay.Expected, await _database.DumpCustomersAsync());
        Replay.CheckNoSecrets(Log.Text);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Replay.Dispose();
    }

    private async Task<Dictionary<int, string>> VersionsAsync()
    {
        // The server may be coming up.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await _database.RowsAsync("SELECT userid::text, cdc_ver FROM customers__cdc"))
                    .Select(static row => row.Split('|')).ToDictionary(static row => int.Parse(row[0], CultureInfo.InvariantCulture), static row => row[1]);
            }
            catch (NpgsqlException) when (attempt < 400)
            {
                await Task.Delay(50);
            }
        }
    }
}
