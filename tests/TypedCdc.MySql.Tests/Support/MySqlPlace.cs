using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;
using TypedCdc.Decoding;
using TypedCdc.Services;
using TypedCdc.Sinks;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests;
using TypedCdc.Sql.Tests.Schemaless;

namespace TypedCdc.MySql.Tests;

/// <summary>One server for all tests of the collection.</summary>
[CollectionDefinition("MariaDB")]
public sealed class MariaDbCollection : ICollectionFixture<MariaDb>;

/// <summary>A database of one test's own, and sinks on it. Its character set and collation are the least fit ones: the sink must not depend on them.</summary>
internal sealed class MySqlPlace : ISchemalessDatabase
{
    private MySqlPlace(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    public string Address => ConnectionString;

    public string Character => "char";

    public static async Task<MySqlPlace> CreateAsync(MariaDb server)
    {
        await server.EnsureStartedAsync();
        var name = "test_" + Guid.NewGuid().ToString("n");
        await new MySqlPlace(server.ConnectionString).ExecuteAsync($"CREATE DATABASE {name} CHARACTER SET latin1 COLLATE latin1_swedish_ci");
        return new($"{server.ConnectionString};Database={name}");
    }

    /// <param name="before">Called before each statement.</param>
    public SqlStore Store(Action<SqlStatement>? before = null)
    {
        var database = new MySqlDatabase(new MySqlSinkOptions { ConnectionString = ConnectionString }.Validate());
        return new(before is null ? database : new WatchedDatabase(database, before));
    }

    public Task<RelationalSink> StartAsync(Action<TableSetBuilder> tables, TimeProvider? time = null) => StartAsync(tables, time, null);

    public async Task<RelationalSink> StartAsync(Action<TableSetBuilder>? tables, TimeProvider? time, Action<SqlStatement>? before, params CdcModel[] models)
    {
        var builder = new TableSetBuilder();
        (tables ?? (static tables => tables.Add<Customer>()))(builder);
        var set = builder.Build();
        var sink = set.Histories.Count > 0 ? RelationalSink.OfHistories(set, Store(before)) : new RelationalSink(set, Store(before));
        try
        {
            await sink.StartAsync(Context(time, models.Length > 0 ? models : [CdcModel.Get<Customer>(), CdcModel.Get<Reading>(), CdcModel.Get<NumberKeyed>()]), default);
            return sink;
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows of a query, in the words of the other databases where it has any; NULL is <c>∅</c>, bytes are UTF-8.</summary>
    public async Task<string[]> RowsAsync(string sql)
    {
        await using var connection = new MySqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT', time_zone = '+07:00'", connection);
        await command.ExecuteNonQueryAsync();
        command.CommandText = sql.Replace("AS text)", "AS CHAR CHARACTER SET utf8mb4)", StringComparison.Ordinal).Replace("char(31)", "CHAR(31 USING utf8mb4)", StringComparison.Ordinal);
        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "∅"
                : reader.GetValue(i) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture)!)));
        }

        return [.. rows];
    }

    public Task<string[]> ColumnsAsync(string view) =>
        RowsAsync($"SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '{view}' ORDER BY ordinal_position");

    /// <summary>The customers that users see, as <see cref="History.Expect"/> writes them.</summary>
    public async Task<string> DumpAsync()
    {
        var rows = await RowsAsync("""
            SELECT 'integer:' || userid, coalesce('text:''' || first_name || '''', 'null:NULL'), coalesce('text:''' || balance || '''', 'null:NULL'), coalesce('integer:' || phone, 'null:NULL')
            FROM customers
            """);
        return string.Concat(rows.Order(StringComparer.Ordinal).Select(static row => row + "\n"));
    }

    public ValueTask DisposeAsync() => default;

    private static SinkContext Context(TimeProvider? time, CdcModel[] models) =>
        new() { Application = "test", TimeProvider = time ?? TimeProvider.System, Logger = NullLogger.Instance, Tables = new Router(models) };

    private sealed class Router(CdcModel[] models) : ITableRouter
    {
        public IReadOnlyList<CdcModel> Find(string tableName) => [.. models.Where(model => string.Equals(model.Schema.TableName, tableName, StringComparison.Ordinal))];
    }

    private sealed class WatchedDatabase(MySqlDatabase database, Action<SqlStatement> before) : ISqlDatabase
    {
        public SqlDialect Dialect => database.Dialect;

        public async ValueTask<ISqlSession> OpenAsync(SqlSessionContext context, CancellationToken cancellationToken) =>
            new WatchedSession(await database.OpenAsync(context, cancellationToken), before);

        public ValueTask DisposeAsync() => database.DisposeAsync();
    }

    private sealed class WatchedSession(ISqlSession session, Action<SqlStatement> before) : ISqlSession
    {
        public ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
        {
            before(statement);
            return session.ExecuteAsync(statement, cancellationToken);
        }

        public ValueTask DisposeAsync() => session.DisposeAsync();
    }
}
