using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using TypedCdc.Changes;
using TypedCdc.DeadLetters;
using TypedCdc.Schema;
using TypedCdc.Sources;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.DeadLetters;

/// <summary>
/// Keeps dead letters in a table of any database that a dialect describes, one row for each record and subscriber. A write is durable when it returns; a dead letter that comes again meets
/// its own row. The table may be in the database of a sink.
/// </summary>
public sealed class SqlDeadLetterStore : IDeadLetterArchive, IAsyncDisposable
{
    /// <summary>How many rows one page has: records are up to 10 MiB, and nobody is to hold many of them.</summary>
    internal const int PageRows = 100;

    private const int Payload = 19;

    // Keys and positions come first, so that a person who looks at the table sees what it is about; the record itself last.
    private static readonly (string Name, ColumnType Type, bool IsRequired)[] Columns =
    [
        ("id", ColumnType.Text, true), ("application", ColumnType.Text, true), ("subscriber", ColumnType.Text, true), ("first_time", ColumnType.Timestamp, true), ("last_time", ColumnType.Timestamp, true),
        ("table_name", ColumnType.Text, false), ("operation", ColumnType.Text, false), ("event_id", ColumnType.Text, true), ("stream", ColumnType.Text, false), ("shard", ColumnType.Text, false),
        ("sequence_number", ColumnType.Text, true), ("sequence_order", ColumnType.Text, true), ("byte_start", ColumnType.Int64, true), ("byte_length", ColumnType.Int64, true),
        ("attempts", ColumnType.Int64, true), ("exception", ColumnType.Text, true), ("message", ColumnType.Text, true), ("times", ColumnType.Int64, true), ("redriven_at", ColumnType.Timestamp, false),
        ("payload", ColumnType.Binary, true),
    ];

    private readonly SqlDialect _dialect;
    private readonly KeptTable _table;
    private readonly TimeProvider _time;
    private readonly string _name;

    /// <param name="database">The database; disposed with the store.</param>
    /// <param name="table">The table's name, unquoted; created when it does not exist.</param>
    /// <param name="schema">Its schema, which must exist; null for the connection's own.</param>
    /// <param name="time">The clock of redrives; null for the system's.</param>
    /// <exception cref="CdcConfigurationException">The database cannot keep whole records.</exception>
    public SqlDeadLetterStore(ISqlDatabase database, string table = "cdc_dead_letters", string? schema = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentException.ThrowIfNullOrEmpty(table);
        _dialect = database.Dialect;
        if (!_dialect.TakesRecords)
        {
            throw new CdcConfigurationException($"{_dialect.Name} cannot keep whole records. Keep dead letters in a file (cdc.DeadLettersToFile) or in another database.");
        }

        _time = time ?? TimeProvider.System;
        _name = table;
        var shape = new SqlTableShape(
            schema, table, [.. Columns.Select(column => new SqlColumnShape(column.Name, TypeOf(column.Name, column.Type), column.Type, column.IsRequired))], ["id"])
        {
            IsSchemaCreated = false,
        };
        string[] indexes =
            [.. _dialect.CreatePartialIndex(table + "_pending", schema, table, ["application", "stream", "shard", "sequence_order"], $"{Quote("redriven_at")} IS NULL") is { } index ? [index] : Array.Empty<string>()];
        _table = new(database, shape, indexes, _time);
    }

