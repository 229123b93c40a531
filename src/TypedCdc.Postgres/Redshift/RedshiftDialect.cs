using System.Globalization;
using Npgsql;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc;

/// <summary>
/// Amazon Redshift, over PostgreSQL's protocol. Written from its documentation and not run against the service: everything that depends on Redshift stands in this file.
/// </summary>
/// <remarks>
/// Sources, all below https://docs.aws.amazon.com/redshift/latest/dg/: r_MERGE.html (the source is a table; equality only; no condition behind MATCHED; no duplicate source rows),
/// r_LOCK.html and c_serial_isolation-serializable-isolation-troubleshooting.html (lock first; error 1023, to be retried), r_Character_types.html (VARCHAR in bytes, 65,535 at most;
/// trailing blanks do not count in comparisons; TEXT is VARCHAR(256)), c_redshift-sql.html (16 MB a statement), r_ALTER_TABLE.html (one ADD COLUMN a statement, no IF NOT EXISTS;
/// ALTER TYPE for VARCHAR only, outside a transaction), limitations-super.html (text within SUPER: 65,535 bytes; not in keys), r_VARBYTE_type.html, r_names.html (names fold to lower
/// case), r_CREATE_TABLE_NEW.html (keys are not enforced), r_TRUNCATE.html (commits), copy-parameters-data-format.html.
/// </remarks>
public class RedshiftDialect : SqlDialect
{
    private const string StagedText = "VARCHAR(65535)";

    /// <summary>The most bytes of a text, and of whatever is staged as one.</summary>
    internal const int MaximumStagedText = 65_535;

    /// <inheritdoc/>
    public override string Name => "aws.redshift";

    /// <summary>
    /// Documents are staged as SUPER, by COPY from S3, instead of as text: only so do they get there when they have more than 65,535 bytes (limitations-super.html, copy_json.html). Needs an
    /// <see cref="IRedshiftStage"/>. The default value is false.
    /// </summary>
    public bool StagesDocuments { get; init; }

    /// <summary>
    /// Statements far below 16 MB, text up to 65,535 bytes, documents too unless <see cref="StagesDocuments"/> (4 MB then: an item of DynamoDB has less), 1,600 columns, microseconds.
    /// </summary>
    public override SqlLimits Limits => new()
    {
        MaximumParameters = 30_000,
        MaximumStatementBytes = 12 * 1024 * 1024,
        MaximumColumns = 1_600,
        MaximumTextBytes = MaximumStagedText,
        MaximumDocumentBytes = StagesDocuments ? 4_000_000 : MaximumStagedText,
        TakesNul = false,
        TimeResolution = TimeSpan.FromMicroseconds(1),
    };

    /// <inheritdoc/>
    public override string VersionType => "VARCHAR(152)";

    /// <inheritdoc/>
    internal override string? JoinedKeyType => "VARCHAR(8192)";

    /// <inheritdoc/>
    public override IReadOnlyList<string> BeginPurge(string table) => ["BEGIN", $"LOCK {table}"];

    private static SqlTableShape MigrationsShape => new(null, "cdc_migrations", [new("name", StagedText, ColumnType.Text, true)], ["name"]);

    /// <summary>
    /// One worker migrates at a time: it locks a table of its own, made before where it is not there. Not that of revisions: a write locks its table and then asks for revisions, and a
    /// migration that had locked those would wait for the write's table in a circle.
    /// </summary>
    public override IReadOnlyList<string> BeginMigration() => [.. base.CreateTable(MigrationsShape), "BEGIN", $"LOCK {Quote("cdc_migrations")}"];

    /// <summary>Every write begins with a lock that ADD COLUMN waits for.</summary>
    internal override bool MayGetColumnsDuringWrites => false;

    /// <inheritdoc/>
    public override string TypeOf(ColumnType type, bool isKey) => SqlColumnTypes.Get(SqlDatabase.Redshift, (SqlColumnType)type);

    /// <inheritdoc/>
    public override string? GivenType(ColumnType type, ColumnSqlType given)
    {
        ArgumentNullException.ThrowIfNull(given);
        return given.Redshift ?? given.Any;
    }

