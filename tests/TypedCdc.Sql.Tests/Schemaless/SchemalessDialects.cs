using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Tests.Dialects;
using TypedCdc.Sqlite;

namespace TypedCdc.Sql.Tests.Schemaless;

/// <summary>The dialects that tables without a model are tested with, and on which database's engine their statements run.</summary>
public enum DialectWay
{
    Sqlite,
    MySqlOnSqlite,
    Postgres,
    CrateDbOnPostgres,
    RedshiftOnPostgres,
}

/// <summary>A database that a dialect describes.</summary>
internal sealed class SchemalessDialect : ISchemalessDatabase
{
    private readonly SchemalessSqlite? _sqlite;
    private readonly PostgresDatabase? _postgres;
    private readonly DialectWay _way;

    private SchemalessDialect(DialectWay way, SchemalessSqlite? sqlite, PostgresDatabase? postgres)
    {
        _way = way;
        _sqlite = sqlite;
        _postgres = postgres;
    }

    public SqlDialect Dialect => _way switch
    {
        DialectWay.Sqlite => new SqliteDialect(),
        DialectWay.MySqlOnSqlite => new MySqlDialect(),
        DialectWay.Postgres => new PostgresDialect(),
        DialectWay.CrateDbOnPostgres => new CrateDbDialect(),
        _ => new RedshiftDialect(),
    };

    public string Character => _sqlite?.Character ?? "chr";

    public static async Task<ISchemalessDatabase> CreateAsync(DialectWay way, PostgreSql server) => await MakeAsync(way, server);

    public static async Task<SchemalessDialect> MakeAsync(DialectWay way, PostgreSql server) =>
        way is DialectWay.Sqlite or DialectWay.MySqlOnSqlite ? new(way, new(), null) : new(way, null, await PostgresDatabase.CreateAsync(server));

    public string Address => _sqlite?.Address ?? _postgres!.ConnectionString;

    public Task<RelationalSink> StartAsync(Action<TableSetBuilder> tables, TimeProvider? time = null) => DialectSinks.StartAsync(Store(), tables, time);

    /// <param name="before">Sees each statement in the dialect's own words.</param>
    public SqlStore Store(Func<SqlStatement, SqlStatement?>? before = null) =>
        _way == DialectWay.RedshiftOnPostgres ? new RedshiftStore(token => OpenAsync(before, token)) : new SqlStore(Dialect, token => OpenAsync(before, token));

    /// <inheritdoc cref="Store"/>
    public SqlStore HistoryStore(Func<SqlStatement, SqlStatement?>? before = null) =>
        _way == DialectWay.RedshiftOnPostgres ? new RedshiftStore(token => OpenAsync(before, token)) : new SqlStore(Dialect, token => OpenAsync(before, token));

    /// <summary>A session.</summary>
    public async ValueTask<ISqlSession> OpenAsync(Func<SqlStatement, SqlStatement?>? before, CancellationToken cancellationToken)
    {
        SqlStatement Seen(SqlStatement statement) => before is null ? statement : before(statement)!;
        return new CatalogueExecutor(
            await (_way switch
            {
                DialectWay.Sqlite => Sessions.OnSqlite(_sqlite!.Path, before),
                DialectWay.MySqlOnSqlite => Sessions.OnSqlite(_sqlite!.Path, statement => Sessions.FromMySql(Seen(statement))),
                DialectWay.Postgres => Sessions.OnPostgres(_postgres!.ConnectionString, Dialect, before),
                DialectWay.CrateDbOnPostgres => Sessions.OnPostgres(_postgres!.ConnectionString, Dialect, statement => Sessions.FromCrateDb(Seen(statement))),
                _ => Sessions.OnPostgres(_postgres!.ConnectionString, Dialect, statement => Sessions.FromRedshift(Seen(statement))),
            })(cancellationToken),
            _way);
    }

    public Task ExecuteAsync(string sql) => _sqlite?.ExecuteAsync(sql) ?? _postgres!.ExecuteAsync(sql);

    public Task<string[]> RowsAsync(string sql) => _sqlite?.RowsAsync(sql) ?? _postgres!.RowsAsync(sql);

    public Task<string[]> ColumnsAsync(string view) => _sqlite?.ColumnsAsync(view)
        ?? _postgres!.RowsAsync($"SELECT attname::text FROM pg_attribute WHERE attrelid = '\"{view}\"'::regclass AND attnum > 0 ORDER BY attnum");

    public async ValueTask DisposeAsync()
    {
        if (_postgres is null)
        {
            await _sqlite!.DisposeAsync();
            return;
        }

        // Else the idle sessions of many tests' databases use up the server's connections.
        await using var connection = new NpgsqlConnection(_postgres.ConnectionString);
        NpgsqlConnection.ClearPool(connection);
        await _postgres.DisposeAsync();
    }
}

/// <summary>Gives the catalogue's types in the words of the database that the statements are for.</summary>
internal sealed class CatalogueExecutor(ISqlSession inner, DialectWay way) : ISqlSession
{
    public async ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        var answer = await inner.ExecuteAsync(statement, cancellationToken);
        return statement.Text.Contains("information_schema.columns", StringComparison.Ordinal)
            ? answer with { Rows = [.. answer.Rows.Select(row => (IReadOnlyList<object?>)[row[0], Named((string)row[1]!), .. row.Skip(2)])] }
            : answer;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private string Named(string type) => (way, type) switch
    {
        (DialectWay.CrateDbOnPostgres, "jsonb") => "object",
        (DialectWay.RedshiftOnPostgres, "jsonb") => "super",
        (DialectWay.RedshiftOnPostgres, "bytea") => "binary varying(1024000)",
        (DialectWay.MySqlOnSqlite, "BOOLEAN") => "tinyint(1)",
        _ => type,
    };
}
