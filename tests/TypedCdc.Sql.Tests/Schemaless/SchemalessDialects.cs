using Npgsql;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Tests.Dialects;

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

    public string Character => _sqlite?.Character ?? "chr";

    public static async Task<ISchemalessDatabase> CreateAsync(DialectWay way, PostgreSql server) => await MakeAsync(way, server);

    public static async Task<SchemalessDialect> MakeAsync(DialectWay way, PostgreSql server) =>
        way is DialectWay.Sqlite or DialectWay.MySqlOnSqlite ? new(way, new(), null) : new(way, null, await PostgresDatabase.CreateAsync(server));

    public string Address => _sqlite?.Address ?? _postgres!.ConnectionString;

    public Task<RelationalSink> StartAsync(Action<TableSetBuilder> tables, TimeProvider? time = null) => DialectSinks.StartAsync(Store(), tables, time);

    /// <param name="before">Sees each statement in the dialect's own words.</param>
    public DialectStore Store(Func<SqlStatement, SqlStatement?>? before = null)
    {
        SqlStatement Seen(SqlStatement statement) => before is null ? statement : before(statement)!;
        switch (_way)
        {
            case DialectWay.Sqlite:
                return new(new SqliteDialect(), Sessions.OnSqlite(_sqlite!.Path, before));
            case DialectWay.MySqlOnSqlite:
                return new(new MySqlDialect(), Sessions.OnSqlite(_sqlite!.Path, statement => Sessions.FromMySql(Seen(statement))));
            case DialectWay.Postgres:
                var postgres = new PostgresDialect();
                return new(postgres, Sessions.OnPostgres(_postgres!.ConnectionString, postgres, before));
            case DialectWay.CrateDbOnPostgres:
                var crate = new CrateDbDialect();
                return new(crate, Sessions.OnPostgres(_postgres!.ConnectionString, crate, statement => Sessions.FromCrateDb(Seen(statement))));
            default:
                return new RedshiftStore(Sessions.OnPostgres(_postgres!.ConnectionString, new RedshiftDialect(), statement => Sessions.FromRedshift(Seen(statement))));
        }
    }

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
