using Microsoft.Extensions.Hosting;
using Npgsql;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>
/// From a file, with dead letters and checkpoints in files, as the Quickstart does it: the server is killed, the worker is killed (a process of its own, with SIGKILL), and rows that a
/// CHECK of the user's refuses are among the others. At each kill the checkpoint is held against the table and the dead letters.
/// </summary>
[Collection("Faults")]
[Trait("Category", "OnePass")]
public sealed class FileToPostgresFaultTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_server_that_is_killed_at_random_moments_loses_nothing()
    {
        const int Seed = 20261121;
        const int Kills = 4;
        await using var crashing = await CrashingPostgreSql.StartAsync();
        await using var replay = await PostgresReplay.CreateAsync(PostgresDatabase.Open(crashing.ConnectionString), new(Seed, keys: 300, changes: 9_000, refuses: true));
        await replay.Database.ExecuteAsync($"ALTER TABLE customers__cdc ADD CONSTRAINT no_29 {FileReplay.Check}");
        var random = new Random(Seed);
        var killed = 0;
        await replay.RunAsync(async (done, ended) =>
        {
            for (; killed < Kills; killed++)
            {
                // Each in its own part of the file, at a moment of its own.
                var moment = (long)(replay.Replay.Lines * (killed + random.NextDouble()) / Kills * 0.6);
                while (done() < moment)
                {
                    await Task.Delay(1, ended);
                }

                await Task.Delay(random.Next(5), ended);
                await crashing.KillAsync();
                await crashing.StartAgainAsync();
                await replay.CheckAsync($"Seed {Seed}, kill {killed + 1} at {moment}");
            }
        });
        Assert.True(killed >= 2, $"Seed {Seed}: only {killed} kills; the host was done before the others."); // the checks in between take their time
        Assert.Contains(replay.Log.Entries, static entry => entry.Exception is NpgsqlException { IsTransient: true });
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_worker_that_is_killed_at_random_moments_loses_nothing()
    {
        const int Seed = 7;
        await using var replay = await PostgresReplay.CreateAsync(await PostgresDatabase.CreateAsync(server), new(Seed, keys: 300, changes: 9_000, refuses: true));
        await replay.Database.ExecuteAsync($"ALTER TABLE customers__cdc ADD CONSTRAINT no_29 {FileReplay.Check}");
        var random = new Random(Seed);
        for (var kill = 1; kill <= 4; kill++)
        {
            using var worker = Worker.Start("postgres", replay.Replay.Folder, replay.ConnectionString);
            var from = await SumAsync();
            while (!worker.HasExited && from == await SumAsync())
            {
                await Task.Delay(2);
            }

            await Task.Delay(random.Next(300));
            await worker.KillAsync();
            await replay.CheckAsync($"Seed {Seed}, kill {kill}");
        }

        using var last = Worker.Start("postgres", replay.Replay.Folder, replay.ConnectionString);
        await last.EndAsync();
        await replay.CheckEndAsync();

        async Task<string> SumAsync() => (await replay.Database.RowsAsync("SELECT coalesce(sum(hashtext(cdc_ver)), 0)::text FROM customers__cdc"))[0];
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_refused_row_in_a_batch_whose_connection_is_cut_is_refused_once_and_its_neighbours_are_written_whole()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var proxy = new CuttingProxy(new NpgsqlConnectionStringBuilder(database.ConnectionString).Port);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync("ALTER TABLE customers__cdc ADD CONSTRAINT no_phone CHECK (phone <> 777)");
        var failures = 0;
        var version = 0;
        for (var bytes = 400; bytes < 200_000; bytes += 100 + (bytes / 12))
        {
            // Every connection is cut after so many bytes: the first ones before the write begins, the last ones behind its end.
            var budget = bytes;
            proxy.CutAfter = () => budget;
            version++;
            await using var sink = database.Sink(port: proxy.Port);
            var isThrough = false;
            try
            {
                await sink.StartAsync(SqliteFixture.Context(), default);
                var refused = await Assert.ThrowsAsync<RejectedRecordsException>(() => sink.WriteAsync([.. Enumerable.Range(1, 60).Select(Record)], default).AsTask());
                Assert.Equal([29], refused.Rejected.Select(static one => one.Index));
                Assert.Contains("no_phone", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("777", refused.Rejected[0].Reason.ToString(), StringComparison.Ordinal);
                isThrough = true;
            }
            catch (Exception exception) when (Failure(exception) is not null)
            {
                failures++;
            }

            var written = await database.RowsAsync($"SELECT count(*)::text FROM customers WHERE first_name = 'v{version}'");
            Assert.True(written[0] == "59" || (written[0] == "0" && !isThrough), $"Cut after {bytes} bytes: {written[0]} rows.");
        }

        Assert.True(failures > 5 && failures < version, $"{failures} of {version} were cut.");

        CdcRecord Record(int id) => TestRecord.Make(
            "MODIFY", "customers", 1_000 + version, "1", $$$"""{"userid":{"N":"{{{id}}}"}}""",
            $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"v{{{version}}}"},"phone":{"N":"{{{(id == 30 ? 777 : id)}}}"}}""");

        static NpgsqlException? Failure(Exception exception) =>
            exception as NpgsqlException ?? (exception as Xunit.Sdk.ThrowsException)?.InnerException as NpgsqlException;
    }
}
