namespace TypedCdc.Sql.Ports;

/// <summary>A database that a sink writes to: its dialect, and where sessions come from.</summary>
public interface ISqlDatabase : IAsyncDisposable
{
    /// <summary>The database's SQL.</summary>
    SqlDialect Dialect { get; }

    /// <summary>Opens a session; called when all others are in use, and after a session was disposed of because of an error.</summary>
    ValueTask<ISqlSession> OpenAsync(SqlSessionContext context, CancellationToken cancellationToken);
}
