using System.Collections.Immutable;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql;

/// <summary>
/// One append-only table of changes. Its primary key is the item's key, the time and the position: unique on position, so that a replay adds nothing, and in the order in which
/// an item's changes are read.
/// </summary>
internal sealed class HistoryTable
{
    /// <summary>The columns behind the key's, in the order in which a <see cref="HistoryRow"/> has them.</summary>
    private static readonly ImmutableArray<HistoryColumn> OwnColumns =
    [
        new(Timestamp, HistoryColumnKind.Integer, IsRequired: true),
        new("cdc_stream", HistoryColumnKind.Text, IsRequired: true),
        new("cdc_shard", HistoryColumnKind.Text, IsRequired: true),
        new("cdc_position", HistoryColumnKind.Text, IsRequired: true),
        new("cdc_operation", HistoryColumnKind.Text, IsRequired: true),
        new("cdc_before", HistoryColumnKind.Json, IsRequired: false),
        new("cdc_after", HistoryColumnKind.Json, IsRequired: false),
        new("cdc_event_id", HistoryColumnKind.Text, IsRequired: false),
        new("cdc_sequence_number", HistoryColumnKind.Text, IsRequired: false),
        new("cdc_table", HistoryColumnKind.Text, IsRequired: true),
        new("cdc_region", HistoryColumnKind.Text, IsRequired: false),
        new("cdc_user_type", HistoryColumnKind.Text, IsRequired: false),
        new("cdc_user_principal", HistoryColumnKind.Text, IsRequired: false),
        new("cdc_ttl", HistoryColumnKind.Boolean, IsRequired: true),
        new("cdc_size", HistoryColumnKind.Integer, IsRequired: false),
    ];

    private const int KeyColumnCount = 4;

    /// <summary>The column of the time.</summary>
    public const string Timestamp = "cdc_timestamp";

    /// <summary>How many of a row's values, from the first, tell a change from the others of its item: time, stream, shard, position.</summary>
    public const int PositionColumns = KeyColumnCount;

    public HistoryTable(CdcModel model, HistoryOptions options)
    {
        Target = new(0, model, static _ => UnfitValue.Fail);
        Images = options.Images;
        Documents = options.Documents;
        Name = options.SqlName ?? Target.Name + "__history";
        if (SqlName.IsTooLong(Name))
        {
            throw new InvalidOperationException($"The name '{Name}' of the history of '{model.ClrType}' is longer than the {SqlName.MaximumBytes} bytes that every database keeps. Give it another SqlName.");
        }

        Keys = [.. Target.Sql.Keys];
        if (Keys.FirstOrDefault(static key => OwnColumns.Any(own => string.Equals(own.Name, key.Name, StringComparison.Ordinal))) is { } clash)
        {
            throw new InvalidOperationException($"The key column '{clash.Name}' of '{model.ClrType}' has the name of one of the history's own columns. Rename it with [CdcColumn].");
        }
    }

    /// <summary>The model's table, for its keys.</summary>
    public TargetTable Target { get; }

    public CdcModel Model => Target.Model;

    /// <summary>The table's unquoted name.</summary>
    public string Name { get; }

    /// <summary>Its schema; null for the connection's own.</summary>
    public string? Schema => Target.Schema;

    public Images Images { get; }

    public DocumentFormat Documents { get; }

    /// <summary>The item's key, declared as in the model's own table.</summary>
    public ImmutableArray<SqlColumn> Keys { get; }

    /// <summary>The unquoted names of all columns: the keys', then those of a <see cref="HistoryRow"/>.</summary>
    public IEnumerable<string> Columns => Keys.Select(static key => key.Name).Concat(OwnColumns.Select(static own => own.Name));

    /// <summary>The declared types of all columns, in the same order.</summary>
    public IEnumerable<string> Types(SqlDatabase database) =>
        Keys.Select(key => key.TypeIn(database)).Concat(OwnColumns.Select(own => TypeOf(database, own.Kind)));

