using Npgsql;

namespace TypedCdc.Postgres;

/// <summary>Finds a proxy that gives a client another server process for each transaction (pgbouncer's <c>pool_mode=transaction</c>).</summary>
internal static class PoolingProxy
{
    private const int Attempts = 3;

    /// <summary>
    /// The sink keeps temporary tables and prepared statements in its sessions. Behind a proxy that pools transactions they belong to whoever comes next: statements fail, or another
    /// client's statement runs.
    /// </summary>
    /// <exception cref="CdcConfigurationException">Two client connections share one server process.</exception>
    public static async ValueTask RefuseTransactionPoolingAsync(NpgsqlDataSource dataSource, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var other = dataSource.CreateConnection();
        try
        {
            await other.OpenAsync(cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            return; // A server that has one connection to give is not a proxy that shares it.
        }
        catch (NpgsqlException error) when (PostgresErrors.Classify(error) == PostgresFault.TimedOut)
        {
            return; // A proxy that pools sessions, with a pool of one.
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // The process that the first connection has just used is the first that the proxy gives to the second one.
            var first = await ProcessAsync(connection, cancellationToken);
            await using var transaction = await other.BeginTransactionAsync(cancellationToken);
            var second = await ProcessAsync(other, cancellationToken);
            if (first == second)
            {
                throw new CdcConfigurationException(
                    "The PostgreSQL sink is connected through a proxy that pools transactions (pgbouncer: pool_mode=transaction or statement). The sink keeps temporary tables and prepared "
                    + "statements in its sessions. Connect it to the server directly, or to a pool with pool_mode=session that has at least as many connections as the option Connections.");
            }
        }
    }

    private static async ValueTask<int> ProcessAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
