using System.Data;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using TypedCdc.Changes;
using TypedCdc.DeadLetters;
using TypedCdc.Delivery;
using TypedCdc.Sql;

namespace TypedCdc;

/// <summary>
/// Keeps dead letters in a table of a PostgreSQL database, one row for each record and subscriber. A write is durable when it returns, also on a server that answers before it
/// writes by default (<c>synchronous_commit = off</c>); a dead letter that comes again meets its own row.
/// </summary>
public sealed class PostgresDeadLetterStore : IDeadLetterArchive, IAsyncDisposable
{
    private const long CreationLock = 0x6364635F64656164; // "cdc_dead"

    private readonly PostgresDeadLetterOptions _options;
    private readonly NpgsqlDataSource _dataSource;
    private readonly TimeProvider _time;
    private readonly DeadLetterStatements _statements;

    /// <param name="options">The server and the table.</param>
    /// <param name="time">The clock of redrives; null for the system's.</param>
    /// <exception cref="CdcConfigurationException">The options cannot be worked with.</exception>
    public PostgresDeadLetterStore(PostgresDeadLetterOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _time = time ?? TimeProvider.System;
        _dataSource = options.Open();
        _statements = new(
            (options.Schema is null ? "" : Quote(options.Schema) + ".") + Quote(options.Table),
            Quote(options.Table + "_pending"),
            new("text", "text COLLATE \"C\"", "bigint", "timestamptz", "bytea"),
            static number => "$" + number.ToString(CultureInfo.InvariantCulture));

        static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    /// <inheritdoc/>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // Two sessions that make the same table at once: one fails in the catalogue in spite of IF NOT EXISTS.
            await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({CreationLock})"));
            foreach (var statement in _statements.Create)
            {
                await ExecuteAsync(statement);
            }

            await transaction.CommitAsync(cancellationToken);

            async Task ExecuteAsync(string sql)
            {
                await using var command = new NpgsqlCommand(sql, connection, transaction);
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (PostgresException refused) when (refused.SqlState[..2] is "28" or "3D" or "3F" or "42")
        {
            // No waiting mends it (PostgreSQL documentation, appendix A): authorisation, no such database or schema, no right.
            throw new CdcConfigurationException(
                $"The table of dead letters '{_options.Table}' cannot be had: PostgreSQL says {refused.SqlState} ({refused.MessageText}). Mend the connection string, or give the user the right to create it.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deadLetters);
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new("SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"));

        // By id: two workers that store the same letters meet in the same order.
        foreach (var (id, letter) in deadLetters.Select(static letter => (Id: DeadLetterRow.IdOf(letter), letter)).OrderBy(static row => row.Id, StringComparer.Ordinal))
        {
            batch.BatchCommands.Add(Upsert(id, letter));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredDeadLetter> ReadAsync(DeadLetterQuery query, CancellationToken cancellationToken) => new DeadLetterPages(_statements)
    {
        ReadShards = (sql, values, cancellation) => QueryAsync(sql, values, static reader => (Text(reader, 0), Text(reader, 1)), cancellation),
        ReadPage = (sql, values, cancellation) => QueryAsync(sql, values, Read, cancellation),
    }.ReadAsync(query, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask SettleAsync(IReadOnlyList<StoredDeadLetter> letters, bool keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letters);
        if (letters.Count == 0)
        {
            return;
        }

        var sql = _statements.Settle(keep);
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var letter in letters.OrderBy(static letter => letter.Id, StringComparer.Ordinal))
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = letter.Id });
            command.Parameters.Add(new() { Value = (long)letter.Times });
            if (keep)
            {
                command.Parameters.Add(new() { Value = _time.GetUtcNow().UtcDateTime });
            }

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _options.DataSource is null ? _dataSource.DisposeAsync() : default;

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new(reader.GetDateTime(column), TimeSpan.Zero);

    private static StoredDeadLetter Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetString(0),
        FirstTime = Time(reader, 3)!.Value,
        Times = (int)reader.GetInt64(17),
        RedrivenAt = Time(reader, 18),
        Letter = new()
        {
            Application = reader.GetString(1),
            Subscriber = reader.GetString(2),
            Time = Time(reader, 4)!.Value,
            TableName = Text(reader, 5),
            Operation = DeadLetterRow.Operation(Text(reader, 6)),
            EventId = reader.GetString(7),
            Position = new(Text(reader, 8) is { } stream && Text(reader, 9) is { } shard ? new(stream, shard) : null, SequenceNumber.Parse(reader.GetString(10))),
            Range = new(reader.GetInt64(12), reader.GetInt64(13)),
            Attempts = (int)reader.GetInt64(14),
            ExceptionType = reader.GetString(15),
            Message = reader.GetString(16),
            Payload = reader.IsDBNull(19) ? default(ReadOnlyMemory<byte>) : reader.GetFieldValue<byte[]>(19),
        },
    };

    private NpgsqlBatchCommand Upsert(string id, DeadLetter letter)
    {
        var command = new NpgsqlBatchCommand(_statements.Upsert);
        Add(id);
        Add(letter.Application);
        Add(letter.Subscriber);
        command.Parameters.Add(new() { Value = letter.Time.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        Add(letter.TableName);
        Add(letter.Operation?.ToString());
        Add(letter.EventId);
        Add(letter.Position.Shard?.Stream);
        Add(letter.Position.Shard?.Shard);
        Add(DeadLetterRow.Text(letter.Position.SequenceNumber));
        Add(DeadLetterRow.OrderOf(letter.Position.SequenceNumber));
        AddNumber(letter.Range.Start);
        AddNumber(letter.Range.Length);
        AddNumber(letter.Attempts);
        Add(letter.ExceptionType);
        Add(letter.Message);
        command.Parameters.Add(new() { Value = letter.Payload, NpgsqlDbType = NpgsqlDbType.Bytea });
        return command;

        void Add(string? text) => command.Parameters.Add(new() { Value = (object?)DeadLetterRow.Clean(text) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });

        void AddNumber(long number) => command.Parameters.Add(new() { Value = number, NpgsqlDbType = NpgsqlDbType.Bigint });
    }

    private async ValueTask<List<T>> QueryAsync<T>(string sql, List<string> values, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text });
        }

        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