    /// <summary>All columns in a dialect's words, in the same order.</summary>
    public IEnumerable<SqlColumnShape> Shape(SqlDialect dialect) => Keys.Select(key => DialectTable.Shaped(dialect, key)).Concat(OwnColumns.Select(own => own.Kind switch
    {
        HistoryColumnKind.Integer => new SqlColumnShape(own.Name, dialect.TypeOf(ColumnType.Int64, isKey: false), ColumnType.Int64, own.IsRequired),
        HistoryColumnKind.Boolean => new(own.Name, dialect.TypeOf(ColumnType.Boolean, isKey: false), ColumnType.Boolean, own.IsRequired),
        HistoryColumnKind.Json => new(own.Name, dialect.DocumentType, ColumnType.Json, own.IsRequired),
        _ => new(own.Name, dialect.TypeOf(ColumnType.Text, isKey: false), ColumnType.Text, own.IsRequired),
    }));

    /// <summary>The table's name, quoted and with its schema where the database has schemas.</summary>
    public string QuotedName(SqlDatabase database) => SqlName.Quote(database == SqlDatabase.Sqlite ? null : Schema, Name);

    /// <summary>The table and, in PostgreSQL, a block range index on the time, which costs nearly nothing on an append-only table. Can be run again.</summary>
    public IEnumerable<string> CreateTable(SqlDatabase database)
    {
        var text = new StringBuilder("CREATE TABLE IF NOT EXISTS ").Append(QuotedName(database)).Append(" (\n");
        foreach (var key in Keys)
        {
            text.Append("    ").Append(SqlStatements.ColumnDefinition(database, key)).Append(",\n");
        }

        foreach (var own in OwnColumns)
        {
            text.Append("    ").Append(Definition(database, own)).Append(",\n");
        }

        text.Append("    PRIMARY KEY (").AppendJoin(", ", Keys.Select(static key => SqlName.Quote(key.Name)).Concat(OwnColumns.Take(KeyColumnCount).Select(static own => SqlName.Quote(own.Name))));
        yield return text.Append(")\n);").ToString();
        if (database == SqlDatabase.Postgres)
        {
            yield return $"CREATE INDEX IF NOT EXISTS {SqlName.Quote(SqlName.Fit(Name + "_time"))}\n    ON {QuotedName(database)} USING brin (\"cdc_timestamp\");";
        }
    }

    /// <summary>What has to be done to all histories of a sink; nothing is done to one of them when another cannot be mended.</summary>
    /// <param name="rules">The database's.</param>
    /// <param name="tables">The histories and the columns that their tables have; none where they are not there.</param>
    /// <param name="mode">What may be done.</param>
    /// <returns>The tables for which there is something to do.</returns>
    /// <exception cref="SchemaDriftException">The mode does not allow what has to be done, or nothing does it.</exception>
    public static IReadOnlyList<(HistoryTable Table, IReadOnlyList<string> Steps)> Plan(
        MigrationRules rules, IReadOnlyList<(HistoryTable Table, IReadOnlyList<PresentColumn> Columns)> tables, MigrationMode mode)
    {
        var drift = tables.SelectMany(one => one.Columns.Count == 0 ? [] : one.Table.Compare(rules, one.Columns)).ToList();
        var steps = tables.Select(one => (one.Table, Steps: (IReadOnlyList<string>)one.Table.Steps(rules, one.Columns))).Where(static one => one.Steps.Count > 0).ToList();
        var plan = string.Concat(drift.Concat(steps.SelectMany(static one => one.Steps)).Select(static line => line + "\n"));
        return drift.Count > 0
                ? throw new SchemaDriftException($"A history does not fit its model, and no migration of the sink's can mend it. Rename the table, or give the history another SqlName.\n{plan}", plan)
            : steps.Count > 0 && mode == MigrationMode.Validate
                ? throw new SchemaDriftException(
                    $"The history tables {string.Join(", ", steps.Select(static one => $"'{one.Table.Name}'"))} do not fit their models, and the sink's MigrationMode is Validate.\n{plan}", plan)
            : steps;
    }

