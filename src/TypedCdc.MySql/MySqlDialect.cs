using System.Globalization;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc.MySql;

/// <summary>MySQL 8.0.17 and MariaDB 10.2, and later. Sessions are <see cref="MySqlSession"/>, which count what an upsert writes.</summary>
internal sealed class MySqlDialect : SqlDialect
{
    /// <summary>The session's variable that counts the rows that an upsert replaces.</summary>
    public const string Replaced = "@cdc_replaced";

    /// <summary>The smallest <c>max_allowed_packet</c> that a statement fits into with every byte of its values escaped.</summary>
    public const long MinimumPacketBytes = 12 * 1024 * 1024;

    private const string Never = "1 = 0";

    /// <inheritdoc/>
    public override string Name => "mysql";

    /// <summary>
    /// A page of 16 KiB holds a row of 8,126 bytes, of which a long text takes 40 and a key up to 1,408 (MySQL reference manual, "Limits on Table Column Count and Row Size"): 128 columns always
    /// fit. Values become part of the statement's text, which <c>max_allowed_packet</c> limits.
    /// </summary>
    public override SqlLimits Limits { get; } = new()
    {
        MaximumParameters = 60_000,
        MaximumStatementBytes = 4 * 1024 * 1024,
        MaximumColumns = 128,
        TimeResolution = TimeSpan.FromMicroseconds(1),
    };

    /// <summary>How long a statement may run: the connections' <c>Default Command Timeout</c>.</summary>
    public required TimeSpan StatementTimeout { get; init; }

    /// <inheritdoc/>
    public override TimeSpan PurgeGrace => StatementTimeout * 2;

    /// <inheritdoc/>
    public override bool CountsWrittenRows => true;

    /// <inheritdoc/>
    public override bool ReplacesViews => true;

    /// <inheritdoc/>
    public override string VersionType => MySqlTypes.Version;

    /// <summary>The name of a parameter, by its number from 1.</summary>
    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"@p{number}");

    /// <inheritdoc/>
    public override string TypeOf(ColumnType type, bool isKey) => MySqlTypes.Get((SqlColumnType)type, isKey);

    /// <inheritdoc/>
    public override string Quote(string identifier)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        return "`" + identifier.Replace("`", "``", StringComparison.Ordinal) + "`";
    }

    /// <inheritdoc/>
    public override string Parameter(int number) => NameOf(number);

    /// <inheritdoc/>
    public override string? ParameterName(int number) => NameOf(number);

    /// <summary>Points in time as text without an offset: DATETIME has none, and all are UTC.</summary>
    public override object? ToParameter(ColumnType type, object? value) =>
        value is DateTime time ? time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture) : base.ToParameter(type, value);

    /// <inheritdoc/>
    public override IReadOnlyList<string> CreateTable(SqlTableShape table) => [base.CreateTable(table)[0] + " ENGINE = InnoDB"];

    /// <summary>All in one statement, so that a failure leaves none.</summary>
    public override IReadOnlyList<string> AddColumns(string table, IReadOnlyList<string> definitions) =>
        [$"ALTER TABLE {table} {string.Join(", ", definitions.Select(static definition => $"ADD COLUMN {definition}"))}"];

    /// <inheritdoc/>
    public override string CreateView(string view, string table, IReadOnlyList<string> columns) =>
        $"CREATE OR REPLACE VIEW {view} AS\nSELECT {string.Join(", ", columns)}\nFROM {table}\nWHERE {Quote("cdc_deleted_at")} IS NULL";

    /// <summary>
    /// There is no condition on ON DUPLICATE KEY UPDATE: each column decides for itself. Columns are assigned from left to right, so the first one counts the row, and those that the guard
    /// reads come last, as <see cref="SqlUpsert.Columns"/> has them. <c>VALUES(…)</c> is what both servers know.
    /// </summary>
    public override string Upsert(SqlUpsert upsert)
    {
        ArgumentNullException.ThrowIfNull(upsert);
        var guard = upsert.Guard(column => $"{upsert.Table}.{column}", static column => $"VALUES({column})");
        var source = upsert.IsSelect ? $"SELECT * FROM ({upsert.Source}) AS incoming" : upsert.Source;
        var assigned = guard == Never
            ? [$"{upsert.Keys[0]} = {upsert.Table}.{upsert.Keys[0]}"]
            : upsert.Assigned.Select((column, place) =>
                $"{column} = IF({guard}{(place == 0 ? $" AND ({Replaced} := {Replaced} + 1) > 0" : "")}, VALUES({column}), {upsert.Table}.{column})");
        return $"INSERT INTO {upsert.Table} ({string.Join(", ", upsert.Columns)})\n{source}\nON DUPLICATE KEY UPDATE\n    {string.Join(",\n    ", assigned)}";
    }

    /// <inheritdoc/>
    public override SqlStatement SelectColumns(string? schema, string name) => new(
        """
        SELECT c.column_name,
            CASE WHEN c.data_type IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint') AND c.column_type <> 'tinyint(1)'
                THEN CONCAT(c.data_type, IF(c.column_type LIKE '%unsigned%', ' unsigned', '')) ELSE c.column_type END,
            c.is_nullable = 'YES', COALESCE(k.ordinal_position, 0), c.column_default IS NOT NULL AND c.column_default <> 'NULL'
        FROM information_schema.columns AS c
        LEFT JOIN information_schema.key_column_usage AS k
            ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY'
        WHERE c.table_schema = COALESCE(@p1, DATABASE()) AND c.table_name = @p2
        ORDER BY c.ordinal_position
        """,
        [schema, name], ReturnsRows: true);

    /// <summary>A view is the sink's when it reads the sink's table.</summary>
    public override SqlStatement? SelectInPlaceOfView(string? schema, string view, string table) => new(
        """
        SELECT IF(t.table_type = 'VIEW', 'view', 'table')
        FROM information_schema.tables AS t
        LEFT JOIN information_schema.views AS v ON v.table_schema = t.table_schema AND v.table_name = t.table_name
        WHERE t.table_schema = COALESCE(@p1, DATABASE()) AND t.table_name = @p2 AND NOT (t.table_type = 'VIEW' AND INSTR(v.view_definition, @p3) > 0)
        """,
        [schema, view, Quote(table)], ReturnsRows: true);

    /// <summary>The catalogue names types in lower case and without their character sets, and BOOLEAN as tinyint(1).</summary>
    public override string Normalize(string declaredType) => MySqlTypeNames.Normalize(declaredType);

    /// <inheritdoc/>
    public override bool IsWider(string present, string declared) => MySqlTypeNames.IsWider(present, declared);

    /// <inheritdoc/>
    public override string? Widen(string table, string column, string from, string to) =>
        MySqlTypeNames.IsWider(to, from) ? $"ALTER TABLE {table} MODIFY COLUMN {column} {to}{MySqlTypeNames.CollationOf(to)}" : null;

    /// <inheritdoc/>
    public override SqlFailure Classify(Exception error) => MySqlErrors.Classify(error) ?? base.Classify(error);

    /// <inheritdoc/>
    public override string Explain(Exception error) => MySqlErrors.Explain(error) ?? base.Explain(error);
}
