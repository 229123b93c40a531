using System.Globalization;
using TypedCdc.Postgres;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc;

/// <summary>
/// PostgreSQL 13 and later as a <see cref="SqlDialect"/>. <c>ToPostgres</c> takes a faster way, by COPY into temporary tables;
/// databases that speak PostgreSQL's SQL but not its COPY (CockroachDB, YugabyteDB) can start from it.
/// </summary>
public class PostgresDialect : SqlDialect
{
    private static readonly PostgresMigrations Rules = new();

    /// <inheritdoc/>
    public override string Name => "postgresql";

    /// <summary>A statement counts its parameters in 16 bits without a sign; a table has 1,600 columns at most (PostgreSQL documentation, "PostgreSQL Limits").</summary>
    public override SqlLimits Limits { get; } = new()
    {
        MaximumParameters = 65_000,
        MaximumColumns = 1_600,
        TakesNul = false,
        TimeResolution = TimeSpan.FromMicroseconds(1),
    };

    /// <inheritdoc/>
    public override bool CountsWrittenRows => true;

    /// <inheritdoc/>
    internal override bool RequiresTables => true;

    /// <inheritdoc/>
    public override bool TakesLongKeys => true;

    /// <summary>
    /// json and not jsonb: it keeps U+0000, lone surrogates and every digit as they are written, and a log that is only appended to has no use for the search speed of jsonb (PostgreSQL
    /// documentation, "JSON Types").
    /// </summary>
    internal override string? HistoryDocumentType => "json";

    /// <inheritdoc/>
    internal override bool HistoryTakesNul => true;

    /// <inheritdoc/>
    public override string VersionType => "text COLLATE \"C\"";

    // ADD COLUMN needs ACCESS EXCLUSIVE, which waits for this (PostgreSQL documentation, "Explicit Locking").
    /// <inheritdoc/>
    public override IReadOnlyList<string> BeginWrite(string table) => ["BEGIN", $"LOCK TABLE {table} IN ROW EXCLUSIVE MODE"];

    // Conflicts with the lock of writes, and with itself, and lets the table be read.
    /// <inheritdoc/>
    public override IReadOnlyList<string> BeginPurge(string table) => ["BEGIN", $"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> BeginMigration() => ["BEGIN", "SELECT pg_advisory_xact_lock(hashtextextended('typedcdc migrations', 0))"];

    /// <inheritdoc/>
    public override string TypeOf(ColumnType type, bool isKey) => SqlColumnTypes.Get(SqlDatabase.Postgres, (SqlColumnType)type);

    /// <inheritdoc/>
    public override string? GivenType(ColumnType type, ColumnSqlType given)
    {
        ArgumentNullException.ThrowIfNull(given);
        return given.Postgres ?? given.Any;
    }

    // As the fast way does: text is assigned and never cut; all else must come out of the cast as it went in.
    /// <inheritdoc/>
    public override string GivenValue(ColumnType type, string parameter, string givenType)
    {
        var value = Value(type, parameter);
        var isMeasured = type is ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64 or ColumnType.Numeric or ColumnType.Single or ColumnType.Double
            or ColumnType.Timestamp or ColumnType.Date or ColumnType.Time or ColumnType.Interval;
        return type == ColumnType.Json && givenType == "json" ? $"CAST({parameter} AS json)"
            : PostgresTypeName.IsText(givenType) ? value
            : !isMeasured ? $"CAST({value} AS {givenType})"
            : $"CASE WHEN CAST({value} AS {givenType}) IS DISTINCT FROM {value} THEN CAST('inexact ' || CAST({value} AS text) AS {givenType}) ELSE CAST({value} AS {givenType}) END";
    }

    /// <summary>True: the server refuses by itself what does not fit.</summary>
    public override bool FitsGiven(object? value, string givenType) => true;

    /// <inheritdoc/>
    public override string? CreateIndex(string index, string table, IReadOnlyList<string> columns) =>
        $"CREATE INDEX IF NOT EXISTS {index}\n    ON {table} ({string.Join(", ", columns)})\n    WHERE {Quote(SqlName.DeletedAt)} IS NULL";

    /// <summary>Also on a server that answers before it writes (<c>synchronous_commit = off</c>).</summary>
    internal override IReadOnlyList<string> BeginDurable(string table) =>
        [.. BeginPurge(table), "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"];

    /// <inheritdoc/>
    internal override string? CreatePartialIndex(string index, string? schema, string table, IReadOnlyList<string> columns, string condition) =>
        $"CREATE INDEX IF NOT EXISTS {Quote(index)}\n    ON {Quote(schema, table)} ({string.Join(", ", columns.Select(Quote))})\n    WHERE {condition}";

    /// <inheritdoc/>
    public override SqlStatement? SelectIndexes(string? schema, string table) => new(
        "SELECT CAST(c.relname AS text) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass(CAST($1 AS text))", [Quote(schema, table)], ReturnsRows: true);

    /// <inheritdoc/>
    public override string Value(ColumnType type, string parameter) => type switch
    {
        ColumnType.TextArray => Array(parameter, "value"),
        ColumnType.Int64Array => Array(parameter, "CAST(value AS bigint)"),
        ColumnType.NumericArray => Array(parameter, "CAST(value AS numeric)"),
        ColumnType.DoubleArray => Array(parameter, "CAST(value AS double precision)"),
        ColumnType.BinaryArray => Array(parameter, "decode(value, 'base64')"),
        _ => $"CAST({parameter} AS {TypeOf(type, isKey: false)})",
    };

    // A numeric of more than 28 digits is none of the driver's types.
    /// <inheritdoc/>
    internal override string Read(ColumnType type, string column) => type == ColumnType.Numeric ? $"CAST({column} AS text)" : column;

    /// <inheritdoc/>
    public override object? ToParameter(ColumnType type, object? value) =>
        // An interval as PostgreSQL reads it: 1.02:03:04 would be one day only by luck.
        value is TimeSpan duration ? string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / TimeSpan.TicksPerMicrosecond} microseconds") : base.ToParameter(type, value);

