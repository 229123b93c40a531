using System.Globalization;
using Npgsql;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>Proxies that pool connections, servers that give few of them, and several hosts of which one takes writes.</summary>
[Collection("Faults")]
[Trait("Category", "OnePass")]
public sealed class PostgresPoolingTests(PostgreSql server)
{
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("TYPEDCDC_SEED") ?? "20243", CultureInfo.InvariantCulture);

    [ServiceTheory(ServiceKind.PostgreSql, ServiceKind.PgBouncer)]
    [InlineData("transaction", 1)]
    [InlineData("transaction", 3)]
    [InlineData("transaction", 20)]
    public async Task A_proxy_that_pools_transactions_is_refused_at_the_start(string mode, int size)
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var proxy = await PgBouncer.StartAsync(new NpgsqlConnectionStringBuilder(server.ConnectionString).Port, mode, size);
        await using var sink = database.Sink(port: proxy.Port);
        var refused = await Assert.ThrowsAsync<CdcConfigurationException>(async () => await sink.StartAsync(SqliteFixture.Context(), default));
        Assert.Contains("pool_mode=transaction", refused.Message, StringComparison.Ordinal);
    }

    [ServiceTheory(ServiceKind.PostgreSql, ServiceKind.PgBouncer)]
    [InlineData(2)]
    [InlineData(20)]
    public async Task A_proxy_that_pools_sessions_works_also_with_fewer_connections_than_lanes(int size)
    {
        var history = new History(Seed, keys: 40, changes: 800);
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var proxy = await PgBouncer.StartAsync(new NpgsqlConnectionStringBuilder(server.ConnectionString).Port, "session", size);
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = proxy.Port, Timeout = 2, Pooling = false };
        var replay = Replay(history, connection.ConnectionString);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1)).WaitAsync(TimeSpan.FromSeconds(90));
        await AssertIsExpectedAsync(history, database, replay);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task A_role_with_fewer_connections_than_lanes_lets_the_lanes_take_turns()
    {
        var history = new History(Seed, keys: 40, changes: 800);
        await using var database = await PostgresDatabase.CreateAsync(server);
        var role = "few_" + Guid.NewGuid().ToString("n");
        await database.ExecuteAsync($"CREATE ROLE {role} LOGIN CONNECTION LIMIT 2; GRANT CREATE, USAGE ON SCHEMA public TO {role}");
        var replay = Replay(history, new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Pooling = false }.ConnectionString);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1)).WaitAsync(TimeSpan.FromSeconds(90));
        await AssertIsExpectedAsync(history, database, replay);
        Assert.Contains(replay.Said, static line => line.Contains("Its lanes take turns", StringComparison.Ordinal));
        await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Of_several_hosts_the_one_that_takes_writes_is_chosen()
    {
        var history = new History(Seed, keys: 40, changes: 300);
        await using var standby = await CrashingPostgreSql.StartAsync();
        await using var primary = await CrashingPostgreSql.StartAsync();
        await using (var source = NpgsqlDataSource.Create(standby.ConnectionString))
        {
            await using var command = source.CreateCommand("ALTER SYSTEM SET default_transaction_read_only = on");
            await command.ExecuteNonQueryAsync();
            await using var reload = source.CreateCommand("SELECT pg_reload_conf()");
            await reload.ExecuteNonQueryAsync();
        }

        var hosts = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{standby.Port},127.0.0.1:{primary.Port}");
        var connection = $"Host={hosts};Username=postgres;Database=postgres;SSL Mode=Disable;GSS Encryption Mode=Disable;Target Session Attributes=read-write;Host Recheck Seconds=1";
        var replay = Replay(history, connection);
        await replay.RunAsync(default, TimeSpan.FromMilliseconds(1)).WaitAsync(TimeSpan.FromSeconds(60));
        await using var written = PostgresDatabase.Open(primary.ConnectionString);
        await AssertIsExpectedAsync(history, written, replay);
    }

    private static ReplayHost Replay(History history, string connectionString) => new(history.Events, Seed, cdc => cdc.ToPostgres(
        new PostgresSinkOptions { ConnectionString = connectionString }, static tables => tables.Add<Customer>(), ReplayHost.RetrySoon));

    private static async Task AssertIsExpectedAsync(History history, PostgresDatabase database, ReplayHost replay)
    {
        Assert.True(History.Expect(history.Events) == await database.DumpCustomersAsync(), $"Seed {Seed}.");
        Assert.Empty(replay.DeadLetters);
        Assert.Equal(history.Events.Count - 1, replay.Checkpoint);
    }
}