    /// <inheritdoc/>
    public override string GivenValue(ColumnType type, string parameter, string givenType) => $"CAST({parameter} AS {StagedType(givenType)})";

    /// <inheritdoc/>
    public override string Value(ColumnType type, string parameter) => $"CAST({parameter} AS {StagedType(TypeOf(type, isKey: false))})";

    /// <summary>Bytes as hexadecimal text, which FROM_HEX makes bytes of on the way into the table.</summary>
    public override object? ToParameter(ColumnType type, object? value) => value is byte[] bytes ? Convert.ToHexString(bytes) : base.ToParameter(type, value);

    /// <summary>No: a parameter is text of up to 65,535 bytes.</summary>
    internal override bool TakesRecords => false;

    /// <summary>Rows of one partition key on one slice, sorted by the key. Bytes cannot be either kind of key.</summary>
    public override IReadOnlyList<string> CreateTable(SqlTableShape table)
    {
        ArgumentNullException.ThrowIfNull(table);
        RequireLowerCase(table.Schema);
        RequireLowerCase(table.Name);
        string[] keys = [.. (table.SortKey ?? table.PrimaryKey).Where(MayBeKey)];
        var distribution = table.DistributionKey ?? table.PrimaryKey[0];
        var sorting = keys.Length > 0 && (table.SortKey is not null || keys[0] == table.PrimaryKey[0]) ? $"\nSORTKEY ({string.Join(", ", keys.Select(Quote))})" : "";
        var schema = table.Schema is null || !table.IsSchemaCreated ? Array.Empty<string>() : [$"CREATE SCHEMA IF NOT EXISTS {Quote(table.Schema)}"];
        return [.. schema, base.CreateTable(table)[0]
            + (MayBeKey(distribution) ? $"\nDISTKEY ({Quote(distribution)})" : "") + sorting];

        bool MayBeKey(string name) => table.Columns.Single(column => column.Name == name).Type != ColumnType.Binary;
    }

    /// <summary>There is no such upsert: rows are staged and merged.</summary>
    public override string Upsert(SqlUpsert upsert) => throw new NotSupportedException("Redshift has no ON CONFLICT: rows are staged and merged.");

    /// <inheritdoc/>
    public override SqlStatement SelectColumns(string? schema, string name) => new(
        """
        SELECT CAST(c.column_name AS VARCHAR(256)),
            CAST(c.data_type AS VARCHAR(256)) || CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || CAST(c.character_maximum_length AS VARCHAR(16)) || ')'
                WHEN c.data_type = 'numeric' AND c.numeric_precision IS NOT NULL THEN '(' || CAST(c.numeric_precision AS VARCHAR(16)) || ',' || CAST(c.numeric_scale AS VARCHAR(16)) || ')' ELSE '' END,
            CASE WHEN c.is_nullable = 'YES' THEN 1 ELSE 0 END, COALESCE(k.ordinal_position, 0), CASE WHEN c.column_default IS NULL THEN 0 ELSE 1 END
        FROM information_schema.columns AS c
        LEFT JOIN information_schema.key_column_usage AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
        WHERE c.table_schema = COALESCE(CAST($1 AS VARCHAR(256)), current_schema()) AND c.table_name = CAST($2 AS VARCHAR(256))
        ORDER BY c.ordinal_position
        """,
        [schema, name], ReturnsRows: true);

