using TypedCdc.DeadLetters;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.DeadLetters;

/// <summary>A database with a table of dead letters, the same for the tests of each dialect.</summary>
internal interface IDeadLetterPlace : IAsyncDisposable
{
    IDeadLetterArchive Open(TimeProvider? time = null);

    void Store(CdcBuilder cdc);

    void Redrive(CdcBuilder cdc, Action<RedriveOptions>? configure = null);

    Task ExecuteAsync(string sql);

    Task<string[]> RowsAsync(string sql);
}

internal sealed class SqliteDeadLetterPlace : IDeadLetterPlace
{
    private readonly SqliteFixture _database = new();

    public SqliteFixture Database => _database;

    public string Path => _database.Path;

    public IDeadLetterArchive Open(TimeProvider? time = null) => new SqliteDeadLetterOptions { Path = _database.Path }.Open(time);

    public void Store(CdcBuilder cdc) => cdc.DeadLettersToSqlite(_database.Path);

    public void Redrive(CdcBuilder cdc, Action<RedriveOptions>? configure = null) => cdc.FromSqliteDeadLetters(_database.Path, configure);

    public Task ExecuteAsync(string sql)
    {
        _database.Query(sql);
        return Task.CompletedTask;
    }

    public Task<string[]> RowsAsync(string sql) => Task.FromResult(_database.Rows(sql));

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return default;
    }
}

internal sealed class PostgresDeadLetterPlace(PostgresDatabase database) : IDeadLetterPlace
{
    internal static async Task<PostgresDeadLetterPlace> CreateAsync(PostgreSql server) => new(await PostgresDatabase.CreateAsync(server));

    public IDeadLetterArchive Open(TimeProvider? time = null) => new PostgresDeadLetterOptions { ConnectionString = database.ConnectionString }.Open(time);

    public void Store(CdcBuilder cdc) => cdc.DeadLettersToPostgres(database.ConnectionString);

    public void Redrive(CdcBuilder cdc, Action<RedriveOptions>? configure = null) => cdc.FromPostgresDeadLetters(database.ConnectionString, configure);

    public Task ExecuteAsync(string sql) => database.ExecuteAsync(sql);

    public Task<string[]> RowsAsync(string sql) => database.RowsAsync(sql);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
