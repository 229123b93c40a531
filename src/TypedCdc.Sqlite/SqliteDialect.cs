using System.Globalization;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Schema;

namespace TypedCdc;

/// <summary>SQLite 3.35 and later as a <see cref="SqlDialect"/>.</summary>
public class SqliteDialect : SqlDialect
{
    /// <inheritdoc/>
    public override string Name => "sqlite";

    /// <summary>SQLite documentation, "Implementation Limits For SQLite": 32,766 parameters, 2,000 columns.</summary>
    public override SqlLimits Limits { get; } = new() { MaximumParameters = 32_000, MaximumColumns = 2_000 };

    /// <inheritdoc/>
    public override bool CountsWrittenRows => true;

    /// <inheritdoc/>
    internal override bool RequiresTables => true;

    /// <inheritdoc/>
    public override bool TakesLongKeys => true;

    /// <inheritdoc/>
    public override string VersionType => "TEXT";

    /// <inheritdoc/>
    public override IReadOnlyList<string> BeginWrite(string table) => ["BEGIN IMMEDIATE"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> BeginPurge(string table) => ["BEGIN IMMEDIATE"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> BeginMigration() => ["BEGIN IMMEDIATE"];

    /// <inheritdoc/>
    public override string TypeOf(ColumnType type, bool isKey) => SqlColumnTypes.Get(SqlDatabase.Sqlite, (SqlColumnType)type);

    /// <inheritdoc/>
    public override string? GivenType(ColumnType type, ColumnSqlType given)
    {
        ArgumentNullException.ThrowIfNull(given);
        return new GivenSqlTypes(given.Any, given.Postgres, given.Sqlite, given.CrateDb, given.Redshift).For(SqlDatabase.Sqlite, (SqlColumnType)type);
    }

    /// <summary>True: SQLite keeps what its affinity keeps.</summary>
    public override bool FitsGiven(object? value, string givenType) => true;

    /// <inheritdoc/>
    public override string? CreateIndex(string index, string table, IReadOnlyList<string> columns) =>
        $"CREATE INDEX IF NOT EXISTS {index}\n    ON {table} ({string.Join(", ", columns)})\n    WHERE {Quote(SqlName.DeletedAt)} IS NULL";

    /// <inheritdoc/>
    internal override string? CreatePartialIndex(string index, string? schema, string table, IReadOnlyList<string> columns, string condition) =>
        $"CREATE INDEX IF NOT EXISTS {Quote(index)}\n    ON {Quote(schema, table)} ({string.Join(", ", columns.Select(Quote))})\n    WHERE {condition}";

    /// <inheritdoc/>
    public override SqlStatement? SelectIndexes(string? schema, string table) => new("SELECT name FROM pragma_index_list(?1)", [table], ReturnsRows: true);

    /// <summary>A database file has no schemas: the name alone stands for the table.</summary>
    public override string Quote(string? schema, string name) => Quote(name);

    /// <inheritdoc/>
    public override string Parameter(int number) => string.Create(CultureInfo.InvariantCulture, $"?{number}");

    /// <inheritdoc/>
    public override IReadOnlyList<string> CreateTable(SqlTableShape table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.TombstoneIndex is not { } index
            ? base.CreateTable(table)
            : [.. base.CreateTable(table), CreatePartialIndex(index, table.Schema, table.Name, [SqlName.DeletedAt], $"{Quote(SqlName.DeletedAt)} IS NOT NULL")!];
    }

    /// <summary>A view is the sink's when it reads the sink's table. Names are compared as SQLite does.</summary>
    public override SqlStatement? SelectInPlaceOfView(string? schema, string view, string table) => new(
        """
        SELECT type FROM sqlite_master
        WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view', 'index') AND NOT (type = 'view' AND instr(lower(sql), lower(?2)) > 0)
        """,
        [view, Quote(table)], ReturnsRows: true);

    /// <inheritdoc/>
    public override SqlStatement? SelectOnView(string? schema, string view) =>
        new("SELECT sql, NULL FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 ORDER BY name", [view], ReturnsRows: true);

    /// <inheritdoc/>
    public override SqlStatement SelectColumns(string? schema, string name) => new(
        "SELECT name, type, 1 - \"notnull\", pk, dflt_value IS NOT NULL FROM pragma_table_info(?1)", [name], ReturnsRows: true);

    /// <inheritdoc/>
    public override SqlFailure Classify(Exception error) => error switch
    {
        SqliteException { IsOfTheRow: true } => SqlFailure.Row,
        // The file or the statement is at fault, not the row: the write waits.
        SqliteException => SqlFailure.Transient,
        _ => base.Classify(error),
    };

    /// <inheritdoc/>
    public override string Explain(Exception error) => error is SqliteException ? error.Message : base.Explain(error);
}
