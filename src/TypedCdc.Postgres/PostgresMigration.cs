using System.Globalization;
using Npgsql;
using TypedCdc.Sql;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>
/// One transaction that changes tables, alone among all workers. A change of a table waits for those who use it, and everybody who comes later waits behind the change: so it waits for
/// a moment only, gives up all of it, and is tried again later, when it may find the table free.
/// </summary>
internal sealed class PostgresMigration : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly TimeSpan _lockTimeout;

    private PostgresMigration(NpgsqlConnection connection, NpgsqlTransaction transaction, TimeSpan lockTimeout)
    {
        _connection = connection;
        _transaction = transaction;
        _lockTimeout = lockTimeout;
    }

    /// <summary>Waits until no other worker migrates. Nobody but workers that start waits for that.</summary>
    public static async Task<PostgresMigration> BeginAsync(NpgsqlConnection connection, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            var migration = new PostgresMigration(connection, transaction, lockTimeout);

            // Rewriting a big table takes as long as it takes; a time-out in the middle would only make it begin anew.
            await migration.ExecuteAsync("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0", cancellationToken);
            await migration.ExecuteAsync(PostgresMigrations.Lock, cancellationToken);
            await migration.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL lock_timeout = {(long)Math.Max(1, lockTimeout.TotalMilliseconds)}"), cancellationToken);
            return migration;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs statements on a table.</summary>
    /// <param name="table">The table; null for the sink's own.</param>
    /// <param name="statements">The statements.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TableInUseException">Others use it. The transaction is over.</exception>
    /// <exception cref="SchemaDriftException">The server refuses a statement.</exception>
    public async Task ApplyAsync(SqlTable? table, IReadOnlyList<string> statements, CancellationToken cancellationToken)
    {
        if (statements.Count == 0)
        {
            return;
        }

        var view = table is null ? null : PostgresMigrations.Rules.ViewName(table);
        var running = "LOCK TABLE " + view;
        try
        {
            if (view is not null && await PostgresCatalogue.ExistsAsync(_connection, view, cancellationToken))
            {
                // Locks the view, then the table, as those do who read the view (PostgreSQL documentation, LOCK): a change of the table first and of its view then would wait for them in a circle.
                await ExecuteAsync(running + " IN ACCESS EXCLUSIVE MODE", cancellationToken);
            }

            foreach (var statement in statements)
            {
                await ExecuteAsync(running = statement, cancellationToken);
            }
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.LockNotAvailable && table is not null)
        {
            await _transaction.RollbackAsync(cancellationToken);
            var holders = await PostgresCatalogue.HoldersAsync(_connection, PostgresMigrations.Rules.TableName(table), view!, cancellationToken);
            throw new TableInUseException(
                string.Create(CultureInfo.InvariantCulture, $"The table '{table.Name}' has to be changed, and others have used it for longer than {_lockTimeout.TotalSeconds:0.###} s ")
                    + (holders.Count > 0 ? $"(server processes {string.Join(", ", holders)}; pg_stat_activity says what they do)" : "(they are gone now)")
                    + ". Nothing was changed. It is tried again after a pause, so that nobody queues behind it.",
                error);
        }
        catch (PostgresException error) when (PostgresErrors.Classify(error) is PostgresFault.Row or PostgresFault.Unknown)
        {
            throw new SchemaDriftException(
                $"PostgreSQL refused a step of the migration of '{table?.Name ?? "the sink's own tables"}' ({error.SqlState}: {error.MessageText}). Nothing was changed. The step:\n{running}\nThe whole migration:\n{string.Join('\n', statements)}",
                string.Join('\n', statements) + "\n");
        }
    }

    public Task CommitAsync(CancellationToken cancellationToken) => _transaction.CommitAsync(cancellationToken);

    public ValueTask DisposeAsync() => _transaction.DisposeAsync();

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
