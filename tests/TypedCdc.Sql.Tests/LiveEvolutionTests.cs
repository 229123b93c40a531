using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests;

/// <summary>Models that change while workers write.</summary>
[Collection("PostgreSQL")]
public sealed class LiveEvolutionTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task PostgreSQL_follows_its_model_while_workers_write_and_nothing_is_lost()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        var evolution = new LiveEvolution(async (tables, model, log) => await StartAsync(tables, model, log, new PostgresStore(new() { ConnectionString = database.ConnectionString })));
        using var done = new CancellationTokenSource();
        var reading = Task.Run(() => ReadAsync(database, done.Token));
        try
        {
            await evolution.RunAsync(canWiden: true);
        }
        finally
        {
            await done.CancelAsync();
        }

        Assert.True(await reading > 0);
        Assert.Equal(["0"], await database.RowsAsync("SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()"));
        Assert.Equal(evolution.Expected, await database.RowsAsync("SELECT id::text, name FROM evolving ORDER BY evolving.id"));
        Assert.Equal(["id|bigint", "age|bigint", "name|text", "photo|bytea"], await database.RowsAsync(
            "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_name = 'evolving' ORDER BY ordinal_position"));
    }

    [Fact]
    public async Task SQLite_follows_its_model_while_workers_write_and_nothing_is_lost()
    {
        using var database = new SqliteFixture();
        var evolution = new LiveEvolution(async (tables, model, log) => await StartAsync(tables, model, log, new SqlStore(new SqliteDatabase(new() { Path = database.Path }))));
        await evolution.RunAsync(canWiden: false);
        Assert.Equal(evolution.Expected, database.Rows("SELECT id, name FROM evolving ORDER BY id"));
        Assert.Equal(["id", "age", "name", "photo"], database.Rows("SELECT name FROM pragma_table_info('evolving') ORDER BY cid"));
    }

    /// <summary>Reads the view again and again, each time in a transaction of some length.</summary>
    private static async Task<int> ReadAsync(PostgresDatabase database, CancellationToken done)
    {
        var reads = 0;
        while (!done.IsCancellationRequested)
        {
            try
            {
                await database.ExecuteAsync("BEGIN; SELECT count(*) FROM evolving; SELECT pg_sleep(0.1); SELECT count(*) FROM evolving; COMMIT");
                reads++;
            }
            catch (Npgsql.PostgresException error) when (error.SqlState is "42P01" or "XX000")
            {
                await Task.Delay(10, CancellationToken.None); // not there yet, or made anew while it was looked up
            }
        }

        return reads;
    }

    private static async Task<RelationalSink> StartAsync(Action<TableSetBuilder> tables, CdcModel model, LogLines log, IRelationalStore store)
    {
        var builder = new TableSetBuilder();
        tables(builder);
        var sink = new RelationalSink(builder.Build(), store);
        var context = SqliteFixture.Context(models: [model]);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await sink.StartAsync(new() { Application = "test", TimeProvider = context.TimeProvider, Logger = log, Tables = context.Tables }, default);
                return sink;
            }
            catch (System.Data.Common.DbException error) when (error.IsTransient && attempt < 5)
            {
                // As delivery does.
            }
            catch
            {
                await sink.DisposeAsync();
                throw;
            }
        }
    }
}
