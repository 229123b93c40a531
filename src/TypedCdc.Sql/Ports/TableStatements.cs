using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Schema;
using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Ports;

/// <summary>One table in the words of a dialect: its names and the statements that write it.</summary>
internal sealed class TableStatements
{
    /// <summary>How many changes of an item at the time of its row that row was chosen from; 0 where there is only one.</summary>
    public const string TieCount = "cdc_ties";

    /// <summary>The whole key in one text; only where the dialect needs it.</summary>
    public const string JoinedKey = "cdc_key";

    /// <summary>
    /// How many columns the writer of a row knew; only where columns may be added while a write is under way. What a row has in columns beyond may be an older change's, until its writer
    /// has noticed and written it anew.
    /// </summary>
    public const string Width = "cdc_width";

    private static readonly string[] ImageNames = ["cdc_old", "cdc_new"];

    private readonly string[] _keys;
    private readonly string[] _others;
    private readonly string _version;
    private readonly string _deletedAt;
    private readonly string _count;
    private readonly string[] _images;
    private readonly string _width;
    private readonly bool[] _isAny; // by column: a document that need not be a map, as text
    private readonly string?[] _given; // by column; null for the dialect's own type
    private readonly string _now; // the time of the row that is asked for: a parameter's number differs, so it is made anew

    /// <summary>The names of all columns that a sink may add to a table beside <c>cdc_ver</c> and <c>cdc_deleted_at</c>.</summary>
    public static IEnumerable<string> OwnNames => [.. ImageNames, TieCount, Width, JoinedKey];

    public TableStatements(SqlDialect dialect, TargetTable target)
    {
        Dialect = dialect;
        Target = target;
        var sql = target.Sql;
        _keys = [.. target.Keys.Select(key => dialect.Quote(target.Columns[key].Attribute.ColumnName))];
        _others = [.. sql.NonKeys.Select(column => dialect.Quote(column.Name))];
        _version = dialect.Quote(SqlName.Version);
        _deletedAt = dialect.Quote(SqlName.DeletedAt);
        _count = dialect.Quote(TieCount);
        _images = [.. ImageNames.Select(dialect.Quote)];
        _width = dialect.Quote(Width);
        Schemaless = target.Untyped;
        HasWidth = Schemaless is { Rule.Format: null } && dialect.MayGetColumnsDuringWrites;
        _now = dialect.TimeOf(_version);
        Name = dialect.Quote(sql.Schema, target.TableName);
        View = dialect.Quote(sql.Schema, sql.Name);
        Ties = dialect.Quote(sql.Schema, TiesName(sql));
        ReadKeys = [.. target.Keys.Zip(_keys, (key, name) => dialect.Read(target.Columns[key].Type, name))];
        InsertOrder = [.. target.Keys, .. target.Columns.Where(static column => column.Key == SqlKey.None).Select(static column => column.Index)];
        _isAny = [.. target.Columns.Select(column => Schemaless is null && target.History is null && column.Type == ColumnType.Json && (column.Attribute.Kinds & ~AttributeKind.NULL) != AttributeKind.M && dialect.AnyDocumentType is not null)];
        _given = [.. target.Columns.Select(column => target.History is not null && column.Type == ColumnType.Json ? dialect.HistoryDocumentType : column.Attribute.SqlType is { } given && dialect.GivenType(column.Type, given) is { } type ? type : _isAny[column.Index] ? dialect.AnyDocumentType : null)];
        target.TakesLongText = Array.Exists(_given, static given => given is not null) ? [.. _given.Select(given => given is not null && dialect.TakesLongText(given))] : null;
        CanReadManyKeys = target.Keys.All(key => CellValues.IsComparable(target.Columns[key].Type));
    }

    public SqlDialect Dialect { get; }

    public TargetTable Target { get; }

    /// <summary>What a table without a model looks like; null for one of a model.</summary>
    public SchemalessShape? Schemaless { get; }

