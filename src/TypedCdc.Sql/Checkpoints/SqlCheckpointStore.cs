using System.Globalization;
using System.Text.Json;
using TypedCdc.Changes;
using TypedCdc.Schema;
using TypedCdc.Sources;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Checkpoints;

/// <summary>
/// Keeps the checkpoints of shards in a table of any database that a dialect describes, one row for each shard of each application. It may be the database of a sink. For one worker at a
/// time; several workers need leases.
/// </summary>
public sealed class SqlCheckpointStore : ICheckpointStore, IAsyncDisposable
{
    private static readonly (string Name, ColumnType Type)[] Columns =
    [
        ("id", ColumnType.Text), ("application", ColumnType.Text), ("stream", ColumnType.Text), ("shard", ColumnType.Text), ("sequence_number", ColumnType.Text), ("stored_at", ColumnType.Timestamp),
    ];

    private readonly SqlDialect _dialect;
    private readonly KeptTable _table;
    private readonly TimeProvider _time;

    /// <param name="database">The database; disposed with the store.</param>
    /// <param name="table">The table's name, unquoted; created when it does not exist.</param>
    /// <param name="schema">Its schema, which must exist; null for the connection's own.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public SqlCheckpointStore(ISqlDatabase database, string table = "cdc_checkpoints", string? schema = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentException.ThrowIfNullOrEmpty(table);
        _dialect = database.Dialect;
        _time = time ?? TimeProvider.System;
        var shape = new SqlTableShape(
            schema, table, [.. Columns.Select(column => new SqlColumnShape(column.Name, _dialect.TypeOf(column.Type, isKey: column.Name == "id"), column.Type, IsNotNull: true))], ["id"])
        {
            IsSchemaCreated = false,
        };
        _table = new(database, shape, [], _time);
    }

    /// <inheritdoc/>
    public async ValueTask<SequenceNumber?> ReadAsync(string application, ShardId shard, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(application);
        var parameters = new StatementParameters(_dialect);
        var rows = await _table.QueryAsync(
            parameters.Statement($"SELECT {_dialect.Quote("sequence_number")} FROM {_table.Name} WHERE {_dialect.Quote("id")} = {parameters.Add(ColumnType.Text, IdOf(application, shard))}"), cancellationToken);
        return rows is [[string number]] ? SequenceNumber.Parse(number) : null;
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string application, ShardId shard, SequenceNumber checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(application);
        var number = checkpoint.ToString(null, CultureInfo.InvariantCulture);
        var now = _time.GetUtcNow().UtcDateTime;
        object?[] values = [IdOf(application, shard), application, shard.Stream, shard.Shard, number, now];
        await _table.RunAsync(
            session => _table.SaveAsync(
                session,
                values,
                parameters =>
                [
                    (_dialect.Quote("sequence_number"), parameters.Add(ColumnType.Text, number)),
                    (_dialect.Quote("stored_at"), parameters.Add(ColumnType.Timestamp, _dialect.ToParameter(ColumnType.Timestamp, now))),
                ],
                cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _table.DisposeAsync();

    private static string IdOf(string application, ShardId shard) => $"{JsonEncodedText.Encode(application)}|{shard.Stream}|{shard.Shard}";
}
