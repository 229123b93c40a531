using TypedCdc.DeadLetters;

namespace TypedCdc.Sql;

/// <summary>
/// The SQL of a table of dead letters: one row for each record and subscriber, found by its id. What a database says otherwise are the types and how a parameter is written.
/// </summary>
/// <param name="table">The table's quoted name, with its schema where it has one.</param>
/// <param name="index">The quoted name of its index.</param>
/// <param name="types">The database's types.</param>
/// <param name="parameter">A parameter by its number, from 1.</param>
internal sealed class DeadLetterStatements(string table, string index, DeadLetterTypes types, Func<int, string> parameter)
{
    /// <summary>How many parameters <see cref="Upsert"/> has, in the order of the columns.</summary>
    internal const int UpsertParameters = 17;

    // Keys and positions come first, so that a person who looks at the table sees what it is about; the record itself last.
    private const string Columns =
        "id, application, subscriber, first_time, last_time, table_name, operation, event_id, stream, shard, sequence_number, sequence_order, byte_start, byte_length, attempts, exception, message";

    internal IReadOnlyList<string> Create { get; } =
    [
        $"""
        CREATE TABLE IF NOT EXISTS {table}(
          id {types.Text} PRIMARY KEY, application {types.Text} NOT NULL, subscriber {types.Text} NOT NULL, first_time {types.Time} NOT NULL, last_time {types.Time} NOT NULL,
          table_name {types.Text}, operation {types.Text}, event_id {types.Text} NOT NULL, stream {types.Text}, shard {types.Text},
          sequence_number {types.Text} NOT NULL, sequence_order {types.OrderedText} NOT NULL, byte_start {types.Integer} NOT NULL, byte_length {types.Integer} NOT NULL,
          attempts {types.Integer} NOT NULL, exception {types.Text} NOT NULL, message {types.Text} NOT NULL,
          times {types.Integer} NOT NULL DEFAULT 1, redriven_at {types.Time}, payload {types.Bytes} NOT NULL)
        """,
        $"CREATE INDEX IF NOT EXISTS {index} ON {table}(application, stream, shard, sequence_order) WHERE redriven_at IS NULL",
    ];

    /// <summary>
    /// Stores one, or stores it anew. The range and the first time stay as they were: a redriven record does not know its place in a file. Parameters: the columns up to
    /// <c>message</c> with the time given once for both, then the payload.
    /// </summary>
    internal string Upsert { get; } = $"""
        INSERT INTO {table} AS d ({Columns}, payload)
        VALUES ({string.Join(", ", Enumerable.Range(1, 4).Select(parameter))}, {parameter(4)}, {string.Join(", ", Enumerable.Range(5, UpsertParameters - 4).Select(parameter))})
        ON CONFLICT (id) DO UPDATE SET last_time = excluded.last_time, attempts = excluded.attempts, exception = excluded.exception, message = excluded.message,
          times = d.times + 1, redriven_at = NULL
        """;

    /// <summary>The shards that have rows, each with its first position, a parent before its children.</summary>
    internal string Shards(DeadLetterQuery query, List<string> values) => $"""
        SELECT stream, shard, min(sequence_order) AS first_order FROM {table} WHERE {Where(query, values)} GROUP BY stream, shard ORDER BY stream, first_order, shard
        """;

    /// <summary>One page of a shard behind a row. Columns: those of <see cref="Upsert"/>, then times, redriven_at, payload.</summary>
    internal string Page(DeadLetterQuery query, string? stream, string? shard, (string Order, string Id)? after, int count, List<string> values)
    {
        var where = Where(query, values) + Is("stream", stream) + Is("shard", shard);
        if (after is { } last)
        {
            // A row comparison: both databases have it, and both use an index for it (PostgreSQL documentation 9.24.5; SQLite documentation, "Row Values").
            where += $" AND (sequence_order, id) > ({Add(last.Order)}, {Add(last.Id)})";
        }

        return $"SELECT {Columns}, times, redriven_at, {(query.WithoutPayload ? "NULL" : "payload")} FROM {table} WHERE {where} ORDER BY sequence_order, id LIMIT {count}";

        string Is(string column, string? value) => value is null ? $" AND {column} IS NULL" : $" AND {column} = {Add(value)}";

        string Add(string value)
        {
            values.Add(value);
            return parameter(values.Count);
        }
    }

    /// <summary>Settles a row, if it was not stored anew. Parameters: id, times, and the time where it is kept.</summary>
    internal string Settle(bool keep) => keep
        ? $"UPDATE {table} SET redriven_at = {parameter(3)} WHERE id = {parameter(1)} AND times = {parameter(2)}"
        : $"DELETE FROM {table} WHERE id = {parameter(1)} AND times = {parameter(2)}";

    private string Where(DeadLetterQuery query, List<string> values)
    {
        var where = query.IncludeRedriven ? "1 = 1" : "redriven_at IS NULL";
        Add("application", query.Application);
        Add("subscriber", query.Subscriber);
        Add("table_name", query.TableName);
        return where;

        void Add(string column, string? value)
        {
            if (value is not null)
            {
                values.Add(value);
                where += $" AND {column} = {parameter(values.Count)}";
            }
        }
    }
}

/// <summary>A database's types for the table of dead letters.</summary>
/// <param name="Text">Text.</param>
/// <param name="OrderedText">Text that is compared by its bytes.</param>
/// <param name="Integer">64 bits.</param>
/// <param name="Time">A point in time.</param>
/// <param name="Bytes">Bytes.</param>
internal sealed record DeadLetterTypes(string Text, string OrderedText, string Integer, string Time, string Bytes);