    /// <summary>Whether rows say how many columns their writer knew.</summary>
    public bool HasWidth { get; }

    /// <summary>The table, quoted.</summary>
    public string Name { get; }

    /// <summary>The view, quoted.</summary>
    public string View { get; }

    /// <summary>The table of ties, quoted: every different version of every change of an item at the time of its row, where there are several. It only grows, until its time is past.</summary>
    public string Ties { get; }

    /// <summary>What names the table of ties in a statement that deletes from it, where a database takes no alias.</summary>
    public string TiesAlias => Dialect.Quote(TiesName(Target.Sql));

    /// <summary>The columns of the key, quoted.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>The columns of the key as a query gives them.</summary>
    public IReadOnlyList<string> ReadKeys { get; }

    /// <summary>The columns of the images, quoted.</summary>
    public IReadOnlyList<string> Images => _images;

    /// <summary><see cref="TieCount"/>, quoted.</summary>
    public string Count => _count;

    /// <summary><see cref="Width"/>, quoted, where the table has it.</summary>
    public IReadOnlyList<string> Widths => HasWidth ? [_width] : [];

    /// <summary>The columns' places as they are inserted: the key's, then the others.</summary>
    public int[] InsertOrder { get; }

    /// <summary>How many parameters one row takes.</summary>
    public int RowParameters => Target.History is not null ? InsertOrder.Length : InsertOrder.Length + 5 + (HasWidth ? 1 : 0);

    /// <summary>Whether the keys that come back from the database can be told apart by their text; if not, each is read by itself.</summary>
    public bool CanReadManyKeys { get; }

    /// <summary>The unquoted name of the table of ties.</summary>
    public static string TiesName(SqlTable table) => SqlName.Fit(SqlName.OfTable(table.Name) + "_ties");

    /// <summary>Rows of a batch into the table: replaces what is of an older time.</summary>
    public SqlStatement Upsert(RowBuffer rows, IReadOnlyList<int> newest)
    {
        var parameters = new StatementParameters(Dialect);
        return Replace(parameters, Values(parameters, rows, newest, isTie: false), isSelect: false);
    }

    /// <summary>Rows of a batch into a history, unless it has them.</summary>
    public SqlStatement Insert(RowBuffer rows, IReadOnlyList<int> some)
    {
        var parameters = new StatementParameters(Dialect);
        return parameters.Statement(Insert("VALUES " + HistoryValues(parameters, rows, some)));
    }

    /// <summary>Rows of a history as they stand in a statement, in <see cref="InsertOrder"/>.</summary>
    public string HistoryValues(StatementParameters parameters, RowBuffer rows, IReadOnlyList<int> some) =>
        string.Join(",\n    ", some.Select(row => "(" + List(InsertOrder.Select(column => Cell(parameters, rows, row, column))) + ")"));

    /// <summary>Asks which rows of a batch a history has, whose key is a hash.</summary>
    public SqlStatement SelectIds(RowBuffer rows, IReadOnlyList<int> some)
    {
        var parameters = new StatementParameters(Dialect);
        return parameters.Statement($"SELECT {_keys[0]} FROM {Name} WHERE {_keys[0]} IN ({List(some.Select(row => Key(parameters, rows, row, 0)))})", returnsRows: true);
    }

    /// <summary>The hash of a row of a history.</summary>
    public string IdOf(RowBuffer rows, int row) => Encoding.UTF8.GetString(rows.Bytes(rows.Cells(row)[Target.Keys[0]]));

    /// <summary>All columns in <see cref="InsertOrder"/>, quoted.</summary>
    public IEnumerable<string> InsertColumns => [.. _keys, .. _others];

    /// <summary>
    /// Rows that a query gives into the table: replaces what is of an older time. Their columns: <see cref="InsertOrder"/>, <c>cdc_deleted_at</c>, images, <see cref="Widths"/>, <c>cdc_ties</c>,
    /// <c>cdc_ver</c>.
    /// </summary>
    public SqlStatement Replace(StatementParameters parameters, string select) => Replace(parameters, select, isSelect: true);

