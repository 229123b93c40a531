namespace TypedCdc.Sql.Ports;

/// <summary>
/// One session with a database: how statements run. <see cref="DbSqlSession"/> is one over any ADO.NET provider; write your own for a database that is spoken to in
/// another way (HTTP, a raw client), or to watch what a sink does. Used by one write at a time.
/// </summary>
public interface ISqlSession : IAsyncDisposable
{
    /// <summary>Runs one statement. <c>BEGIN</c>, <c>COMMIT</c> and <c>ROLLBACK</c> come as statements, where the dialect has them.</summary>
    /// <exception cref="Exception">What the database or its client says; <see cref="SqlDialect.Classify"/> tells what it means.</exception>
    ValueTask<SqlAnswer> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken);

    /// <summary>Runs the steps of a migration, in their order. The default runs one after the other; a database may have a faster way for many.</summary>
    async ValueTask ExecuteAllAsync(IReadOnlyList<string> steps, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(steps);
        foreach (var step in steps)
        {
            await ExecuteAsync(new(step), cancellationToken);
        }
    }
}