    private List<string> Steps(MigrationRules rules, IReadOnlyList<PresentColumn> present) => present.Count == 0
        ? [.. Schema is { } schema && rules.CreateSchema(schema) is { } create ? [create] : Array.Empty<string>(), .. CreateTable(rules.Database)]
        : [.. rules.AddColumns(
            QuotedName(rules.Database),
            OwnColumns.Where(own => !own.IsRequired && present.All(column => !string.Equals(column.Name, own.Name, StringComparison.Ordinal))).Select(own => Definition(rules.Database, own)))];

    private List<string> Compare(MigrationRules rules, IReadOnlyList<PresentColumn> present)
    {
        var drift = new List<string>();
        var columns = present.ToDictionary(static column => column.Name, StringComparer.Ordinal);
        var key = present.Where(static column => column.KeyPosition > 0).OrderBy(static column => column.KeyPosition).Select(static column => column.Name).ToList();
        var wantedKey = Columns.Take(Keys.Length + KeyColumnCount).ToList();
        if (!key.SequenceEqual(wantedKey, StringComparer.Ordinal))
        {
            drift.Add(Says($"its primary key is ({string.Join(", ", key)}), the model's history has ({string.Join(", ", wantedKey)})."));
        }

        foreach (var (name, type) in Columns.Zip(Types(rules.Database)))
        {
            var wanted = rules.Normalize(type);
            if (columns.TryGetValue(name, out var found))
            {
                if (!string.Equals(found.Type, wanted, StringComparison.OrdinalIgnoreCase) && !rules.IsWider(found.Type, wanted))
                {
                    drift.Add(Says($"the column '{name}' is {found.Type}, the model's history has {wanted}."));
                }
            }
            else if (OwnColumns.Any(own => own.IsRequired && string.Equals(own.Name, name, StringComparison.Ordinal)))
            {
                drift.Add(Says($"the column '{name}' is missing: the table was not made by this sink."));
            }
        }

        drift.AddRange(present.Where(column => !column.IsNullable && !column.HasDefault && !Columns.Contains(column.Name, StringComparer.Ordinal))
            .Select(column => Says($"the column '{column.Name}', which the history does not have, is NOT NULL without a default.")));
        return drift;
    }

    private string Says(string drift) => $"-- cannot be mended: table '{Name}': {drift}";

    private static string Definition(SqlDatabase database, HistoryColumn column) => SqlName.Quote(column.Name) + " " + TypeOf(database, column.Kind)
        // Positions are ordered bytewise, whatever the database's own collation.
        + (database == SqlDatabase.Postgres && column.Name == "cdc_position" ? " COLLATE \"C\"" : "")
        + (column.IsRequired ? " NOT NULL" : "");

    // json and not jsonb: it keeps U+0000, lone halves of surrogates and every digit as they are written, and a log that is only appended to has no use for jsonb's speed of
    // search (PostgreSQL documentation, "JSON Types").
    private static string TypeOf(SqlDatabase database, HistoryColumnKind kind) => kind switch
    {
        HistoryColumnKind.Integer => SqlColumnTypes.Get(database, SqlColumnType.Int64),
        HistoryColumnKind.Boolean => SqlColumnTypes.Get(database, SqlColumnType.Boolean),
        HistoryColumnKind.Json when database == SqlDatabase.Postgres => "json",
        HistoryColumnKind.Json => SqlColumnTypes.Get(database, SqlColumnType.Json),
        _ => SqlColumnTypes.Get(database, SqlColumnType.Text),
    };

    private enum HistoryColumnKind
    {
        Text,
        Integer,
        Boolean,
        Json,
    }

    private sealed record HistoryColumn(string Name, HistoryColumnKind Kind, bool IsRequired);
}