    /// <summary>
    /// The upsert of one row, for a statement that is prepared once. Its parameters: the cells in <see cref="InsertOrder"/>, <c>cdc_deleted_at</c>, <c>cdc_old</c>, <c>cdc_new</c>, <c>cdc_ver</c>.
    /// </summary>
    public string UpsertOne
    {
        get
        {
            if (Target.History is not null)
            {
                return Insert($"VALUES ({List(InsertOrder.Select((column, i) => Typed(column, Dialect.Parameter(i + 1))))})");
            }

            var values = InsertOrder.Select((column, i) => Typed(column, Dialect.Parameter(i + 1)))
                .Concat(Enumerable.Range(InsertOrder.Length + 1, 3).Select(number => Dialect.Value(ColumnType.Int64, Dialect.Parameter(number))))
                .Append("0").Append(Dialect.Value(ColumnType.Text, Dialect.Parameter(InsertOrder.Length + 4)));
            return Replace(new StatementParameters(Dialect), $"VALUES ({List(values)})", isSelect: false).Text;
        }
    }

    /// <summary>The version of a row by its key.</summary>
    public string SelectVersionOne => $"SELECT {_version} FROM {Name} WHERE {IsKeyOne}";

    /// <summary>Forgets what is remembered of an item, by its key, at times before that of its row, which is the last parameter.</summary>
    public string ForgetTiesOne => $"DELETE FROM {Ties} WHERE {IsKeyOne} AND {_now} < {Dialect.Value(ColumnType.Text, Dialect.Parameter(_keys.Length + 1))}";

    /// <summary>The versions of keys' rows: the key, <c>cdc_width</c> where the table has it, <c>cdc_ver</c>, <c>cdc_ties</c>.</summary>
    public SqlStatement SelectVersions(RowBuffer rows, IReadOnlyList<int> some)
    {
        var parameters = new StatementParameters(Dialect);
        var where = _keys.Length == 1
            ? $"{_keys[0]} IN ({string.Join(", ", some.Select(row => Key(parameters, rows, row, 0)))})"
            : string.Join(" OR ", some.Select(row => "(" + IsKey(parameters, rows, row) + ")"));
        return parameters.Statement($"SELECT {List(Looked)} FROM {Name} WHERE {where}", returnsRows: true);
    }

    /// <summary>Remembers the row that the table has for a key, unless that was chosen from the remembered ones.</summary>
    public SqlStatement RememberPresent(RowBuffer rows, int row)
    {
        var parameters = new StatementParameters(Dialect);
        string Known(string image, long unknown) => $"COALESCE({image}, {Value(parameters, ColumnType.Int64, unknown)}) AS {image}";
        var others = HasWidth ? _others.Select((column, place) => Written(parameters, column, place)) : _others;
        var source = $"SELECT {List([.. _keys, .. others, _deletedAt])}, {Known(_images[0], Tie.Unknown)}, {Known(_images[1], 0)}, {_version} FROM {Name} WHERE {IsKey(parameters, rows, row)} AND COALESCE({_count}, 0) = 0";

        // A row of more columns than this writer knows cannot be copied by it; nor can it be replaced, see TakeTie.
        return Remember(parameters, isSelect: true, HasWidth ? $"{source} AND COALESCE({_width}, 0) <= {Value(parameters, ColumnType.Int64, Schemaless!.Width)}" : source);
    }

    /// <summary>Remembers rows of a batch.</summary>
    public SqlStatement RememberTies(RowBuffer rows, IReadOnlyList<int> some)
    {
        var parameters = new StatementParameters(Dialect);
        return Remember(parameters, isSelect: false, Values(parameters, rows, some, isTie: true));
    }

