using System.Text;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sqlite;

/// <summary>Runs statements on one connection. SQLite has one writer at a time: who comes second waits here without holding a thread.</summary>
internal sealed class SqliteSession(SqliteConnection connection, TimeSpan busyTimeout, TimeProvider time) : ISqlSession
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    public async ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks)))
        {
            try
            {
                return Run(statement);
            }
            catch (SqliteException error) when (error.SqlitePrimaryCode == SQLitePCL.raw.SQLITE_BUSY && time.GetElapsedTime(started) < busyTimeout)
            {
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        return default;
    }

    private SqlAnswer Run(SqlStatement statement)
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
