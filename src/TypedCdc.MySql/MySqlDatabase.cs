using System.Globalization;
using MySqlConnector;
using TypedCdc.Sql.Ports;

namespace TypedCdc.MySql;

/// <summary>A MySQL or MariaDB database and its sessions.</summary>
internal sealed class MySqlDatabase : ISqlDatabase
{
    // Strict: a value that does not fit is an error and is never cut. One statement is one transaction; under READ COMMITTED it locks no gaps, so that writers of different keys
    // do not wait for each other.
    private const string Configure = """
        SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00';
        SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
        SET autocommit = 1;
        SELECT @@max_allowed_packet
        """;

    private readonly MySqlDataSource _source;

    public MySqlDatabase(MySqlConnectionStringBuilder connection)
    {
        _source = new(connection.ConnectionString);
        Dialect = new MySqlDialect { StatementTimeout = connection.DefaultCommandTimeout > 0 ? TimeSpan.FromSeconds(connection.DefaultCommandTimeout) : TimeSpan.FromHours(1) };
    }

    /// <inheritdoc/>
    public SqlDialect Dialect { get; }

    /// <inheritdoc/>
    public async ValueTask<ISqlSession> OpenAsync(SqlSessionContext context, CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new MySqlCommand(Configure, connection);
            var packet = Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
            if (packet < MySqlDialect.MinimumPacketBytes)
            {
                throw new CdcConfigurationException(
                    $"The MySQL server's max_allowed_packet is {packet} bytes; the sink needs at least {MySqlDialect.MinimumPacketBytes}. Set max_allowed_packet = 16M on the server.");
            }

            return new MySqlSession(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
