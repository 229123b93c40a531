using System.Globalization;
using Microsoft.Extensions.Logging;
using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>Appends to histories through a connection of its own: one transaction a write, durable when it returns.</summary>
internal sealed class SqliteHistoryStore(SqliteSinkOptions options) : IHistoryStore
{
    private readonly SemaphoreSlim _writer = new(1, 1);
    private SqliteWriter? _connection;
    private SqliteStatement[] _inserts = [];

    public string Name => "sqlite";

    public ValueLimits Limits => ValueLimits.None;

    /// <summary>For tests: called before each statement is run, with its text.</summary>
    internal Action<string>? BeforeStatement { get; init; }

    public async ValueTask StartAsync(IReadOnlyList<HistoryTable> tables, MigrationMode mode, SinkContext context, CancellationToken cancellationToken)
    {
        var writer = _connection = new(options, context.TimeProvider) { BeforeStatement = BeforeStatement };
        await writer.ConfigureAsync(cancellationToken);
        await writer.InTransactionAsync(connection => Migrate(connection, tables, mode, context.Logger), cancellationToken);

        _inserts = [.. tables.Select(table => writer.Connection.Prepare(
            $"INSERT INTO {table.QuotedName(SqlDatabase.Sqlite)} ({string.Join(", ", table.Columns.Select(SqlName.Quote))})\nVALUES ("
            + string.Join(", ", table.Columns.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"?{i + 1}"))) + ")\nON CONFLICT DO NOTHING"))];
    }

    public async ValueTask<long> AppendAsync(int table, List<HistoryRow> rows, List<RejectedRecord> rejected, CancellationToken cancellationToken)
    {
        var writer = _connection ?? throw new InvalidOperationException("The sink has not been started.");
        var refused = new List<RejectedRecord>();
        var added = 0L;
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await writer.InTransactionAsync(
                connection =>
                {
                    foreach (var row in rows)
                    {
                        try
                        {
                            Append(_inserts[table], row);
                            added += connection.Changes;
                        }
                        catch (SqliteException error) when (error.IsOfTheRow)
                        {
                            refused.Add(new(row.Record, error));
                        }
                    }
                },
                cancellationToken);
        }
        finally
        {
            _writer.Release();
        }

        rejected.AddRange(refused);
        return added;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.WaitAsync();
        foreach (var insert in _inserts)
        {
            insert.Dispose();
        }

        _inserts = [];
        _connection?.Dispose();
        _connection = null;
    }

    private static void Migrate(SqliteConnection connection, IReadOnlyList<HistoryTable> tables, MigrationMode mode, ILogger logger)
    {
        if (mode == MigrationMode.Off)
        {
            SinkPlan.RequirePresent([.. tables.Where(table => SqliteMigrations.PresentColumns(connection, table.Name).Count == 0)
                .Select(static table => (table.Name, string.Join('\n', table.CreateTable(SqlDatabase.Sqlite))))]);
            return;
        }

        foreach (var (table, steps) in HistoryTable.Plan(SqliteMigrations.Rules, [.. tables.Select(table => (table, (IReadOnlyList<PresentColumn>)SqliteMigrations.PresentColumns(connection, table.Name)))], mode))
        {
            logger.LogInformation("Migrating the history table '{Table}' of the SQLite database:\n{Plan}", table.Name, string.Join('\n', steps));
            foreach (var step in steps)
            {
                connection.Execute(step);
            }
        }
    }

    private static void Append(SqliteStatement insert, HistoryRow row)
    {
        var parameter = 0;
        foreach (var value in row.Keys.Concat(row.Values))
        {
            parameter++;
            switch (value)
            {
                case null:
                    insert.BindNull(parameter);
                    break;
                case long number:
                    insert.BindInt64(parameter, number);
                    break;
                case bool truth:
                    insert.BindInt64(parameter, truth ? 1 : 0);
                    break;
                case double number:
                    insert.BindDouble(parameter, number);
                    break;
                case byte[] bytes:
                    insert.BindBlob(parameter, bytes);
                    break;
                case TimeSpan duration:
                    insert.BindText(parameter, System.Text.Encoding.ASCII.GetBytes(duration.ToString("c", CultureInfo.InvariantCulture)));
                    break;
                default:
                    insert.BindText(parameter, System.Text.Encoding.UTF8.GetBytes((string)value));
                    break;
            }
        }

        insert.Step();
        insert.Reset();
    }
}
