using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc;

/// <summary>
/// CrateDB 5 and later, over PostgreSQL's protocol. Written from its documentation and not run against the service: everything that depends on CrateDB stands in this file.
/// </summary>
/// <remarks>
/// Sources, all below https://cratedb.com/docs/crate/reference/en/latest/:
/// sql/statements/insert.html (ON CONFLICT: target = the whole primary key, no WHERE; RETURNING also for updated rows), sql/statements/refresh.html (rows are found by their whole
/// primary key at once, by anything else after a refresh), general/ddl/data-types.html (types; TEXT: 32,766 bytes unless index and column store are off; TIMESTAMP in ms),
/// sql/general/lexical-structure.html (no leading underscore), sql/statements/begin.html (no transactions), appendices/compatibility.html (differences from PostgreSQL),
/// sql/statements/alter-table.html (no change of type), interfaces/postgres.html (the protocol, parameters, row counts).
/// </remarks>
public class CrateDbDialect : SqlDialect
{
    // A JSON number becomes a double in an OBJECT: 15 digits are what every double keeps.
    private const int ExactDigits = 15;

    /// <inheritdoc/>
    public override string Name => "cratedb";

    /// <summary>
    /// Text of an indexed column: 32,766 bytes. Parameters are counted in 16 bits with a sign. <c>mapping.total_fields.limit</c> is 1,000 by default. Times: milliseconds, unless
    /// <see cref="TimestampsInMicroseconds"/>.
    /// </summary>
    public override SqlLimits Limits => new()
    {
        MaximumParameters = 32_000,
        MaximumColumns = 1_000,
        MaximumTextBytes = 32_766,
        DurationResolution = TimeSpan.FromTicks(1),
        TimeResolution = TimestampsInMicroseconds ? TimeSpan.FromMicroseconds(1) : TimeSpan.FromMilliseconds(1),
    };

    /// <summary>Points in time as BIGINT, microseconds since 1970-01-01T00:00:00Z, instead of TIMESTAMP WITH TIME ZONE, which keeps milliseconds only. The default value is false.</summary>
    public bool TimestampsInMicroseconds { get; init; }

    /// <summary>Of each row of an upsert, written or not; a row that fails by itself is left out, while its neighbours are written.</summary>
    public override bool UpsertReturnsRows => true;

    /// <summary>OBJECT(IGNORED): the columns that OBJECT(DYNAMIC) makes of every name in a document count for the limit of columns, and take one type each.</summary>
    public override string DocumentType => "OBJECT(IGNORED)";

    /// <inheritdoc/>
    public override bool ReplacesViews => true;

    /// <summary>
    /// A DELETE finds rows as they were at the last refresh, and takes them away as they are: only these two columns make sure that they are the same (general/occ.html).
    /// </summary>
    public override IReadOnlyList<string> RowStamp { get; } = ["\"_seq_no\"", "\"_primary_term\""];

    /// <inheritdoc/>
    public override TimeSpan PurgeGrace => StatementTimeout * 2;

    /// <summary>How long a statement may be under way. The default value is 30 seconds, which is Npgsql's; set it to the <c>Command Timeout</c> of your connections.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override string VersionType => "TEXT";

    /// <inheritdoc/>
    public override string TypeOf(ColumnType type, bool isKey) => type == ColumnType.Timestamp && TimestampsInMicroseconds ? "BIGINT" : SqlColumnTypes.Get(SqlDatabase.CrateDb, (SqlColumnType)type);

    /// <inheritdoc/>
    public override string Value(ColumnType type, string parameter) => type switch
    {
        ColumnType.Json or ColumnType.Overflow => $"CAST({parameter} AS OBJECT)",
        _ => $"CAST({parameter} AS {TypeOf(type, isKey: false)})",
    };

    /// <inheritdoc/>
    public override string? GivenType(ColumnType type, ColumnSqlType given)
    {
        ArgumentNullException.ThrowIfNull(given);
        return given.CrateDb ?? given.Any;
    }

    /// <inheritdoc/>
    public override string GivenValue(ColumnType type, string parameter, string givenType) => $"CAST({parameter} AS {BaseType(givenType)})";

    /// <inheritdoc/>
    public override bool FitsGiven(object? value, string givenType) => base.FitsGiven(value, BaseType(givenType));

    /// <summary>Documents as JSON text, arrays as arrays of the driver, bytes as base64.</summary>
    public override object? ToParameter(ColumnType type, object? value) => (type, value) switch
    {
        (ColumnType.Timestamp, DateTime time) when TimestampsInMicroseconds => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
        (ColumnType.Json, string json) => WithExactNumbers(json),
        (ColumnType.TextArray or ColumnType.NumericArray or ColumnType.BinaryArray, string json) => Elements(json, static one => one.ValueKind == JsonValueKind.String ? one.GetString() : one.GetRawText()),
        (ColumnType.Int64Array, string json) => Elements<long?>(json, static one => one.GetInt64()),
        (ColumnType.DoubleArray, string json) => Elements<double?>(json, static one => one.GetDouble()),
        (_, byte[] bytes) => Convert.ToBase64String(bytes),
        _ => base.ToParameter(type, value),
    };

    /// <summary>Rows of one partition key in one shard.</summary>
    public override IReadOnlyList<string> CreateTable(SqlTableShape table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [$"{base.CreateTable(table)[0]} CLUSTERED BY ({Quote(table.PrimaryKey[0])})"];
    }

    /// <summary>All in one statement.</summary>
    public override IReadOnlyList<string> AddColumns(string table, IReadOnlyList<string> definitions) =>
        [$"ALTER TABLE {table} {string.Join(", ", definitions.Select(static definition => $"ADD COLUMN {definition}"))}"];

