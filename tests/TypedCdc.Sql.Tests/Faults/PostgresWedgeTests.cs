using System.Globalization;
using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>Errors that would repeat the same write for ever: each ends with every good row written, every bad row dead-lettered, and the sink going on.</summary>
[Collection("Faults")]
[Trait("Category", "OnePass")]
public sealed class PostgresWedgeTests(PostgreSql server)
{
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("TYPEDCDC_SEED") ?? "20242", CultureInfo.InvariantCulture);

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Sessions_that_became_read_only_are_replaced_when_the_server_takes_writes_again()
    {
        var history = new History(Seed, keys: 40, changes: 1_500);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var replay = Replay(history, database.ConnectionString);
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(100)));
        await UntilAsync(() => replay.Checkpoint > 50);
        await SetReadOnlyAsync(database, isReadOnly: true);
        await UntilAsync(() => replay.Said.Any(static line => line.Contains("25006", StringComparison.Ordinal)));
        await SetReadOnlyAsync(database, isReadOnly: false, endsSessions: false);
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        await AssertIsExpectedAsync(history, database, replay);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_server_that_is_read_only_at_the_start_is_waited_for()
    {
        var history = new History(Seed, keys: 40, changes: 200);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await SetReadOnlyAsync(database, isReadOnly: true);
        var replay = Replay(history, database.ConnectionString);
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(1)));
        await UntilAsync(() => running.IsCompleted || replay.Said.Any(static line => line.Contains("25006", StringComparison.Ordinal)));
        Assert.False(running.IsCompleted);
        await SetReadOnlyAsync(database, isReadOnly: false, endsSessions: false);
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        await AssertIsExpectedAsync(history, database, replay);
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_that_takes_longer_than_it_may_is_repeated_in_smaller_parts(bool isServerLimit)
    {
        var history = new History(Seed, keys: 2_000, changes: 1_500);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync("""
            CREATE FUNCTION is_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
            CREATE TRIGGER is_slow BEFORE INSERT OR UPDATE ON customers__cdc FOR EACH ROW EXECUTE FUNCTION is_slow();
            """);
        if (isServerLimit)
        {
            await database.ExecuteAsync("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET statement_timeout = ''900ms'''; END $$");
        }

        // 150 rows and more of 10 ms each do not fit into a second.
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = isServerLimit ? 30 : 1 }.ConnectionString;
        var replay = Replay(history, connection);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1)).WaitAsync(TimeSpan.FromSeconds(120));
        await AssertIsExpectedAsync(history, database, replay);
        Assert.Contains(replay.Said, static line => line.Contains("repeated with at most", StringComparison.Ordinal));
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData("foreign key", "CREATE TABLE allowed (id bigint PRIMARY KEY); INSERT INTO allowed SELECT i FROM generate_series(0, 100) AS i WHERE i <> 7; ALTER TABLE customers__cdc ADD CONSTRAINT c FOREIGN KEY (userid) REFERENCES allowed DEFERRABLE INITIALLY DEFERRED")]
    [InlineData("unique", "CREATE TABLE held (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO held VALUES (7); CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.userid = 7 THEN INSERT INTO held VALUES (7); END IF; RETURN NEW; END $$; CREATE TRIGGER hold BEFORE INSERT OR UPDATE ON customers__cdc FOR EACH ROW EXECUTE FUNCTION hold()")]
    [InlineData("constraint trigger", "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.userid = 7 THEN RAISE EXCEPTION 'no'; END IF; RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON customers__cdc DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()")]
    public async Task A_row_that_is_only_refused_at_commit_is_found(string kind, string sql)
    {
        Assert.NotEmpty(kind);
        await SeventhIsRefusedAsync(sql, message: null);
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData("UE001")]
    [InlineData("45000")]
    [InlineData("42501")]
    [InlineData("0A000")]
    [InlineData("XX000")]
    [InlineData("55000")]
    [InlineData("21000")]
    [InlineData("P0001")]
    public Task A_row_whose_error_has_an_unexpected_code_is_found(string code) => SeventhIsRefusedAsync(
        $"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.userid = 7 THEN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON customers__cdc FOR EACH ROW EXECUTE FUNCTION refuse()
        """,
        $"PostgreSQL refused the row ({code}).");

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_row_that_row_level_security_refuses_is_found_and_a_missing_right_is_an_outage()
    {
        var history = new History(Seed, keys: 40, changes: 600);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        var role = "writer_" + Guid.NewGuid().ToString("n");
        await database.ExecuteAsync($"""
            CREATE ROLE {role} LOGIN;
            GRANT CREATE, USAGE ON SCHEMA public TO {role};
            ALTER TABLE customers__cdc_ties OWNER TO {role};
            GRANT SELECT, INSERT, UPDATE ON cdc_models TO {role};
            GRANT SELECT ON customers__cdc TO {role};
            ALTER TABLE customers__cdc ENABLE ROW LEVEL SECURITY;
            CREATE POLICY seen ON customers__cdc FOR SELECT USING (true);
            CREATE POLICY changed ON customers__cdc FOR UPDATE USING (true) WITH CHECK (userid <> 7);
            CREATE POLICY added ON customers__cdc FOR INSERT WITH CHECK (userid <> 7);
            """);
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role }.ConnectionString;
        var replay = new ReplayHost(history.Events, Seed, cdc => cdc.ToPostgres(
            new PostgresSinkOptions { ConnectionString = connection },
            static tables =>
            {
                tables.Add<Customer>();
                tables.Migrations = MigrationMode.Off;
            },
            ReplayHost.RetrySoon));
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(1)));
        await UntilAsync(() => running.IsCompleted || replay.Said.Any(static line => line.Contains("TableRefusedException 42501", StringComparison.Ordinal)));
        Assert.False(running.IsCompleted);
        Assert.Equal(-1, replay.Checkpoint);
        Assert.Empty(replay.DeadLetters);

        await database.ExecuteAsync($"GRANT INSERT, UPDATE, DELETE ON customers__cdc TO {role}");
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        await AssertSeventhAsync(history, database, replay, "PostgreSQL refused the row (42501).");
        await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_table_of_which_every_row_fails_is_an_outage_and_nothing_is_dead_lettered()
    {
        var history = new History(Seed, keys: 400, changes: 600);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync();
        await database.ExecuteAsync("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM no_such_function(); RETURN NEW; END $$;
            CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON customers__cdc FOR EACH ROW EXECUTE FUNCTION refuse()
            """);
        var records = history.Events.Select(static one => one.ToRecord()).ToList();
        var outage = await Assert.ThrowsAsync<TableRefusedException>(async () => await sink.WriteAsync(records, default));
        Assert.StartsWith("PostgreSQL refuses every row of the table 'customers' (42883)", outage.Message, StringComparison.Ordinal);

        await database.ExecuteAsync("DROP TRIGGER refuse ON customers__cdc");
        await sink.WriteAsync(records, default);
        Assert.Equal(History.Expect(history.Events), await database.DumpCustomersAsync());
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_table_that_is_dropped_while_the_sink_runs_is_created_again()
    {
        var history = new History(Seed, keys: 40, changes: 1_500);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var replay = Replay(history, database.ConnectionString);
        var running = Task.Run(() => replay.RunAsync(default, TimeSpan.FromMilliseconds(100)));
        await UntilAsync(() => replay.Checkpoint > 50);
        await database.ExecuteAsync("DROP TABLE customers__cdc CASCADE");
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Contains(replay.Said, static line => line.Contains("is created again", StringComparison.Ordinal));
        Assert.Empty(replay.DeadLetters);
        Assert.Equal(history.Events.Count - 1, replay.Checkpoint);
        Assert.NotEmpty(await database.DumpCustomersAsync());
    }

    [Theory]
    [InlineData("57014", "TimedOut")]
    [InlineData("55P03", "Conflict")]
    [InlineData("40001", "Conflict")]
    [InlineData("40P01", "Conflict")]
    [InlineData("25006", "Session")]
    [InlineData("26000", "Session")]
    [InlineData("42P05", "Session")]
    [InlineData("08P01", "Session")]
    [InlineData("08006", "Session")]
    [InlineData("57P01", "Session")]
    [InlineData("57P03", "Session")]
    [InlineData("53100", "Server")]
    [InlineData("53300", "Server")]
    [InlineData("58030", "Server")]
    [InlineData("28P01", "Server")]
    [InlineData("3D000", "Server")]
    [InlineData("21000", "Row")]
    [InlineData("22003", "Row")]
    [InlineData("23503", "Row")]
    [InlineData("44000", "Row")]
    [InlineData("54000", "Row")]
    [InlineData("P0001", "Row")]
    [InlineData("42501", "Unknown")]
    [InlineData("42P01", "Unknown")]
    [InlineData("0A000", "Unknown")]
    [InlineData("XX000", "Unknown")]
    [InlineData("UE001", "Unknown")]
    public void Each_code_has_one_meaning(string state, string meaning) => Assert.Equal(meaning, PostgresErrors.Classify(state).ToString());

    private async Task SeventhIsRefusedAsync(string sql, string? message)
    {
        var history = new History(Seed, keys: 40, changes: 600);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await (await database.StartAsync()).DisposeAsync();
        await database.ExecuteAsync(sql);
        var replay = Replay(history, database.ConnectionString);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1)).WaitAsync(TimeSpan.FromSeconds(60));
        await AssertSeventhAsync(history, database, replay, message);
    }

    // Removals of an item that the table does not have leave a tombstone, which the guards above refuse too.
    private static async Task AssertSeventhAsync(History history, PostgresDatabase database, ReplayHost replay, string? message)
    {
        var others = history.Events.Where(static one => one.Key != 7).ToList();
        Assert.True(others.Count < history.Events.Count, $"Seed {Seed}: the item 7 does not change.");
        Assert.Equal(History.Expect(others), await database.DumpCustomersAsync());
        Assert.Equal(history.Events.Count - others.Count, replay.DeadLetters.Count);
        if (message is not null)
        {
            Assert.All(replay.DeadLetters, letter => Assert.Equal(message, letter.Message));
        }

        Assert.Equal(history.Events.Count - 1, replay.Checkpoint);
    }

    private static async Task SetReadOnlyAsync(PostgresDatabase database, bool isReadOnly, bool endsSessions = true)
    {
        await database.ExecuteAsync($"SET default_transaction_read_only = off; DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = {(isReadOnly ? "on" : "off")}'; END $$");
        if (endsSessions)
        {
            // Whoever connects now gets a session that cannot write, and keeps it.
            await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }
    }

    private static ReplayHost Replay(History history, string connectionString) => new(history.Events, Seed, cdc => cdc.ToPostgres(
        new PostgresSinkOptions { ConnectionString = connectionString }, static tables => tables.Add<Customer>(), ReplayHost.RetrySoon));

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = 0; !condition(); waited++)
        {
            Assert.True(waited < 3_000, "It did not come to that in 30 s.");
            await Task.Delay(10);
        }
    }

    private static async Task AssertIsExpectedAsync(History history, PostgresDatabase database, ReplayHost replay)
    {
        Assert.True(History.Expect(history.Events) == await database.DumpCustomersAsync(), $"Seed {Seed}.");
        Assert.Empty(replay.DeadLetters);
        Assert.Equal(history.Events.Count - 1, replay.Checkpoint);
    }
}
