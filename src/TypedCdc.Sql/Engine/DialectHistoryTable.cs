using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql;

/// <summary>
/// A history in the words of a dialect. Its primary key is <c>cdc_id</c>, a hash of the item's key, the time and the position: the whole of them would be longer than some databases take in a
/// key, and compared without trailing blanks in others.
/// </summary>
internal sealed class DialectHistoryTable
{
    /// <summary>The column of the primary key.</summary>
    public const string Id = "cdc_id";

    private readonly SqlColumnShape[] _columns; // in the order of a row's values, without the primary key
    private readonly string?[] _given; // by key column; null for the dialect's own type

    public DialectHistoryTable(SqlDialect dialect, HistoryTable table)
    {
        Dialect = dialect;
        History = table;
        Name = dialect.Quote(table.Schema, table.Name);
        _columns = [.. table.Shape(dialect)];
        _given = [.. table.Target.Keys.Select(key => table.Target.Columns[key]).Select(column => column.Attribute.SqlType is { } given ? dialect.GivenType(column.Type, given) : null)];
    }

    public SqlDialect Dialect { get; }

    public HistoryTable History { get; }

    /// <summary>The table, quoted.</summary>
    public string Name { get; }

    /// <summary>The columns behind the primary key: those of the item's key, then those of the change.</summary>
    public IReadOnlyList<SqlColumnShape> Columns => _columns;

    /// <summary>All columns, quoted, the primary key's first.</summary>
    public IEnumerable<string> QuotedColumns => _columns.Select(static column => column.Name).Prepend(Id).Select(Dialect.Quote);

    /// <summary>How many parameters one row takes.</summary>
    public int RowParameters => _columns.Length + 1;

    /// <summary>The table's shape, for CREATE TABLE. Warehouses keep an item's changes together and read a span of time at once.</summary>
    public SqlTableShape Shape => new(History.Schema, History.Name, [new(Id, Dialect.VersionType, ColumnType.Text, true), .. _columns], [Id])
    {
        DistributionKey = _columns[0].Name,
        SortKey = [HistoryTable.Timestamp],
    };

    /// <summary>What has to be done to the table that is there.</summary>
    /// <param name="present">Its columns; none where it is not there.</param>
    /// <param name="mode">What may be done.</param>
    /// <exception cref="SchemaDriftException">The mode does not allow what has to be done, or nothing does it.</exception>
    public IReadOnlyList<string> Plan(IReadOnlyList<PresentColumn> present, MigrationMode mode)
    {
        if (present.Count > 0 && Compare(present) is { Count: > 0 } drift)
        {
            var plan = string.Concat(drift.Select(line => $"-- cannot be mended: table '{History.Name}': {line}\n"));
            throw new SchemaDriftException(
                $"The history table '{History.Name}' does not fit the model '{History.Model.ClrType}', and no migration of the sink's can mend it. Rename it, or give the history another SqlName.\n{plan}", plan);
        }

        var missing = _columns.Where(column => present.All(one => !string.Equals(one.Name, column.Name, StringComparison.Ordinal))).Select(Dialect.Define).ToArray();
        IReadOnlyList<string> steps = present.Count == 0 ? Dialect.CreateTable(Shape) : missing.Length > 0 ? Dialect.AddColumns(Name, missing) : [];
        return steps.Count == 0 || mode != MigrationMode.Validate
            ? steps
            : throw new SchemaDriftException(
                $"The history table '{History.Name}' does not fit the model '{History.Model.ClrType}', and the sink's MigrationMode is Validate.\n{string.Join('\n', steps)}", string.Join('\n', steps));
    }

    /// <summary>What names a change: the same in every process and for every delivery of it.</summary>
    public string IdOf(HistoryRow row)
    {
        // Time, stream, shard and position follow the item's key, each with its length: no two changes have the same text.
        var text = new StringBuilder();
        for (var i = 0; i < row.Keys.Length; i++)
        {
            Append(CellValues.KeyText(_columns[i].Type, row.Keys[i]));
        }

        for (var i = 0; i < HistoryTable.PositionColumns; i++)
        {
            Append(Convert.ToString(row.Values[i], CultureInfo.InvariantCulture)!);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        void Append(string part) => text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}.");
    }

    /// <summary>Why no statement is made of a row; null where one is.</summary>
    public string? Refusal(HistoryRow row)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (_columns[i].Type != ColumnType.Json || row.Values[i - row.Keys.Length] is not string document)
            {
                continue;
            }

