using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// A table of the library's own (dead letters, checkpoints) in any database that a dialect describes: it is created by the first session that does not find it, and its rows are saved by
/// their key.
/// </summary>
internal sealed class KeptTable : IAsyncDisposable
{
    private const int Attempts = 10;

    private readonly ISqlDatabase _database;
    private readonly SqlDialect _dialect;
    private readonly SqlTableShape _shape;
    private readonly IReadOnlyList<string> _indexes;
    private readonly SessionPool _sessions;
    private readonly SqlSessionContext _context;

    /// <param name="database">The database.</param>
    /// <param name="shape">The table; the first column is its key.</param>
    /// <param name="indexes">The statements that make its indexes.</param>
    /// <param name="time">The clock.</param>
    public KeptTable(ISqlDatabase database, SqlTableShape shape, IReadOnlyList<string> indexes, TimeProvider time)
    {
        _database = database;
        _dialect = database.Dialect;
        _shape = shape;
        _indexes = indexes;
        _context = new(time, NullLogger.Instance, static () => { });
        _sessions = new(database, EnsureAsync);
        Name = _dialect.Quote(shape.Schema, shape.Name);
    }

    /// <summary>The table, quoted.</summary>
    public string Name { get; }

    /// <summary>Makes sure that the table exists.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken) => await _sessions.UseAsync(_context, static _ => new ValueTask<bool>(true), cancellationToken);

    /// <summary>Runs a query.</summary>
    public ValueTask<IReadOnlyList<IReadOnlyList<object?>>> QueryAsync(SqlStatement select, CancellationToken cancellationToken) =>
        _sessions.UseAsync(_context, async session => (await session.ExecuteAsync(select with { ReturnsRows = true }, cancellationToken)).Rows, cancellationToken);

    /// <summary>Runs statements, in one transaction where the database has any, again where it lost against another one.</summary>
    public ValueTask<bool> RunAsync(Func<ISqlSession, ValueTask> run, CancellationToken cancellationToken) => _sessions.UseAsync(
        _context,
        async session =>
        {
            await ConflictRetry.RunAsync(_dialect, _context.Time, _context.Retried, token => RunOnceAsync(session, run, token), cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Saves a row: updates the one with its key, or inserts it. To be called in <see cref="RunAsync"/>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="values">The values of all columns, the key's first.</param>
    /// <param name="updated">What an update sets: columns, quoted, and their values as SQL of the parameters that it adds.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask SaveAsync(
        ISqlSession session, IReadOnlyList<object?> values, Func<StatementParameters, IEnumerable<(string Column, string Value)>> updated, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var update = new StatementParameters(_dialect);
            var set = string.Join(", ", updated(update).Select(static one => $"{one.Column} = {one.Value}"));
            if ((await session.ExecuteAsync(
                update.Statement($"UPDATE {Name} SET {set} WHERE {_dialect.Quote(_shape.PrimaryKey[0])} = {update.Add(ColumnType.Text, values[0])}"), cancellationToken)).AffectedRows != 0)
            {
                return;
            }

            var insert = new StatementParameters(_dialect);
            string[] columns = [.. _shape.Columns.Select(column => _dialect.Quote(column.Name))];
            var source = "VALUES (" + string.Join(", ", _shape.Columns.Select((column, i) => insert.Add(column.Type, _dialect.ToParameter(column.Type, values[i])))) + ")";
            var answer = await session.ExecuteAsync(
                insert.Statement(HoldsOthers
                    ? $"INSERT INTO {Name} ({string.Join(", ", columns)})\n{source}"
                    : _dialect.Upsert(new(static (_, _) => "1 = 0") { Table = Name, Keys = [columns[0]], Columns = columns, Source = source, Returned = [columns[0]] })),
                cancellationToken);
            if (HoldsOthers || !_dialect.CountsWrittenRows || answer.AffectedRows != 0 || attempt == Attempts)
            {
                return;
            }

            // Another session has inserted it meanwhile.
        }
    }

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    private bool HoldsOthers => _dialect.BeginDurable(Name).Count > 0;

    private async Task RunOnceAsync(ISqlSession session, Func<ISqlSession, ValueTask> run, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var statement in _dialect.BeginDurable(Name))
            {
                await session.ExecuteAsync(new(statement), cancellationToken);
            }

            await run(session);
            if (HoldsOthers)
            {
                await session.ExecuteAsync(new("COMMIT"), cancellationToken);
            }
        }
        catch when (HoldsOthers)
        {
            await new Migrator(_dialect, session, _context.Logger).RollBackAsync();
            throw;
        }
    }

    private async ValueTask EnsureAsync(ISqlSession session, CancellationToken cancellationToken)
    {
        var migrator = new Migrator(_dialect, session, _context.Logger);
        if ((await migrator.ColumnsAsync(_shape.Schema, _shape.Name, cancellationToken)).Count > 0)
        {
            return;
        }

        // Two sessions that make the same table at once: one may fail in the catalogue in spite of IF NOT EXISTS.
        var begin = _dialect.BeginMigration();
        await migrator.BeginAsync(begin, cancellationToken);
        try
        {
            await session.ExecuteAllAsync([.. _dialect.CreateTable(_shape), .. _indexes], cancellationToken);
            if (begin.Count > 0)
            {
                await session.ExecuteAsync(new("COMMIT"), cancellationToken);
            }
        }
        catch when (begin.Count > 0)
        {
            await migrator.RollBackAsync();
            throw;
        }
    }
}