    /// <summary>What is remembered of a row's item at the row's time: version and images.</summary>
    public SqlStatement SelectTies(RowBuffer rows, int row)
    {
        var parameters = new StatementParameters(Dialect);
        return parameters.Statement(
            $"SELECT {List([_version, .. _images])} FROM {Ties} WHERE {IsKey(parameters, rows, row)} AND {_now} = {Time(parameters, rows, row)}", returnsRows: true);
    }

    /// <summary>Makes a remembered change the row, under the newest version of those that it was chosen from, unless the row was chosen from more of them.</summary>
    public SqlStatement TakeTie(RowBuffer rows, int row, (string Version, long Old, long New) chosen, string newest, long count)
    {
        var parameters = new StatementParameters(Dialect);
        var newestVersion = Dialect.Value(ColumnType.Text, parameters.Add(newest));
        var width = HasWidth ? $", {Value(parameters, ColumnType.Int64, Schemaless!.Width)} AS {_width}" : "";
        var counted = Dialect.Value(ColumnType.Int64, parameters.Add(count));
        var which = $"{IsKey(parameters, rows, row)} AND {_version} = {Dialect.Value(ColumnType.Text, parameters.Add(chosen.Version))}"
            + $" AND {_images[0]} = {Dialect.Value(ColumnType.Int64, parameters.Add(chosen.Old))} AND {_images[1]} = {Dialect.Value(ColumnType.Int64, parameters.Add(chosen.New))}";
        return parameters.Statement(Dialect.Upsert(new(IsOfFewer)
        {
            Table = Name,
            Keys = _keys,
            Columns = [.. _keys, .. _others, _deletedAt, .. _images, _version, .. Widths, _count],
            Source = $"SELECT {List([.. _keys, .. _others, _deletedAt, .. _images])}, {newestVersion} AS {_version}{width}, {counted} AS {_count} FROM {Ties} WHERE {which}",
            IsSelect = true,
            Returned = Looked,
        }));
    }

    /// <summary>
    /// Whether a row that came back was written by someone who knew fewer columns, and is one of several of its time: which is then taken anew. One that stands alone is
    /// replaced by the upsert itself.
    /// </summary>
    public bool IsTakenAtFewerColumns(IReadOnlyList<object?> row) => HasWidth && Number(row[^1]) > 0 && Number(row[^3]) < Schemaless!.Width;

    /// <summary>Forgets what is remembered of an item at times that are past for its row.</summary>
    public SqlStatement ForgetTies(RowBuffer rows, int row)
    {
        var parameters = new StatementParameters(Dialect);
        return parameters.Statement($"DELETE FROM {Ties} WHERE {IsKey(parameters, rows, row)} AND {_now} < {Time(parameters, rows, row)}");
    }

    /// <summary>Whether anything is remembered.</summary>
    public SqlStatement AnyTie => new(Dialect.Limit($"SELECT 1 FROM {Ties}", 1), [], ReturnsRows: true);

    /// <summary>The table's shape, for CREATE TABLE.</summary>
    public SqlTableShape Shape => Target.History is not null ? HistoryShape : new(Target.Schema, SqlName.OfTable(Target.Name), [.. ModelColumns, Own(SqlName.Version, isNotNull: true, Dialect.VersionType), Own(SqlName.DeletedAt), .. OwnColumnsOf(isNew: true)], KeyNames)
    {
        DistributionKey = DistributionKey,
        TombstoneIndex = SqlName.OfTombstoneIndex(Target.Name),
    };

    // Warehouses keep an item's changes together and read a span of time at once.
    private SqlTableShape HistoryShape => new(Target.Schema, Target.TableName, [.. ModelColumns], KeyNames)
    {
        DistributionKey = Target.Columns.First(static column => column.Attribute.ColumnName != HistoryTable.Id).Attribute.ColumnName,
        SortKey = [HistoryTable.Timestamp],
        AppendTime = HistoryTable.Timestamp,
    };

