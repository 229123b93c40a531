using Npgsql;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Postgres;

/// <summary>A PostgreSQL database and its sessions.</summary>
/// <param name="what">Whose it is, for errors: "the PostgreSQL sink".</param>
/// <param name="dataSource">The user's own data source; null with a connection string.</param>
/// <param name="connectionString">Where the server is.</param>
internal sealed class NpgsqlDatabase(string what, NpgsqlDataSource? dataSource, string? connectionString) : ISqlDatabase
{
    private readonly NpgsqlDataSource _dataSource = ConnectionStrings.Open(what, dataSource, connectionString);

    public NpgsqlDatabase(PostgresSinkOptions options)
        : this("the PostgreSQL sink", options.DataSource, options.ConnectionString)
    {
    }

    /// <inheritdoc/>
    public SqlDialect Dialect { get; } = new PostgresDialect();

    /// <inheritdoc/>
    public async ValueTask<ISqlSession> OpenAsync(SqlSessionContext context, CancellationToken cancellationToken) =>
        new DbSqlSession(await _dataSource.OpenConnectionAsync(cancellationToken), Dialect);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => dataSource is null ? _dataSource.DisposeAsync() : default;
}
