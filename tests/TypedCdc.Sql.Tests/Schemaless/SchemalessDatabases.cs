using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Schemaless;

internal sealed class SchemalessSqlite : ISchemalessDatabase
{
    private readonly SqliteFixture _fixture = new();

    public string Path => _fixture.Path;

    public string Address => _fixture.Path;

    public string Character => "char";

    public Task<RelationalSink> StartAsync(Action<TableSetBuilder> tables, TimeProvider? time = null) => _fixture.StartAsync(tables, time: time);

    public Task<string[]> RowsAsync(string sql) => Task.FromResult(_fixture.Rows(sql));

    public Task ExecuteAsync(string sql)
    {
        using var connection = new SqliteConnection(Path);
        connection.Execute(sql);
        return Task.CompletedTask;
    }

    public Task<string[]> ColumnsAsync(string view) => Task.FromResult(_fixture.Rows($"SELECT name FROM pragma_table_info('{view}') ORDER BY cid"));

    public ValueTask DisposeAsync()
    {
        _fixture.Dispose();
        return default;
    }
}

internal sealed class SchemalessPostgres(PostgresDatabase database) : ISchemalessDatabase
{
    public string Character => "chr";

    public string Address => database.ConnectionString;

    public static async Task<ISchemalessDatabase> CreateAsync(PostgreSql server) => new SchemalessPostgres(await PostgresDatabase.CreateAsync(server));

    public async Task<RelationalSink> StartAsync(Action<TableSetBuilder> tables, TimeProvider? time = null)
    {
        var sink = database.Sink(tables);
        await sink.StartAsync(SqliteFixture.Context(time), default);
        return sink;
    }

    public Task<string[]> RowsAsync(string sql) => database.RowsAsync(sql);

    public Task ExecuteAsync(string sql) => database.ExecuteAsync(sql);

    public Task<string[]> ColumnsAsync(string view) => database.RowsAsync($"SELECT attname::text FROM pg_attribute WHERE attrelid = '\"{view}\"'::regclass AND attnum > 0 ORDER BY attnum");

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
