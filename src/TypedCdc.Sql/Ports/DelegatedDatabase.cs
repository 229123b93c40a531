namespace TypedCdc.Sql.Ports;

/// <summary>A database of a dialect and a delegate that opens sessions.</summary>
/// <param name="dialect">The database's SQL.</param>
/// <param name="open">Opens a session.</param>
/// <param name="dispose">Called when no session is open any more; null for nothing.</param>
internal sealed class DelegatedDatabase(SqlDialect dialect, Func<CancellationToken, ValueTask<ISqlSession>> open, Func<ValueTask>? dispose = null) : ISqlDatabase
{
    /// <inheritdoc/>
    public SqlDialect Dialect => dialect;

    /// <inheritdoc/>
    public ValueTask<ISqlSession> OpenAsync(SqlSessionContext context, CancellationToken cancellationToken) => open(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => dispose?.Invoke() ?? default;
}
