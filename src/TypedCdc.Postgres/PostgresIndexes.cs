using Microsoft.Extensions.Logging;
using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>
/// Makes indexes of the user's on a table that is in use: CREATE INDEX keeps writers out as long as it takes, CONCURRENTLY does not. It runs in no transaction, waits for every transaction
/// that is older than it, and leaves half an index behind where it fails (PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently").
/// </summary>
internal static class PostgresIndexes
{
    private const string TryLock = "SELECT pg_try_advisory_lock(hashtextextended('typedcdc indexes ' || $1, 0))";
    private const string Unlock = "SELECT pg_advisory_unlock(hashtextextended('typedcdc indexes ' || $1, 0))";

    /// <summary>Makes the indexes of a table, unless another worker is at it.</summary>
    public static async Task MakeAsync(
        NpgsqlConnection connection, SqlTable table, IReadOnlyList<(string Name, string Statement)> indexes, ILogger logger, CancellationToken cancellationToken)
    {
        if (indexes.Count == 0)
        {
            return;
        }

        // Not waited for: a session that waits for a lock is itself a transaction that the other one waits for.
        var name = PostgresMigrations.Rules.TableName(table);
        if (!await AskAsync(connection, TryLock, name, cancellationToken))
        {
            logger.LogInformation("Another worker makes the indexes of the table '{Table}' of the PostgreSQL database.", table.Name);
            return;
        }

        try
        {
            await ExecuteAsync(connection, "SET statement_timeout = 0", cancellationToken);
            await ExecuteAsync(connection, "SET lock_timeout = 0", cancellationToken);
            foreach (var (index, statement) in indexes)
            {
                await MakeAsync(connection, table, index, statement, cancellationToken);
            }

            await ExecuteAsync(connection, "RESET statement_timeout", cancellationToken);
            await ExecuteAsync(connection, "RESET lock_timeout", cancellationToken);
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await AskAsync(connection, Unlock, name, CancellationToken.None);
            }
        }
    }

    private static async Task MakeAsync(NpgsqlConnection connection, SqlTable table, string index, string statement, CancellationToken cancellationToken)
    {
        try
        {
            if (await PostgresCatalogue.HasInvalidIndexAsync(connection, PostgresMigrations.Rules.TableName(table), index, cancellationToken))
            {
                await ExecuteAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {SqlName.Quote(table.Schema, index)}", cancellationToken);
            }

            await ExecuteAsync(connection, statement, cancellationToken);
        }
        catch (PostgresException error) when (!error.IsTransient && error.SqlState[..2] is not ("08" or "40" or "53" or "57"))
        {
            throw new SchemaDriftException($"PostgreSQL refused the index '{index}' of the table '{table.Name}' ({error.SqlState}: {error.MessageText}). The statement:\n{statement}", statement + "\n");
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
