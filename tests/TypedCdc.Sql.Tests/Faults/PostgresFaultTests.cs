using System.Globalization;
using Npgsql;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>A real server that dies, a network that cuts, other users in the way: nothing lost, nothing torn, the checkpoint never ahead of the rows.</summary>
[Collection("Faults")]
[Trait("Category", "OnePass")]
public sealed class PostgresFaultTests(PostgreSql server)
{
    // Another seed finds other moments: TYPEDCDC_SEED=… dotnet test …
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("TYPEDCDC_SEED") ?? "20241", CultureInfo.InvariantCulture);

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_server_and_workers_that_are_killed_at_random_moments_lose_nothing()
    {
        var random = new Random(Seed);
        var history = new History(Seed, keys: 40, changes: 2_500);
        await using var crashing = await CrashingPostgreSql.StartAsync();
        var replay = Replay(history, new NpgsqlConnectionStringBuilder(crashing.ConnectionString) { Timeout = 2, CommandTimeout = 5 }.ConnectionString);
        using var done = new CancellationTokenSource();
        var killer = Task.Run(async () =>
        {
            for (var kill = 0; kill < 4 && !done.IsCancellationRequested; kill++)
            {
                await Task.Delay(random.Next(50, 500));
                await crashing.KillAsync();
                var checkpoint = replay.Checkpoint;
                await Task.Delay(random.Next(0, 200));
                await crashing.StartAgainAsync();
                await AssertNotAheadAsync(history, checkpoint, crashing.ConnectionString);
            }
        });
        var lives = 0;
        var worker = Task.Run(async () =>
        {
            for (; replay.Checkpoint < history.Events.Count - 1; lives++)
            {
                // The process dies too, some of the times.
                using var crash = new CancellationTokenSource(TimeSpan.FromMilliseconds(lives < 6 ? random.Next(100, 900) : 60_000));
                await replay.RunAsync(crash.Token, TimeSpan.FromMilliseconds(15));
            }
        });
        await Task.WhenAll(killer, worker);
        Assert.True(lives > 1, $"Seed {Seed}: nothing died.");
        await AssertIsExpectedAsync(history, crashing.ConnectionString, replay);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Connections_that_are_cut_at_any_byte_lose_nothing()
    {
        var random = new Random(Seed);
        var history = new History(Seed, keys: 40, changes: 2_000);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var proxy = new CuttingProxy(target.Port) { CutAfter = () => random.Next(3) == 0 ? random.Next(1, 6_000) : random.Next(5_000, 40_000) };
        target.Port = proxy.Port;
        var replay = Replay(history, target.ConnectionString);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1));
        Assert.True(proxy.Cuts >= 3, $"Seed {Seed}: {proxy.Cuts} cuts.");
        await AssertIsExpectedAsync(history, database.ConnectionString, replay);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_connection_that_falls_silent_times_out_and_the_write_is_repeated()
    {
        var history = new History(Seed, keys: 40, changes: 600);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var proxy = new CuttingProxy(target.Port);
        target.Port = proxy.Port;
        target.CommandTimeout = 1;
        target.Timeout = 1;
        target.CancellationTimeout = 200;
        var replay = Replay(history, target.ConnectionString);
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(20)));
        await UntilAsync(() => replay.Checkpoint > 50);
        proxy.IsSilent = true;
        await UntilAsync(() => replay.Said.Any(static line => line.StartsWith("Warning", StringComparison.Ordinal)));
        var standing = replay.Checkpoint;
        await Task.Delay(300);
        Assert.Equal(standing, replay.Checkpoint);
        proxy.Delay = TimeSpan.FromMilliseconds(2);
        proxy.IsSilent = false;
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        await AssertIsExpectedAsync(history, database.ConnectionString, replay);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Deadlock_victims_write_again()
    {
        var history = new History(Seed, keys: 12, changes: 500);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await database.ExecuteAsync("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET deadlock_timeout = ''60ms'''; END $$");
        var replay = Replay(history, database.ConnectionString, connections: 1);
        using var done = new CancellationTokenSource();
        var hostile = LockBackwardsAsync(database.ConnectionString, done.Token);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(3));
        await done.CancelAsync();
        await hostile;
        Assert.Contains(replay.Said, static line => line.Contains("40P01", StringComparison.Ordinal));
        await AssertIsExpectedAsync(history, database.ConnectionString, replay);
    }

    /// <summary>The sink reads committed rows and asks for no more, so it causes none itself; a trigger of the users' can.</summary>
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Serialisation_failures_write_again()
    {
        var history = new History(Seed, keys: 40, changes: 1_200);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync("""
            CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF random() < 0.01 THEN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON customers__cdc FOR EACH ROW EXECUTE FUNCTION fails();
            """);
        var replay = Replay(history, database.ConnectionString);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1));
        Assert.Contains(replay.Said, static line => line.Contains("40001", StringComparison.Ordinal));
        await AssertIsExpectedAsync(history, database.ConnectionString, replay);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task A_statement_that_runs_out_of_time_is_repeated_until_the_lock_is_gone() => WaitForALockAsync("statement_timeout", "57014");

    [ServiceFact(ServiceKind.PostgreSql)]
    public Task A_lock_that_is_not_had_in_time_is_waited_for_anew() => WaitForALockAsync("lock_timeout", "55P03");

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_row_that_a_constraint_of_the_users_refuses_is_dead_lettered_with_its_reason_and_its_neighbours_are_written()
    {
        var history = new History(Seed, keys: 40, changes: 800);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync("ALTER TABLE customers__cdc ADD CONSTRAINT no_seventh CHECK (userid <> 7)");
        var replay = Replay(history, database.ConnectionString);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1));
        var others = history.Events.Where(static one => one.Key != 7).ToList();
        Assert.Equal(History.Expect(others), await database.DumpCustomersAsync());
        Assert.Equal(history.Events.Count - others.Count, replay.DeadLetters.Count);
        Assert.All(replay.DeadLetters, static letter => Assert.Equal("PostgreSQL refused the row (23514, constraint 'no_seventh').", letter.Message));
        Assert.Equal(history.Events.Count - 1, replay.Checkpoint);
    }

    [SmallDiskFact]
    public async Task A_full_disk_stops_the_checkpoint_until_there_is_room_again()
    {
        using var disk = SmallDisk.Mount(24);
        await server.EnsureStartedAsync();
        await disk.GiveToPostgreSqlAsync();
        var name = "full_" + Guid.NewGuid().ToString("n");
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString);
        await ExecuteAsync($"CREATE TABLESPACE {name} LOCATION '{disk.Path}'");
        await ExecuteAsync($"CREATE DATABASE {name} TABLESPACE {name}");
        var target = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, Pooling = false }.ConnectionString;
        var history = new History(Seed, keys: 4_000, changes: 6_000);
        var replay = Replay(history, target);
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(2)));
        await UntilAsync(() => replay.Checkpoint > 300);
        disk.Fill(bytesLeft: 0);
        await UntilAsync(() => replay.Said.Any(static line => line.Contains("53100", StringComparison.Ordinal)));
        var standing = replay.Checkpoint;
        await Task.Delay(300);
        Assert.True(replay.Checkpoint < history.Events.Count - 1);
        await AssertNotAheadAsync(history, standing, target);
        disk.Free();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        await AssertIsExpectedAsync(history, target, replay);
        await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
        await ExecuteAsync($"DROP TABLESPACE {name}");

        async Task ExecuteAsync(string sql)
        {
            await using var command = admin.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task WaitForALockAsync(string setting, string state)
    {
        var history = new History(Seed, keys: 12, changes: 300);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync($"DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET {setting} = ''50ms'''; END $$");
        await using var locker = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = $"-c {setting}=0" }.ConnectionString);
        await locker.OpenAsync();
        var replay = Replay(history, database.ConnectionString);
        await using (var transaction = await locker.BeginTransactionAsync())
        {
            await using var command = new NpgsqlCommand("LOCK TABLE customers__cdc IN SHARE MODE", locker);
            await command.ExecuteNonQueryAsync();
            var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(1)));
            await UntilAsync(() => replay.Said.Any(line => line.Contains(state, StringComparison.Ordinal)));
            Assert.Equal(-1, replay.Checkpoint);
            await transaction.CommitAsync();
            await running.WaitAsync(TimeSpan.FromSeconds(60));
        }

        await AssertIsExpectedAsync(history, database.ConnectionString, replay);
    }

    private static ReplayHost Replay(History history, string connectionString, int connections = 4) => new(history.Events, Seed, cdc => cdc.ToPostgres(
        new PostgresSinkOptions { ConnectionString = connectionString, Connections = connections }, static tables => tables.Add<Customer>(), ReplayHost.RetrySoon));

    /// <summary>Updates the rows in the order that is not ours, and lets each step take its time.</summary>
    private static async Task LockBackwardsAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(CancellationToken.None);

        // Who looks first at who waits for whom is the victim: it is to be us.
        await using (var patient = new NpgsqlCommand("SET deadlock_timeout = '20s'", connection))
        {
            await patient.ExecuteNonQueryAsync(CancellationToken.None);
        }

        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var command = new NpgsqlCommand(
                    """
                    DO $$ DECLARE one bigint; BEGIN
                        FOR one IN SELECT userid FROM customers__cdc ORDER BY userid DESC LOOP
                            PERFORM 1 FROM customers__cdc WHERE userid = one FOR UPDATE;
                            UPDATE customers__cdc SET cdc_ver = cdc_ver WHERE userid = one;
                            PERFORM pg_sleep(0.002);
                        END LOOP;
                    END $$
                    """,
                    connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
            catch (PostgresException error) when (error.SqlState is "40P01" or "40001" or "42P01")
            {
                // The victim was this one, or there is no table yet.
            }

            await Task.Delay(1, CancellationToken.None);
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

    /// <summary>Of every record that the checkpoint has passed, the table has that version of the item or a newer one.</summary>
    private static async Task AssertNotAheadAsync(History history, int checkpoint, string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await using var command = source.CreateCommand("SELECT userid, left(cdc_ver, 19)::bigint FROM customers__cdc");
        var versions = new Dictionary<long, long>();
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                versions.Add(reader.GetInt64(0), reader.GetInt64(1));
            }
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // It was killed before the first start was through.
        }

        foreach (var done in history.Events.Take(checkpoint + 1))
        {
            Assert.True(versions.GetValueOrDefault(done.Key, -1) >= done.Time, $"Seed {Seed}: the checkpoint is at record {checkpoint}, but the item {done.Key} lacks a record before it.");
        }
    }

    private static async Task AssertIsExpectedAsync(History history, string connectionString, ReplayHost replay)
    {
        await using var database = PostgresDatabase.Open(connectionString);
        Assert.True(History.Expect(history.Events) == await database.DumpCustomersAsync(), $"Seed {Seed}.");
        Assert.Empty(replay.DeadLetters);
        Assert.Equal(history.Events.Count - 1, replay.Checkpoint);
    }
}

/// <summary>One server for them, and one test at a time: they wait for moments.</summary>
[CollectionDefinition("Faults", DisableParallelization = true)]
public sealed class FaultsCollection : ICollectionFixture<PostgreSql>;
