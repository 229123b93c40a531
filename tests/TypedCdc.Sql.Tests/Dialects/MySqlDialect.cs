using System.Data.Common;
using System.Globalization;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>
/// A dialect without transactions or locks, whose guards run on SQLite; src/TypedCdc.MySql is the one for the server. MySQL has no condition on ON DUPLICATE KEY UPDATE, so each column decides for itself; it assigns from
/// left to right, so the columns that the condition reads come last, as <see cref="SqlUpsert.Columns"/> has them.
/// </summary>
public sealed class MySqlDialect : SqlDialect
{
    public override string Name => "mysql";

    // 65,535 parameters; max_allowed_packet is 64 MiB by default; 1,017 columns (InnoDB).
    public override SqlLimits Limits { get; } = new()
    {
        MaximumParameters = 60_000,
        MaximumColumns = 1_017,
        TimeResolution = TimeSpan.FromMicroseconds(1),
    };

    // No transaction holds other writers back here: a purge waits until every statement has ended that was under way. Twice the connections' Default Command Timeout, 30 s.
    public override TimeSpan PurgeGrace => TimeSpan.FromMinutes(1);

    public override string VersionType => "VARCHAR(152) CHARACTER SET ascii COLLATE ascii_bin";

    // Keys are compared byte for byte. An index takes 3,072 bytes, and that of ties holds both keys and a version: 352 characters a key; a longer one is refused.
    public override string TypeOf(ColumnType type, bool isKey) => type switch
    {
        ColumnType.Text or ColumnType.Numeric when isKey => "VARCHAR(352) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
        ColumnType.Binary when isKey => "VARBINARY(1408)",
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Int16 => "SMALLINT",
        ColumnType.Int32 => "INT",
        ColumnType.Int64 => "BIGINT",
        ColumnType.Single => "FLOAT",
        ColumnType.Double => "DOUBLE",
        ColumnType.Binary => "LONGBLOB",
        ColumnType.Guid => "CHAR(36) CHARACTER SET ascii",
        ColumnType.Timestamp => "DATETIME(6)",
        ColumnType.Date => "DATE",
        ColumnType.Time => "TIME(6)",
        ColumnType.Interval => "VARCHAR(32)",
        ColumnType.Text or ColumnType.Numeric => "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
        _ => "JSON",
    };

    public override string Quote(string identifier) => "`" + identifier.Replace("`", "``", StringComparison.Ordinal) + "`";

    public override string Parameter(int number) => ParameterName(number)!;

    public override string? ParameterName(int number) => string.Create(CultureInfo.InvariantCulture, $"@p{number}");

    public override object? ToParameter(ColumnType type, object? value) => value is DateTime time ? time : base.ToParameter(type, value);

    public override string Upsert(SqlUpsert upsert)
    {
        ArgumentNullException.ThrowIfNull(upsert);
        var guard = upsert.Guard(column => $"{upsert.Table}.{column}", static column => "incoming." + column);
        var source = upsert.IsSelect ? $"SELECT * FROM ({upsert.Source}) AS incoming" : upsert.Source + "\nAS incoming";
        return $"INSERT INTO {upsert.Table} ({string.Join(", ", upsert.Columns)})\n{source}\nON DUPLICATE KEY UPDATE\n    "
            + string.Join(",\n    ", upsert.Assigned.Select(column => $"{column} = IF({guard}, incoming.{column}, {upsert.Table}.{column})"));
    }

    public override SqlStatement SelectColumns(string? schema, string name) => new(
        """
        SELECT c.column_name, c.column_type, c.is_nullable = 'YES', COALESCE(k.ordinal_position, 0), c.column_default IS NOT NULL
        FROM information_schema.columns AS c
        LEFT JOIN information_schema.key_column_usage AS k
            ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY'
        WHERE c.table_schema = COALESCE(@p1, DATABASE()) AND c.table_name = @p2
        ORDER BY c.ordinal_position
        """,
        [schema, name], ReturnsRows: true);

    // The catalogue spells types without their character sets, and BOOLEAN as tinyint(1).
    public override string Normalize(string declaredType) => declaredType.Split(" CHARACTER SET")[0] switch
    {
        "BOOLEAN" => "tinyint(1)",
        var type => type,
    };

    // Error numbers: MySQL Error Message Reference. 1213 deadlock, 1205 lock wait; 1153 packet too large; 40xxx, 08xxx by their states.
    public override SqlFailure Classify(Exception error) => error is DbException { ErrorCode: 1213 or 1205 } ? SqlFailure.Conflict
        : error is DbException { ErrorCode: 1153 } ? SqlFailure.TooLarge
        : base.Classify(error);
}
