using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sinks;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Dapper.Tests;

[CollectionDefinition("PostgreSQL")]
public sealed class PostgresCollection : ICollectionFixture<PostgreSql>;

/// <summary>A database of one test's own, and the sink that writes to it: what the sink writes is what Dapper has to write.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly Func<IRelationalStore> _store;
    private readonly DirectoryInfo? _folder;

    static Database()
    {
        CdcDapper.AddTypeHandlers();
        CdcDapper.AddCollectionHandlers();
        CdcDapper.MapColumns<EveryType>();
        CdcDapper.MapColumns<Customer>();
    }

    private Database(DbConnection connection, Func<IRelationalStore> store, DirectoryInfo? folder)
    {
        Connection = connection;
        _store = store;
        _folder = folder;
    }

    public DbConnection Connection { get; }

    public static Database OnSqlite()
    {
        var folder = Directory.CreateTempSubdirectory("typedcdc-dapper-");
        var path = Path.Combine(folder.FullName, "test.db");
        var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return new(connection, () => new SqlStore(new SqliteDatabase(new() { Path = path })), folder);
    }

    public static async Task<Database> OnPostgresAsync(PostgreSql server)
    {
        await server.EnsureStartedAsync();
        var name = "dapper_" + Guid.NewGuid().ToString("n");
        await using (var admin = new NpgsqlConnection(server.ConnectionString))
        {
            await admin.ExecuteAsync($"CREATE DATABASE {name}");
        }

        var text = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, Pooling = false }.ConnectionString;
        var connection = new NpgsqlConnection(text);
        await connection.OpenAsync();
        return new(connection, () => new PostgresStore(new() { ConnectionString = text }), null);
    }

    public async Task WriteBySinkAsync<T>(params CdcRecord[] records)
    {
        var tables = new TableSetBuilder();
        tables.Add<T>();
        await using var sink = new RelationalSink(tables.Build(), _store());
        await sink.StartAsync(
            new() { Application = "test", TimeProvider = TimeProvider.System, Logger = NullLogger.Instance, Tables = new Router(CdcModel.Get<T>()) }, default);
        await sink.WriteAsync(records, default);
    }

    /// <summary>The rows of a model's table as text, by column; without what only the sink's ties need.</summary>
    public async Task<string[]> DumpAsync<T>()
    {
        var schema = CdcModel.Get<T>().Schema;
        var isSqlite = Connection is Microsoft.Data.Sqlite.SqliteConnection;
        var columns = schema.Attributes.Where(static one => one.HasColumn).Select(static one => one.ColumnName).Append("cdc_ver").Append("cdc_deleted_at")
            .Select(name => isSqlite ? $"typeof(\"{name}\")||' '||quote(\"{name}\")" : $"coalesce(\"{name}\"::text, '∅')");
        return [.. (await Connection.QueryAsync<string>($"SELECT {string.Join("||'|'||", columns)} FROM \"{schema.SqlName}__cdc\"")).Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        _folder?.Delete(recursive: true);
    }

    private sealed class Router(CdcModel model) : ITableRouter
    {
        public IReadOnlyList<CdcModel> Find(string tableName) => tableName == model.Schema.TableName ? [model] : [];
    }
}