    /// <inheritdoc/>
    public override IReadOnlyList<string> CreateTable(SqlTableShape table)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] schema = table.Schema is null || !table.IsSchemaCreated ? [] : [$"CREATE SCHEMA IF NOT EXISTS {Quote(table.Schema)}"];
        string[] time = table.AppendTime is { } column
            ? [$"CREATE INDEX IF NOT EXISTS {Quote(SqlName.Fit(table.Name + "_time"))}\n    ON {Quote(table.Schema, table.Name)} USING brin ({Quote(column)})"]
            : [];
        return [.. schema, .. base.CreateTable(table), .. time];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> AddColumns(string table, IReadOnlyList<string> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        return [.. definitions.Select(definition => $"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {definition}")];
    }

    /// <inheritdoc/>
    public override SqlStatement SelectColumns(string? schema, string name) => new(
        """
        SELECT CAST(a.attname AS text), format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 0 ELSE 1 END, CAST(coalesce(k.place, 0) AS integer),
            CASE WHEN a.atthasdef OR a.attidentity <> '' THEN 1 ELSE 0 END
        FROM pg_attribute AS a
        LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
        LEFT JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(number, place) ON k.number = a.attnum
        WHERE a.attrelid = to_regclass(CAST($1 AS text)) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """,
        [Quote(schema, name)], ReturnsRows: true);

    /// <inheritdoc/>
    public override string Normalize(string declaredType) => Rules.Normalize(declaredType?.Replace(" COLLATE \"C\"", "", StringComparison.Ordinal)!);

    /// <inheritdoc/>
    public override bool IsWider(string present, string declared) => Rules.IsWider(present, declared);

    /// <inheritdoc/>
    public override string? Widen(string table, string column, string from, string to) => Rules.Widen(table, column, from, to);

    private static string Array(string parameter, string element) =>
        $"CASE WHEN CAST({parameter} AS text) IS NOT NULL THEN ARRAY(SELECT {element} FROM jsonb_array_elements_text(CAST({parameter} AS jsonb)) WITH ORDINALITY AS e(value, place) ORDER BY place) END";
}