    /// <inheritdoc/>
    public override string CreateView(string view, string table, IReadOnlyList<string> columns) =>
        $"CREATE OR REPLACE VIEW {view} AS\nSELECT {string.Join(", ", columns)}\nFROM {table}\nWHERE {Quote(SqlName.DeletedAt)} IS NULL";

    /// <summary>No WHERE on DO UPDATE: each column decides for itself, all by the row as it was before the statement.</summary>
    public override string Upsert(SqlUpsert upsert)
    {
        ArgumentNullException.ThrowIfNull(upsert);
        var guard = upsert.Guard(static column => column, static column => "excluded." + column);
        var source = upsert.IsSelect ? $"({upsert.Source})" : upsert.Source;
        var action = guard == "1 = 0"
            ? "DO NOTHING"
            : "DO UPDATE SET\n    " + string.Join(",\n    ", upsert.Assigned.Select(column => $"{column} = CASE WHEN {guard} THEN excluded.{column} ELSE {column} END"))
                + (upsert.IsSelect ? "" : $"\nRETURNING {string.Join(", ", upsert.Returned)}");
        return $"INSERT INTO {upsert.Table} ({string.Join(", ", upsert.Columns)})\n{source}\nON CONFLICT ({string.Join(", ", upsert.Keys)}) {action}";
    }

    /// <summary>Ties are read by a part of their key, which needs a refresh; what every write does goes by whole keys and needs none.</summary>
    public override string? Refresh(string table) => $"REFRESH TABLE {table}";

    /// <inheritdoc/>
    public override SqlStatement SelectColumns(string? schema, string name) => new(
        """
        SELECT c.column_name, c.data_type, CASE WHEN CAST(c.is_nullable AS TEXT) IN ('YES', 'true', 't') THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), 0
        FROM information_schema.columns AS c
        LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
        WHERE c.table_schema = COALESCE(CAST($1 AS TEXT), CURRENT_SCHEMA) AND c.table_name = CAST($2 AS TEXT) AND c.column_name NOT LIKE '%[%'
        ORDER BY c.ordinal_position
        """,
        [schema, name], ReturnsRows: true);

    /// <inheritdoc/>
    public override string Normalize(string declaredType)
    {
        ArgumentNullException.ThrowIfNull(declaredType);
        var type = BaseType(declaredType).ToLowerInvariant();
        return type.StartsWith("object", StringComparison.Ordinal) ? "object" : type.StartsWith("array(", StringComparison.Ordinal) ? type[6..^1] + "_array" : type;
    }

    /// <summary>CrateDB gives most errors the state XX000; what they mean stands in their texts.</summary>
    public override SqlFailure Classify(Exception error) => error switch
    {
        PostgresException { SqlState: "XX000" } internalError => OfText(internalError.MessageText),
        _ => base.Classify(error),
    };

    private static SqlFailure OfText(string message)
    {
        string[] ofTheMoment = ["shard is not", "not available", "unavailable", "disconnected", "not connected", "timed out", "timeout", "too large", "circuit", "rejected execution", "no longer master", "blocked by", "read-only"];
        string[] ofTheRow = ["cannot cast", "cannot be cast", "validation failed", "must not be null", "bytes can be at most", "immense term", "cannot parse", "failed to parse", "invalid", "out of range", "not allowed", "too long"];
        return Array.Exists(ofTheMoment, part => message.Contains(part, StringComparison.OrdinalIgnoreCase)) ? SqlFailure.Transient
            : Array.Exists(ofTheRow, part => message.Contains(part, StringComparison.OrdinalIgnoreCase)) ? SqlFailure.Row
            : SqlFailure.Unknown;
    }

    // An OBJECT is a map: a list or a scalar in it is refused.
    /// <inheritdoc/>
    internal override string BlobType => "TEXT INDEX OFF STORAGE WITH (columnstore = false)";

    /// <inheritdoc/>
    internal override string? AnyDocumentType => "TEXT INDEX OFF STORAGE WITH (columnstore = false)";

    /// <summary>Text that is neither indexed nor in the column store: <c>TEXT INDEX OFF STORAGE WITH (columnstore = false)</c>.</summary>
    public override bool TakesLongText(string givenType)
    {
        ArgumentNullException.ThrowIfNull(givenType);
        var type = givenType.Replace(" ", "", StringComparison.Ordinal);
        return type.Contains("INDEXOFF", StringComparison.OrdinalIgnoreCase) && type.Contains("columnstore=false", StringComparison.OrdinalIgnoreCase);
    }

    // What a column's type is without what only its definition says: TEXT INDEX OFF, TEXT STORAGE WITH (columnstore = false).
    private static string BaseType(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var end = new[] { " INDEX ", " STORAGE " }.Select(word => type.IndexOf(word, StringComparison.OrdinalIgnoreCase)).Where(static at => at > 0).DefaultIfEmpty(type.Length).Min();
        return type[..end].TrimEnd();
    }

    private static T[] Elements<T>(string json, Func<JsonElement, T> read)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.Null ? default! : read(one))];
    }

    // Numbers that a double cannot hold become text; all else stays as it is.
    private static string WithExactNumbers(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 256 });
        StringBuilder? text = null;
        var done = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length > ExactDigits)
            {
                var start = (int)reader.TokenStartIndex;
                (text ??= new()).Append(Encoding.UTF8.GetString(utf8.AsSpan(done, start - done))).Append(CultureInfo.InvariantCulture, $"\"{Encoding.UTF8.GetString(reader.ValueSpan)}\"");
                done = start + reader.ValueSpan.Length;
            }
        }

        return text is null ? json : text.Append(Encoding.UTF8.GetString(utf8.AsSpan(done))).ToString();
    }
}