    /// <summary>The shape of the table of ties.</summary>
    public SqlTableShape TiesShape => new(Target.Schema, TiesName(Target.Sql),
        [.. ModelColumns, Own(SqlName.Version, isNotNull: true, Dialect.VersionType), Own(SqlName.DeletedAt), .. ImageNames.Select(name => Own(name, isNotNull: true)), .. JoinedKeys(isNew: true)], [.. KeyNames, SqlName.Version, .. ImageNames])
    {
        DistributionKey = DistributionKey,
    };

    /// <summary>The columns that the sink needs beside the model's, <c>cdc_ver</c> and <c>cdc_deleted_at</c>.</summary>
    public IReadOnlyList<SqlColumnShape> OwnColumns => OwnColumnsOf(isNew: false);

    /// <summary>A column of the model.</summary>
    public static SqlColumnShape Shaped(SqlDialect dialect, SqlColumn column) =>
        new(column.Name, GivenType(dialect, (ColumnType)column.Type, column.Given) ?? dialect.TypeOf((ColumnType)column.Type, column.Key != SqlKey.None), (ColumnType)column.Type, column.Key != SqlKey.None);

    /// <summary>A column of this table's.</summary>
    public SqlColumnShape Shaped(SqlColumn column) => Array.FindIndex(_isAny, static any => any) >= 0 && Target.Columns.FirstOrDefault(one => one.Attribute.ColumnName == column.Name) is { } found && _isAny[found.Index]
        ? new(column.Name, _given[found.Index]!, ColumnType.Json, false)
        : Target.History is not null ? ShapedInHistory(column)
        : IsDocument(column) ? new(column.Name, Dialect.DocumentType, ColumnType.Json, false) : Shaped(Dialect, column);

    /// <summary>An index of the user's; null where the database has none.</summary>
    public string? CreateIndex(SqlIndex index) => Dialect.CreateIndex(Dialect.Quote(index.Name), Name, [.. index.Columns.Select(Dialect.Quote)]);

    /// <summary>The key of a row of a batch, in one spelling.</summary>
    public string KeyText(RowBuffer rows, int row)
    {
        var text = new StringBuilder();
        foreach (var key in Target.Keys)
        {
            var type = Target.Columns[key].Type;
            text.Append(CellValues.KeyText(type, CellValues.ToObject(rows, type, rows.Cells(row)[key]))).Append('\0');
        }

        return text.ToString();
    }

