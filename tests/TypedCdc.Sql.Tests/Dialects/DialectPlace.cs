using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>A database of one test's own that a dialect writes to, its own or one in whose words it can be said.</summary>
internal sealed class DialectPlace : IAsyncDisposable
{
    /// <summary>The ways that need no server.</summary>
    public const string Sqlite = "sqlite";
    public const string MySql = "mysql on sqlite";

    /// <summary>Those that do.</summary>
    public const string Postgres = "postgresql";
    public const string CrateDb = "cratedb on postgresql";
    public const string Redshift = "redshift on postgresql";

    private readonly string _way;
    private readonly SqliteFixture? _file;
    private readonly PostgresDatabase? _database;

    private DialectPlace(string way, SqliteFixture? file, PostgresDatabase? database)
    {
        _way = way;
        _file = file;
        _database = database;
    }

    /// <summary>Whether nothing holds writers back in it: purges go by the grace.</summary>
    public bool IsLockless => _way is MySql or CrateDb;

    public static async Task<DialectPlace> CreateAsync(string way, PostgreSql server) =>
        way is Sqlite or MySql ? new(way, new(), null) : new(way, null, await PostgresDatabase.CreateAsync(server));

    /// <summary>A store as one worker has it.</summary>
    /// <param name="before">Sees each statement in the dialect's own words.</param>
    public IRelationalStore Store(Func<SqlStatement, SqlStatement?>? before = null)
    {
        Func<SqlStatement, SqlStatement?> In(Func<SqlStatement, SqlStatement?> words) => statement => before is null ? words(statement) : before(statement) is { } seen ? words(seen) : null;
        SqlDialect dialect = _way switch
        {
            Sqlite => new SqliteDialect(),
            MySql => new MySqlDialect(),
            Postgres => new PostgresDialect(),
            CrateDb => new CrateDbDialect(),
            _ => new RedshiftDialect(),
        };
        return _way switch
        {
            Sqlite => new SqlStore(dialect, Sessions.OnSqlite(_file!.Path, before)),
            MySql => new SqlStore(dialect, Sessions.OnSqlite(_file!.Path, In(Sessions.FromMySql))),
            Postgres => new SqlStore(dialect, Sessions.OnPostgres(_database!.ConnectionString, dialect, before)),
            CrateDb => new SqlStore(dialect, Sessions.OnPostgres(_database!.ConnectionString, dialect, In(Sessions.FromCrateDb))),
            _ => new RedshiftStore(Sessions.OnPostgres(_database!.ConnectionString, dialect, In(Sessions.FromRedshift))),
        };
    }

    public async Task<string> DumpAsync() => _file?.Dump("customers") ?? await _database!.DumpCustomersAsync();

    /// <summary>Rows of a query that every one of the databases understands; NULL is <c>∅</c>.</summary>
    public async Task<string[]> RowsAsync(string sql) => _file?.Rows(sql) ?? await _database!.RowsAsync(sql);

    public async Task ExecuteAsync(string sql)
    {
        if (_file is not null)
        {
            _file.Query(sql);
        }
        else
        {
            await _database!.ExecuteAsync(sql);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _file?.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
