using Npgsql;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Postgres;

/// <summary>A PostgreSQL database and its sessions.</summary>
internal sealed class NpgsqlDatabase(PostgresSinkOptions options) : ISqlDatabase
{
    private readonly NpgsqlDataSource _dataSource = ConnectionStrings.Open("the PostgreSQL sink", options.DataSource, options.ConnectionString);

    /// <inheritdoc/>
    public SqlDialect Dialect { get; } = new PostgresDialect();

    /// <inheritdoc/>
    public async ValueTask<ISqlSession> OpenAsync(SqlSessionContext context, CancellationToken cancellationToken) =>
        new DbSqlSession(await _dataSource.OpenConnectionAsync(cancellationToken), Dialect);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => options.DataSource is null ? _dataSource.DisposeAsync() : default;
}
