using System.Text;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sqlite;

/// <summary>Runs statements on the database's connection: it has it for itself for one statement, or from BEGIN to the end of the transaction.</summary>
internal sealed class SqliteSession(SqliteDatabase database, SqlSessionContext context, SqliteBulkWriter bulk) : ISqlSession, IBulkWriter
{
    private bool _holds;

    public async ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken) =>
        await UseAsync(connection => Run(connection, statement), cancellationToken);

    public async ValueTask ExecuteAllAsync(IReadOnlyList<string> steps, CancellationToken cancellationToken) => await UseAsync(
        connection =>
        {
            SqliteSteps.Run(connection, steps);
            return true;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<BulkResult>> WriteAsync(IReadOnlyList<BulkRows> tables, CancellationToken cancellationToken) => bulk.WriteAsync(tables, context, cancellationToken);

    public ValueTask DisposeAsync()
    {
        if (_holds)
        {
            try
            {
                if (database.IsOpen && database.Connection.IsInTransaction)
                {
                    database.Connection.Execute("ROLLBACK");
                }
            }
            finally
            {
                Release();
            }
        }

        return default;
    }

    private async ValueTask<T> UseAsync<T>(Func<SqliteConnection, T> action, CancellationToken cancellationToken)
    {
        if (!_holds)
        {
            await database.Gate.WaitAsync(cancellationToken);
            _holds = true;
        }

        try
        {
            if (!database.Connection.IsInTransaction)
            {
                database.RequireFile();
            }

            return await database.RetryWhileBusyAsync(action, context, cancellationToken);
        }
        catch (SqliteException)
        {
            database.CloseAfterError();
            throw;
        }
        finally
        {
            // An error such as a full disk may have ended the transaction.
            if (!database.IsOpen || !database.Connection.IsInTransaction)
            {
                Release();
            }
        }
    }

    private void Release()
    {
        _holds = false;
        database.Gate.Release();
    }

    private static SqlAnswer Run(SqliteConnection connection, SqlStatement statement)
    {
        using var prepared = connection.Prepare(statement.Text);
        for (var i = 0; i < statement.Parameters.Count; i++)
        {
            Bind(prepared, i + 1, statement.Parameters[i]);
        }

        var rows = new List<IReadOnlyList<object?>>();
        while (prepared.Step())
        {
            rows.Add(prepared.Values());
        }

        return new(connection.Changes, rows);
    }

    private static void Bind(SqliteStatement prepared, int parameter, object? value)
    {
        switch (value)
        {
            case null:
                prepared.BindNull(parameter);
                break;
            case bool flag:
                prepared.BindInt64(parameter, flag ? 1 : 0);
                break;
            case long number:
                prepared.BindInt64(parameter, number);
                break;
            case double number:
                prepared.BindDouble(parameter, number);
                break;
            case byte[] bytes:
                prepared.BindBlob(parameter, bytes);
                break;
            case string text:
                prepared.BindText(parameter, Encoding.UTF8.GetBytes(text));
                break;
            default:
                throw new NotSupportedException($"SQLite takes no parameter of the type '{value.GetType()}'.");
        }
    }
}