            var bytes = Encoding.UTF8.GetByteCount(document);
            if (bytes > Dialect.Limits.MaximumDocumentBytes)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"The image for the column '{_columns[i].Name}' of the history '{History.Name}' has {bytes} bytes, and {Dialect.Name} takes {Dialect.Limits.MaximumDocumentBytes} in a column. Leave it out with HistoryOptions.Images, or keep the history elsewhere.");
            }

            if (!Dialect.Limits.TakesNul && CellWriter.HasEscapedNul(Encoding.UTF8.GetBytes(document)))
            {
                return $"The image for the column '{_columns[i].Name}' of the history '{History.Name}' holds the character U+0000, which the database cannot hold.";
            }
        }

        return null;
    }

    /// <summary>Adds the rows whose primary keys are not there.</summary>
    public SqlStatement Insert(IReadOnlyList<(string Id, HistoryRow Row)> rows)
    {
        var parameters = new List<object?>();
        var id = Dialect.Quote(Id);
        var source = "VALUES " + string.Join(",\n    ", rows.Select(row => "(" + string.Join(", ", Values(row.Id, row.Row, parameters)) + ")"));
        return new(
            Dialect.Upsert(new(static (_, _) => "1 = 0") { Table = Name, Keys = [id], Columns = [.. QuotedColumns], Source = source, Returned = [id] }),
            parameters);
    }

    /// <summary>Asks which of the rows are there.</summary>
    public SqlStatement SelectIds(IReadOnlyList<(string Id, HistoryRow Row)> rows) => new(
        $"SELECT {Dialect.Quote(Id)} FROM {Name} WHERE {Dialect.Quote(Id)} IN ({string.Join(", ", rows.Select((_, i) => Dialect.Value(ColumnType.Text, Dialect.Parameter(i + 1))))})",
        [.. rows.Select(static row => row.Id)], ReturnsRows: true);

    /// <summary>A row's values as they stand in a statement, in the order of <see cref="QuotedColumns"/>.</summary>
    public IEnumerable<string> Values(string id, HistoryRow row, List<object?> parameters)
    {
        parameters.Add(id);
        yield return Dialect.Value(ColumnType.Text, Dialect.Parameter(parameters.Count));
        for (var i = 0; i < _columns.Length; i++)
        {
            var column = _columns[i];
            var value = i < row.Keys.Length ? ToValue(column.Type, row.Keys[i]) : row.Values[i - row.Keys.Length];
            parameters.Add(Dialect.ToParameter(column.Type, value));
            if (i >= row.Keys.Length || _given[i] is not { } given)
            {
                yield return Dialect.Value(column.Type, Dialect.Parameter(parameters.Count));
            }
            else
            {
                yield return Dialect.FitsGiven(value, given)
                    ? Dialect.GivenValue(column.Type, Dialect.Parameter(parameters.Count), given)
                    : throw new UnfitForColumnException(column.Name, given);
            }
        }
    }

    /// <summary>The size of a row in a statement: the values and, roughly, the text around each.</summary>
    public long SizeOf(HistoryRow row) =>
        256 + row.Keys.Concat(row.Values).Sum(static value => 48L + value switch { string text => Encoding.UTF8.GetByteCount(text), byte[] bytes => 2L * bytes.Length, _ => 8 });

    // Times of a key come as text, for databases that take them so.
    private static object? ToValue(ColumnType type, object value) => (type, value) switch
    {
        (ColumnType.Timestamp, string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
        (ColumnType.Date, string text) => DateOnly.Parse(text, CultureInfo.InvariantCulture),
        (ColumnType.Time, string text) => TimeOnly.Parse(text, CultureInfo.InvariantCulture),
        _ => value,
    };

    private List<string> Compare(IReadOnlyList<PresentColumn> present)
    {
        var drift = new List<string>();
        var columns = present.ToDictionary(static column => column.Name, StringComparer.Ordinal);
        string[] key = [.. present.Where(static column => column.KeyPosition > 0).OrderBy(static column => column.KeyPosition).Select(static column => column.Name)];
        if (key is not [Id])
        {
            drift.Add($"its primary key is ({string.Join(", ", key)}), that of a history is ({Id}).");
        }

        foreach (var column in Shape.Columns)
        {
            var wanted = Dialect.Normalize(column.DeclaredType);
            if (!columns.TryGetValue(column.Name, out var found))
            {
                if (column.IsNotNull)
                {
                    drift.Add($"the column '{column.Name}' is missing: the table was not made by this sink.");
                }
            }
            else if (!string.Equals(found.Type, wanted, StringComparison.OrdinalIgnoreCase) && !Dialect.IsWider(found.Type, wanted) && column.Name != Id)
            {
                drift.Add($"the column '{column.Name}' is {found.Type}, the model's history has {wanted}.");
            }
        }

        drift.AddRange(present.Where(column => !column.IsNullable && !column.HasDefault && column.KeyPosition == 0 && Shape.Columns.All(one => !string.Equals(one.Name, column.Name, StringComparison.Ordinal)))
            .Select(static column => $"the column '{column.Name}', which the history does not have, is NOT NULL without a default."));
        return drift;
    }
}