    /// <inheritdoc/>
    /// <exception cref="CdcConfigurationException">The table can neither be read nor created, and waiting does not change that.</exception>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _table.StartAsync(cancellationToken);
        }
        catch (DbException error) when (error.SqlState is ['2', '8', ..] or ['3', 'D' or 'F', ..] or ['4', '2', ..])
        {
            // Authorisation, no such database or schema, no right.
            throw new CdcConfigurationException(
                $"The table of dead letters '{_name}' cannot be used: {_dialect.Name} answers {error.SqlState} ({error.Message}). Correct the connection string, or grant the user the right to create the table.", error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deadLetters);

        // By id: two workers that store the same letters meet in the same order.
        var rows = deadLetters.Select(static letter => (Id: DeadLetterRow.IdOf(letter), Letter: letter)).OrderBy(static row => row.Id, StringComparer.Ordinal).ToList();
        await _table.RunAsync(
            async session =>
            {
                foreach (var (id, letter) in rows)
                {
                    // The range and the first time stay: a redriven record does not know its place in a file.
                    await _table.SaveAsync(
                        session,
                        DeadLetterRow.Values(id, letter),
                        parameters =>
                        [
                            (Quote("last_time"), parameters.Add(ColumnType.Timestamp, _dialect.ToParameter(ColumnType.Timestamp, letter.Time.UtcDateTime))),
                            (Quote("attempts"), parameters.Add(ColumnType.Int64, (long)letter.Attempts)),
                            (Quote("exception"), parameters.Add(ColumnType.Text, DeadLetterRow.Clean(letter.ExceptionType))),
                            (Quote("message"), parameters.Add(ColumnType.Text, DeadLetterRow.Clean(letter.Message))),
                            (Quote("times"), $"{Quote("times")} + 1"),
                            (Quote("redriven_at"), "NULL"),
                        ],
                        cancellationToken);
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredDeadLetter> ReadAsync(DeadLetterQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await foreach (var (stream, shard) in ReadShardsAsync(query, cancellationToken))
        {
            (string Order, string Id)? last = null;
            IReadOnlyList<IReadOnlyList<object?>> page;
            do
            {
                page = await _table.QueryAsync(SelectPage(query, stream, shard, last), cancellationToken);
                foreach (var row in page)
                {
                    var letter = Read(row);
                    last = (DeadLetterRow.OrderOf(letter.Letter.Position.SequenceNumber), letter.Id);
                    yield return letter;
                }
            }
            while (page.Count == PageRows);
        }
    }

    /// <inheritdoc/>
    public async ValueTask SettleAsync(IReadOnlyList<StoredDeadLetter> letters, bool keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letters);
        if (letters.Count == 0)
        {
            return;
        }

        var now = _dialect.ToParameter(ColumnType.Timestamp, _time.GetUtcNow().UtcDateTime);
        await _table.RunAsync(
            async session =>
            {
                foreach (var letter in letters.OrderBy(static letter => letter.Id, StringComparer.Ordinal))
                {
                    // Unless it was stored again since it was read.
                    var parameters = new StatementParameters(_dialect);
                    var action = keep ? $"UPDATE {_table.Name} SET {Quote("redriven_at")} = {parameters.Add(ColumnType.Timestamp, now)}" : $"DELETE FROM {_table.Name}";
                    await session.ExecuteAsync(
                        parameters.Statement($"{action} WHERE {Quote("id")} = {parameters.Add(ColumnType.Text, letter.Id)} AND {Quote("times")} = {parameters.Add(ColumnType.Int64, (long)letter.Times)}"),
                        cancellationToken);
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _table.DisposeAsync();

    private string TypeOf(string column, ColumnType type) => column switch
    {
        "sequence_order" => _dialect.VersionType,
        "payload" => _dialect.BlobType,
        _ => _dialect.TypeOf(type, isKey: column == "id"),
    };

    private string Quote(string column) => _dialect.Quote(column);

    // A parent shard before its children: each shard with its first position.
    private async IAsyncEnumerable<(string? Stream, string? Shard)> ReadShardsAsync(DeadLetterQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parameters = new StatementParameters(_dialect);
        var (stream, shard) = (Quote("stream"), Quote("shard"));
        var rows = await _table.QueryAsync(
            parameters.Statement(
                $"SELECT {stream}, {shard}, min({Quote("sequence_order")}) AS {Quote("first_order")} FROM {_table.Name} WHERE {Where(query, parameters)} GROUP BY {stream}, {shard} ORDER BY {stream}, {Quote("first_order")}, {shard}"),
            cancellationToken);
        foreach (var row in rows)
        {
            yield return (row[0] as string, row[1] as string);
        }
    }

    private SqlStatement SelectPage(DeadLetterQuery query, string? stream, string? shard, (string Order, string Id)? after)
    {
        var parameters = new StatementParameters(_dialect);
        var columns = string.Join(", ", Columns.Select(column => column.Name == "payload" && query.WithoutPayload ? "NULL" : Quote(column.Name)));
        var where = Where(query, parameters) + Is("stream", stream) + Is("shard", shard);
        if (after is { } last)
        {
            var (order, id) = (Quote("sequence_order"), Quote("id"));
            where += $" AND ({order} > {Text(last.Order)} OR ({order} = {Text(last.Order)} AND {id} > {Text(last.Id)}))";
        }

        return parameters.Statement(_dialect.Limit($"SELECT {columns} FROM {_table.Name} WHERE {where} ORDER BY {Quote("sequence_order")}, {Quote("id")}", PageRows));

        string Is(string column, string? value) => value is null ? $" AND {Quote(column)} IS NULL" : $" AND {Quote(column)} = {Text(value)}";

        string Text(string value) => parameters.Add(ColumnType.Text, value);
    }

    private string Where(DeadLetterQuery query, StatementParameters parameters)
    {
        var where = query.IncludeRedriven ? "1 = 1" : $"{Quote("redriven_at")} IS NULL";
        foreach (var (column, value) in ((string, string?)[])[("application", query.Application), ("subscriber", query.Subscriber), ("table_name", query.TableName)])
        {
            where += value is null ? "" : $" AND {Quote(column)} = {parameters.Add(ColumnType.Text, value)}";
        }

        return where;
    }

    private StoredDeadLetter Read(IReadOnlyList<object?> row)
    {
        return new()
        {
            Id = Text(0)!,
            FirstTime = Time(3)!.Value,
            Times = (int)Number(17),
            RedrivenAt = Time(18),
            Letter = new()
            {
                Application = Text(1)!,
                Subscriber = Text(2)!,
                Time = Time(4)!.Value,
                TableName = Text(5),
                Operation = DeadLetterRow.Operation(Text(6)),
                EventId = Text(7)!,
                Position = new(Text(8) is { } stream && Text(9) is { } shard ? new ShardId(stream, shard) : null, SequenceNumber.Parse(Text(10)!)),
                Range = new(Number(12), Number(13)),
                Attempts = (int)Number(14),
                ExceptionType = Text(15)!,
                Message = Text(16)!,
                Payload = row[Payload] is { } bytes ? _dialect.ReadBytes(bytes) : default(ReadOnlyMemory<byte>),
            },
        };

        string? Text(int column) => row[column] as string;

        long Number(int column) => Convert.ToInt64(row[column], CultureInfo.InvariantCulture);

        DateTimeOffset? Time(int column) => row[column] switch
        {
            null => null,
            DateTimeOffset time => time,
            DateTime time => new(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            var text => DateTimeOffset.Parse(Convert.ToString(text, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
        };
    }
}