    /// <summary>The key of a row that came back.</summary>
    public string KeyText(IReadOnlyList<object?> row)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Target.Keys.Length; i++)
        {
            text.Append(CellValues.KeyText(Target.Columns[Target.Keys[i]].Type, row[i])).Append('\0');
        }

        return text.ToString();
    }

    /// <summary>That a row has the key of a row that came back.</summary>
    public string IsKey(StatementParameters parameters, IReadOnlyList<object?> row) =>
        string.Join(" AND ", _keys.Select((key, place) => $"{key} = {Typed(Target.Keys[place], parameters.Add(row[place]))}"));

    /// <summary>NULL as the value of a column.</summary>
    public string Null(StatementParameters parameters, int column) => Typed(column, parameters.Add(Dialect.ToParameter(Target.Columns[column].Type, null)));

    private string Insert(string source) =>
        Dialect.Upsert(new(static (_, _) => "1 = 0") { Table = Name, Keys = _keys, Columns = [.. _keys, .. _others], Source = source, Returned = [_keys[0]] });

    private SqlStatement Replace(StatementParameters parameters, string source, bool isSelect) => parameters.Statement(
        Dialect.Upsert(new(IsOlder)
        {
            Table = Name,
            Keys = _keys,
            Columns = [.. _keys, .. _others, _deletedAt, .. _images, .. Widths, _count, _version],
            Source = source,
            IsSelect = isSelect,
            Returned = Looked,
        }),
        Dialect.UpsertReturnsRows && !isSelect);

    /// <summary>A parameter as the value of a column.</summary>
    public string Typed(int column, string parameter) =>
        _given[column] is { } given ? Dialect.GivenValue(Target.Columns[column].Type, parameter, given) : Dialect.Value(Target.Columns[column].Type, parameter);

    private IReadOnlyList<SqlColumnShape> OwnColumnsOf(bool isNew) =>
        [.. ImageNames.Select(name => Own(name)), Own(TieCount), .. HasWidth ? [Own(Width)] : Array.Empty<SqlColumnShape>(), .. JoinedKeys(isNew)];

    // NOT NULL where the table is made: a row that somebody else inserts without it would be one that the sink never finds.
    private IEnumerable<SqlColumnShape> JoinedKeys(bool isNew) => Dialect.JoinedKeyType is { } type ? [Own(JoinedKey, isNew, type)] : [];

    private IEnumerable<SqlColumnShape> ModelColumns => Target.Sql.Columns.Select(Shaped);

    private string? DistributionKey => Schemaless?.Rule.HasDistKey == true ? SchemalessNames.DistKey : null;

    private string[] Looked => [.. ReadKeys, .. Widths, _version, _count];

    private string[] KeyNames => [.. Target.Keys.Select(key => Target.Columns[key].Attribute.ColumnName)];

    private static string? GivenType(SqlDialect dialect, ColumnType type, GivenSqlTypes? given) => given is null ? null : dialect.GivenType(
        type, new() { Any = given.Any, Postgres = given.Postgres, Sqlite = given.Sqlite, CrateDb = given.CrateDb, Redshift = given.Redshift });

    private SqlColumnShape Own(string name, bool isNotNull = false, string? type = null) =>
        new(name, type ?? Dialect.TypeOf(ColumnType.Int64, isKey: isNotNull), type is null ? ColumnType.Int64 : ColumnType.Text, isNotNull);

    private SqlColumnShape ShapedInHistory(SqlColumn column)
    {
        var attribute = Target.Columns.First(one => one.Attribute.ColumnName == column.Name).Attribute;
        var own = attribute.ColumnName.StartsWith(SchemalessNames.OwnPrefix, StringComparison.Ordinal) && attribute.SqlType is null;
        return attribute.ColumnType == ColumnType.Json ? new(column.Name, Dialect.HistoryDocumentType ?? Dialect.DocumentType, ColumnType.Json, false)
            : column.Name == HistoryTable.Id || (column.Name == "cdc_position" && column.Key != SqlKey.None) ? new(column.Name, Dialect.VersionType, ColumnType.Text, true)
            : own ? new(column.Name, Dialect.TypeOf(attribute.ColumnType, isKey: false), attribute.ColumnType, attribute.IsRequired)
            : new(column.Name, GivenType(Dialect, attribute.ColumnType, column.Given) ?? Dialect.TypeOf(attribute.ColumnType, isKey: true), attribute.ColumnType, true);
    }

    private bool IsDocument(SqlColumn column) => Schemaless is { Rule.Format: not null } && column.Key == SqlKey.None;

    private string IsOlder(Func<string, string> present, Func<string, string> incoming)
    {
        var older = $"{Dialect.TimeOf(present(_version))} < {Dialect.TimeOf(incoming(_version))}";
        return HasWidth
            ? $"({older} OR ({present(_version)} = {incoming(_version)} AND COALESCE({present(_count)}, 0) = 0 AND COALESCE({present(_width)}, 0) < {incoming(_width)}))"
            : older;
    }

    private string IsOfFewer(Func<string, string> present, Func<string, string> incoming)
    {
        var sameTime = $"{Dialect.TimeOf(present(_version))} = {Dialect.TimeOf(incoming(_version))} AND ";
        var (count, width) = ($"COALESCE({present(_count)}, 0)", $"COALESCE({present(_width)}, 0)");
        return sameTime + (HasWidth
            ? $"{width} <= {incoming(_width)} AND ({count} < {incoming(_count)} OR ({count} = {incoming(_count)} AND {width} < {incoming(_width)}))"
            : $"{count} < {incoming(_count)}");
    }

    // What a row has beyond the columns that its writer knew is not its own.
    private string Written(StatementParameters parameters, string column, int place)
    {
        var first = _others.Length - Schemaless!.Columns.Length;
        return place < first ? column : $"CASE WHEN COALESCE({_width}, 0) >= {Value(parameters, ColumnType.Int64, (long)(place - first + 1))} THEN {column} END AS {column}";
    }

    private static long Number(object? value) => value is null ? 0 : Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);

    // Never replaces: what is remembered is remembered.
    private SqlStatement Remember(StatementParameters parameters, bool isSelect, string source) => parameters.Statement(Dialect.Upsert(new(static (_, _) => "1 = 0")
    {
        Table = Ties,
        Keys = [.. _keys, _version, .. _images],
        Columns = [.. _keys, .. _others, _deletedAt, .. _images, _version],
        Source = source,
        IsSelect = isSelect,
        Returned = [_version],
    }));

    private string Values(StatementParameters parameters, RowBuffer rows, IReadOnlyList<int> some, bool isTie)
    {
        var text = new StringBuilder("VALUES ");
        for (var i = 0; i < some.Count; i++)
        {
            text.Append(i == 0 ? "(" : ",\n    (");
            var row = some[i];
            foreach (var column in InsertOrder)
            {
                text.Append(Cell(parameters, rows, row, column)).Append(", ");
            }

            var head = rows[row];
            text.Append(Value(parameters, ColumnType.Int64, head.IsTombstone ? head.Microseconds : null)).Append(", ");
            text.Append(Value(parameters, ColumnType.Int64, head.Images.Old)).Append(", ").Append(Value(parameters, ColumnType.Int64, head.Images.New)).Append(", ");
            if (!isTie)
            {
                if (HasWidth)
                {
                    text.Append(Value(parameters, ColumnType.Int64, Schemaless!.Width)).Append(", ");
                }

                text.Append(Value(parameters, ColumnType.Int64, 0L)).Append(", ");
            }

            text.Append(Value(parameters, ColumnType.Text, Version(rows, row))).Append(')');
        }

        return text.ToString();
    }

    private string Value(StatementParameters parameters, ColumnType type, object? value) => Dialect.Value(type, parameters.Add(Dialect.ToParameter(type, value)));

    private string Cell(StatementParameters parameters, RowBuffer rows, int row, int column)
    {
        var type = Target.Columns[column].Type;
        var value = CellValues.ToObject(rows, type, rows.Cells(row)[column]);
        if (_given[column] is not { } given)
        {
            return Value(parameters, type, value);
        }

        return Dialect.FitsGiven(value, given)
            ? Typed(column, parameters.Add(_isAny[column] ? value : Dialect.ToParameter(type, value)))
            : throw new UnfitForColumnException(Target.Columns[column].Attribute.ColumnName, given);
    }

    private string IsKeyOne => string.Join(" AND ", _keys.Select((key, place) => $"{key} = {Typed(Target.Keys[place], Dialect.Parameter(place + 1))}"));

    private string Key(StatementParameters parameters, RowBuffer rows, int row, int place) => Cell(parameters, rows, row, Target.Keys[place]);

    private string IsKey(StatementParameters parameters, RowBuffer rows, int row) =>
        string.Join(" AND ", Enumerable.Range(0, _keys.Length).Select(place => $"{_keys[place]} = {Key(parameters, rows, row, place)}"));

    private string Time(StatementParameters parameters, RowBuffer rows, int row) => Dialect.Value(ColumnType.Text, parameters.Add(Version(rows, row)[..RowVersion.TimeLength]));

    private static string Version(RowBuffer rows, int row) => Encoding.ASCII.GetString(rows.Version(row));

    private static string List(IEnumerable<string> columns) => string.Join(", ", columns);
}
