using TypedCdc.Sql;

namespace TypedCdc.Sqlite;

/// <summary>The half of the store that keeps watermarks, in the rows' own transactions.</summary>
internal sealed partial class SqliteStore : IWatermarkStore
{
    private SqliteStatement? _upsertWatermark;
    private bool _hasWatermarks;

    public IWatermarkStore? Watermarks => _hasWatermarks ? this : null;

    public ValueTask<IReadOnlyList<StoredWatermark>> ClaimAsync(string application, ShardLease lease, CancellationToken cancellationToken) =>
        InTransactionAsync(connection => SqliteWatermarks.Claim(connection, application, lease), cancellationToken);

    public ValueTask<TableIdentity> IdentifyAsync(TargetTable table, CancellationToken cancellationToken) =>
        InTransactionAsync(connection => SqliteWatermarks.Identify(connection, table), cancellationToken);

    public async ValueTask RememberCheckpointAsync(string application, ShardLease lease, SequenceNumber checkpoint, CancellationToken cancellationToken) =>
        await InTransactionAsync(
            connection =>
            {
                SqliteWatermarks.RememberCheckpoint(connection, application, lease, checkpoint);
                return 0;
            },
            cancellationToken);

    private void OpenWatermarks(SqliteConnection connection, MigrationMode migrations)
    {
        _hasWatermarks = SqliteWatermarks.Ensure(connection, migrations);
        if (!_hasWatermarks)
        {
            _logger.WithoutWatermarks(SqliteWatermarks.Create);
        }
    }

    private void WriteWatermarks(SqliteConnection connection, WriteBatch batch)
    {
        if (batch.Watermarks is { } plan)
        {
            SqliteWatermarks.Write(connection, _upsertWatermark ??= SqliteWatermarks.PrepareUpsert(connection), plan, batch);
        }
    }

    private async ValueTask<T> InTransactionAsync<T>(Func<SqliteConnection, T> statements, CancellationToken cancellationToken)
    {
        var writer = _connection ?? throw new InvalidOperationException("The sink has not been started.");
        var result = default(T);
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await writer.InTransactionAsync(connection => result = statements(connection), cancellationToken);
            return result!;
        }
        finally
        {
            _writer.Release();
        }
    }
}
