using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Decoding;
using TypedCdc.Sinks;
using TypedCdc.Sql.Engine;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests;

/// <summary>A SQLite database in a folder of its own, and sinks on it.</summary>
internal sealed class SqliteFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("typedcdc-sqlite-").FullName;

    public SqliteFixture() => Path = System.IO.Path.Combine(_folder, "test.db");

    public string Path { get; }

    public static SinkContext Context(TimeProvider? time = null, params CdcModel[] models) => new()
    {
        Application = "test",
        TimeProvider = time ?? TimeProvider.System,
        Logger = NullLogger.Instance,
        Tables = new Router(models.Length > 0 ? models : [CdcModel.Get<Customer>(), CdcModel.Get<Reading>(), CdcModel.Get<Everything>(), CdcModel.Get<NumberKeyed>()]),
    };

    public RelationalSink Sink(Action<TableSetBuilder>? tables = null, Action<string>? beforeStatement = null, TimeSpan? busyTimeout = null)
    {
        var builder = new TableSetBuilder();
        if (tables is null)
        {
            builder.Add<Customer>();
        }
        else
        {
            tables(builder);
        }

        return new(builder.Build(), new SqlStore(new SqliteDatabase(new() { Path = Path, BusyTimeout = busyTimeout ?? TimeSpan.FromSeconds(30) }) { BeforeStatement = beforeStatement }));
    }

    public async Task<RelationalSink> StartAsync(Action<TableSetBuilder>? tables = null, Action<string>? beforeStatement = null, TimeProvider? time = null)
    {
        var sink = Sink(tables, beforeStatement);
        try
        {
            await sink.StartAsync(Context(time), default);
            return sink;
        }
        catch
        {
            // A connection that is left to the finalizer closes when it likes, and locks the database then.
            await sink.DisposeAsync();
            throw;
        }
    }

    public List<string?[]> Query(string sql)
    {
        using var connection = new SqliteConnection(Path);
        return connection.Query(sql);
    }

    /// <summary>The rows of a query, columns parted by <c>|</c>, NULL as <c>∅</c>.</summary>
    public string[] Rows(string sql) => [.. Query(sql).Select(static row => string.Join('|', row.Select(static value => value ?? "∅")))];

    /// <summary>Everything that users see of a view, byte for byte: values with their storage class.</summary>
    public string Dump(string view)
    {
        using var connection = new SqliteConnection(Path);
        var columns = connection.Query($"SELECT name FROM pragma_table_info('{view}')").ConvertAll(static row => row[0]!);
        var expression = string.Join("||'|'||", columns.Select(static column => $"typeof(\"{column}\")||':'||quote(\"{column}\")"));
        var dump = new StringBuilder();
        foreach (var row in connection.Query($"SELECT {expression} AS line FROM \"{view}\" ORDER BY line"))
        {
            dump.Append(row[0]).Append('\n');
        }

        return dump.ToString();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class Router(CdcModel[] models) : ITableRouter
    {
        public IReadOnlyList<CdcModel> Find(string tableName) => [.. models.Where(model => string.Equals(model.Schema.TableName, tableName, StringComparison.Ordinal))];
    }
}