    /// <inheritdoc/>
    public override string Normalize(string declaredType)
    {
        ArgumentNullException.ThrowIfNull(declaredType);
        var type = declaredType.ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal);
        return type switch
        {
            "timestamptz" => "timestamp with time zone",
            "time" => "time without time zone",
            "doubleprecision" => "double precision",
            _ when type.StartsWith("varchar(", StringComparison.Ordinal) => "character varying" + type[7..],
            _ when type.StartsWith("varbyte", StringComparison.Ordinal) => "binary varying" + type[7..],
            _ when type.StartsWith("decimal(", StringComparison.Ordinal) => "numeric" + type[7..],
            _ => type,
        };
    }

    /// <summary>A longer VARCHAR holds what a shorter one does.</summary>
    public override bool IsWider(string present, string declared) => Length(present) is { } have && Length(declared) is { } want && have > want;

    /// <summary>VARCHAR only (r_ALTER_TABLE.html, ALTER COLUMN … TYPE).</summary>
    public override string? Widen(string table, string column, string from, string to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return Length(from) is { } have && Length(to) is { } want && have < want ? string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE {table} ALTER COLUMN {column} TYPE VARCHAR({want})") : null;
    }

    /// <inheritdoc/>
    internal override bool WidensOutsideTransactions => true;

    /// <summary>Text is counted in bytes, and a CAST would cut it.</summary>
    public override bool FitsGiven(object? value, string givenType)
    {
        ArgumentNullException.ThrowIfNull(givenType);
        return DeclaredNumeric.Fits(givenType, value) && DeclaredText.Fits(givenType, value, countsBytes: true);
    }

    /// <summary>Names fold to lower case, in double quotes too (r_names.html): one with capitals would never be found again.</summary>
    public override string Define(SqlColumnShape column)
    {
        ArgumentNullException.ThrowIfNull(column);
        RequireLowerCase(column.Name);
        return base.Define(column);
    }

    private static void RequireLowerCase(string? name)
    {
        if (name is not null && name.Any(char.IsUpper))
        {
            throw new SchemaDriftException($"Redshift folds the name '{name}' to lower case, so that it would never be found again. Give it in lower case: SqlName and SqlSchema of [CdcTable], the name of [CdcColumn].");
        }
    }

    /// <summary>Error 1023 is a serialisation failure. Most other errors of Redshift's own have the state XX000 and say in their text what they are.</summary>
    public override SqlFailure Classify(Exception error) => error is PostgresException { SqlState: "XX000" } internalError
        ? OfText(internalError.MessageText + " " + internalError.Detail)
        : base.Classify(error);

    /// <summary>A column's type in the stage: VARBYTE is text there, and SUPER too, unless documents are staged as such.</summary>
    internal string StageColumnType(string declaredType) => StagesDocuments && IsSuper(declaredType) ? "SUPER" : StagedType(declaredType);

    /// <summary>A value of the stage, from a parameter.</summary>
    internal string StageValue(string declaredType, string parameter) =>
        StagesDocuments && IsSuper(declaredType) ? $"JSON_PARSE(CAST({parameter} AS {StagedText}))" : $"CAST({parameter} AS {StagedType(declaredType)})";

    internal static bool IsSuper(string declaredType) => declaredType.StartsWith("SUPER", StringComparison.OrdinalIgnoreCase);

    /// <summary>How a value travels: SUPER and VARBYTE as text.</summary>
    internal static string StagedType(string declaredType) =>
        declaredType.StartsWith("SUPER", StringComparison.OrdinalIgnoreCase) || declaredType.StartsWith("VARBYTE", StringComparison.OrdinalIgnoreCase) ? StagedText : declaredType;

    /// <summary>A staged column as the value of the table's.</summary>
    internal string FromStage(string declaredType, string staged) =>
        IsSuper(declaredType) ? StagesDocuments ? staged : $"JSON_PARSE({staged})"
        : declaredType.StartsWith("VARBYTE", StringComparison.OrdinalIgnoreCase) ? $"FROM_HEX({staged})"
        : staged;

    private static int? Length(string type) =>
        type.StartsWith("character varying(", StringComparison.Ordinal) && int.TryParse(type.AsSpan(18, type.Length - 19), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;

    private static SqlFailure OfText(string text)
    {
        return Has("1023") && Has("serializable isolation violation") ? SqlFailure.Conflict
            : Has("statement is too large") ? SqlFailure.TooLarge
            : Has("stl_load_errors") || Has("sys_load_error_detail") || Has("ddl length") || Has("too long for type") || Has("json pars") || Has("invalid json") || Has("numeric overflow") || Has("out of range") ? SqlFailure.Row
            : Has("disk full") || Has("timed out") || Has("timeout") || Has("restarting") || Has("terminated") || Has("canceled") || Has("cancelled") ? SqlFailure.Transient
            : SqlFailure.Unknown;

        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
    }
}
