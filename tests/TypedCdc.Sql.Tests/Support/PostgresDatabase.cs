using System.Text;
using Npgsql;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;

namespace TypedCdc.Sql.Tests;

/// <summary>One server for all tests of the collection.</summary>
[CollectionDefinition("PostgreSQL")]
public sealed class PostgresCollection : ICollectionFixture<PostgreSql>;

/// <summary>A database of one test's own, and sinks on it.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    /// <summary>Makes the trigger function <c>end_process</c> (a sequence, how many): every so many-th call, counted by the sequence <c>statements</c> or <c>rows</c>, ends the server's process.</summary>
    public const string EndProcess = """
        CREATE SEQUENCE statements;
        CREATE SEQUENCE rows;
        CREATE FUNCTION end_process() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF nextval(TG_ARGV[0]) % TG_ARGV[1]::integer = 0 THEN
                PERFORM pg_terminate_backend(pg_backend_pid());
            END IF;
            RETURN NULL;
        END $body$;
        """;

    private readonly NpgsqlDataSource _source;

    private PostgresDatabase(string connectionString)
    {
        ConnectionString = connectionString;
        _source = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }

    /// <summary>A database that is there.</summary>
    public static PostgresDatabase Open(string connectionString) => new(connectionString);

    public static async Task<PostgresDatabase> CreateAsync(PostgreSql server, WritePaths? paths = null)
    {
        await server.EnsureStartedAsync();
        var name = "test_" + Guid.NewGuid().ToString("n");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;
        return paths is null ? new(connection) : new(connection) { Paths = paths };
    }

    /// <summary>
    /// Which way the sinks' writes go, by their size. So low that the random batches of histories mix them: some go by arrays, some by COPY, and what one of them wrote the other finds.
    /// </summary>
    public WritePaths Paths { get; init; } = new() { DirectRows = 12 };

    /// <param name="tables">Its tables; null for the customers.</param>
    /// <param name="port">A proxy's; null for the server's own.</param>
    public RelationalSink Sink(Action<TableSetBuilder>? tables = null, int? port = null)
    {
        var builder = new TableSetBuilder();
        (tables ?? (static tables => tables.Add<Customer>()))(builder);
        var connection = new NpgsqlConnectionStringBuilder(ConnectionString);
        connection.Port = port ?? connection.Port;
        return new(builder.Build(), new PostgresStore(new() { ConnectionString = connection.ConnectionString }, Paths));
    }

    public async Task<RelationalSink> StartAsync(Action<TableSetBuilder>? tables = null, params CdcModel[] models)
    {
        var sink = Sink(tables);
        await sink.StartAsync(SqliteFixture.Context(models: models), default);
        return sink;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows of a query, columns parted by <c>|</c>, NULL as <c>∅</c>.</summary>
    public async Task<string[]> RowsAsync(string sql)
    {
        var rows = new List<string>();
        await using var command = _source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "∅" : reader.GetString(i))));
        }

        return [.. rows];
    }

    /// <summary>The customers that users see, written as the SQLite tests write them, so that one oracle serves both.</summary>
    public async Task<string> DumpCustomersAsync()
    {
        var rows = await RowsAsync("""
            SELECT 'integer:' || userid, coalesce('text:''' || first_name || '''', 'null:NULL'), coalesce('text:''' || balance || '''', 'null:NULL'), coalesce('integer:' || phone, 'null:NULL')
            FROM customers
            """);
        return rows.Order(StringComparer.Ordinal).Aggregate(new StringBuilder(), static (text, row) => text.Append(row).Append('\n')).ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();

        // The server counts every idle connection of every database.
        await using var any = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(any);
    }
}
