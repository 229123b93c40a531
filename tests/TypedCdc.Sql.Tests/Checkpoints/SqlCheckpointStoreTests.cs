using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Changes;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sources;
using TypedCdc.Sql.Checkpoints;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Dialects;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Checkpoints;

[Collection("PostgreSQL")]
public sealed class SqlCheckpointStoreTests(PostgreSql server)
{
    private static readonly ShardId Shard = new("stream", "shardId-000000000001");

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    [InlineData("mysql")]
    [InlineData("cratedb")]
    [InlineData("aws.redshift")]
    public async Task The_last_checkpoint_of_each_shard_and_application_is_there_after_a_restart(string name)
    {
        using var file = new SqliteFixture();
        await using var server2 = name is "postgresql" or "cratedb" or "aws.redshift" ? await PostgresDatabase.CreateAsync(server) : null;
        ISqlDatabase Open() => name switch
        {
            "sqlite" => new SqliteDatabase(new() { Path = file.Path }),
            "mysql" => new DelegatedDatabase(new MySqlDialect(), Sessions.OnSqlite(file.Path, Sessions.FromMySql)),
            "postgresql" => new NpgsqlDatabase(new PostgresSinkOptions { ConnectionString = server2!.ConnectionString }),
            "cratedb" => new DelegatedDatabase(new CrateDbDialect(), Sessions.OnPostgres(server2!.ConnectionString, new CrateDbDialect(), Sessions.FromCrateDb)),
            _ => new DelegatedDatabase(new RedshiftDialect(), Sessions.OnPostgres(server2!.ConnectionString, new RedshiftDialect(), Sessions.FromRedshift)),
        };
        var wide = SequenceNumber.Parse(new string('9', 129));
        await using (var store = new SqlCheckpointStore(Open()))
        {
            Assert.Null(await store.ReadAsync("a", Shard, default));
            await store.WriteAsync("a", Shard, new(1), default);
            await store.WriteAsync("a|", Shard, new(2), default);
            await store.WriteAsync("a", new("stream", "other"), new(3), default);
            await store.WriteAsync("a", Shard, wide, default);
            Assert.Equal(wide, await store.ReadAsync("a", Shard, default));
        }

        await using var next = new SqlCheckpointStore(Open());
        Assert.Equal([wide, new SequenceNumber(2), new SequenceNumber(3)], new[]
        {
            (await next.ReadAsync("a", Shard, default))!.Value, (await next.ReadAsync("a|", Shard, default))!.Value, (await next.ReadAsync("a", new("stream", "other"), default))!.Value,
        });

        // Stored as it comes: a source goes back on purpose.
        await next.WriteAsync("a", Shard, new(1), default);
        Assert.Equal(new SequenceNumber(1), await next.ReadAsync("a", Shard, default));
    }

    [ServiceTheory(ServiceKind.PostgreSql)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Workers_that_start_at_once_make_one_table_and_one_row_a_shard(bool isPostgres)
    {
        using var file = new SqliteFixture();
        await using var database = isPostgres ? await PostgresDatabase.CreateAsync(server) : null;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            await using var store = new SqlCheckpointStore(
                isPostgres ? new NpgsqlDatabase(new PostgresSinkOptions { ConnectionString = database!.ConnectionString }) : new SqliteDatabase(new() { Path = file.Path }));
            for (ulong number = 1; number <= 10; number++)
            {
                await store.WriteAsync("a", new("stream", (worker % 2).ToString(System.Globalization.CultureInfo.InvariantCulture)), new(number), default);
            }
        })));
        const string Sql = "SELECT shard, sequence_number FROM cdc_checkpoints ORDER BY shard";
        Assert.Equal(["0|10", "1|10"], isPostgres ? await database!.RowsAsync(Sql) : file.Rows(Sql));
    }

    [Fact]
    public void The_builder_registers_it_and_refuses_a_place_that_does_not_outlive_the_process()
    {
        var services = new ServiceCollection();
        services.AddTypedCdc(static cdc =>
        {
            cdc.CheckpointsToSqlite("checkpoints.db");
            Assert.Throws<CdcConfigurationException>(() => cdc.CheckpointsToSqlite(":memory:"));
            Assert.Throws<CdcConfigurationException>(() => cdc.CheckpointsToPostgres(" "));
        });
        Assert.Single(services, static service => service.ServiceType == typeof(ICheckpointStore));
    }
}
