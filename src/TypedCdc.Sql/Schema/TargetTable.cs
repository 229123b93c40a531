using System.Collections.Immutable;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Sql.Schema;

/// <summary>One table that a sink keeps: its model, and what the way from record to row needs to know of it, made once.</summary>
internal sealed class TargetTable
{
    private readonly AttributeTable? _anyKind; // null without a model
    private readonly int[] _columnOf; // by ordinal; -1 for an attribute without a column
    private readonly Func<int, UnfitValue> _unfit;

    /// <summary>The current states of a model's items.</summary>
    public TargetTable(int index, CdcModel model, Func<int, UnfitValue> unfit, NamingPolicy? naming = null)
        : this(index, ColumnNames.Apply(naming, model), model.ClrType.ToString(), unfit, model)
    {
    }

    /// <summary>A table whose rows are not made by a model.</summary>
    /// <param name="index">Its place in the sink's list of tables.</param>
    /// <param name="schema">Its names and columns.</param>
    /// <param name="owner">What it is of, in messages.</param>
    public TargetTable(int index, TableSchema schema, string owner)
        : this(index, schema, owner, static _ => UnfitValue.Fail, model: null)
    {
    }

    private TargetTable(int index, TableSchema schema, string owner, Func<int, UnfitValue> unfit, CdcModel? model)
    {
        Index = index;
        Model = model;
        _unfit = unfit;
        Owner = owner;
        Revision = schema.Revision;
        SourceTable = schema.TableName;
        _columnOf = [.. Enumerable.Repeat(-1, model?.Attributes.Count ?? schema.Attributes.Length)];
        var columns = ImmutableArray.CreateBuilder<TargetColumn>(schema.Attributes.Length);
        for (var ordinal = 0; ordinal < schema.Attributes.Length; ordinal++)
        {
            if (schema.Attributes[ordinal].HasColumn)
            {
                _columnOf[ordinal] = columns.Count;
                columns.Add(new(
                    columns.Count, ordinal, schema.Attributes[ordinal], KeyOf(schema, ordinal), unfit(ordinal), model?.Attributes[ordinal].Expected ?? $"a value of kind {schema.Attributes[ordinal].Kinds}"));
            }
        }

        Columns = columns.ToImmutable();
        Keys = [.. Columns.Where(static column => column.Key != SqlKey.None).OrderBy(static column => column.Key).Select(static column => column.Index)];
        Overflow = Columns.FirstOrDefault(static column => column.Type == ColumnType.Overflow)?.Index ?? -1;
        if (Overflow < 0 && Columns.FirstOrDefault(static column => column.Unfit == UnfitValue.ToOverflow) is { } column)
        {
            throw new InvalidOperationException(
                $"Values of '{column.Attribute.Name}' that do not fit are to go to the overflow, but the model '{owner}' has no [CdcOverflow] member with a column.");
        }

        SendsToOverflow = Columns.Any(static column => column.Unfit == UnfitValue.ToOverflow);
        Sql = new(
            schema.SqlSchema, schema.SqlName,
            [.. Columns.Select(static column => new SqlColumn(column.Attribute.ColumnName, column.Attribute.MemberName, (SqlColumnType)column.Type, column.Key, Given(column.Attribute.SqlType)))],
            [.. schema.Indexes.Select(index => new SqlIndex(index.Name, [.. index.Attributes.Select(ordinal => schema.Attributes[ordinal].ColumnName)]))]);
        _anyKind = model?.Attributes.OfAnyKind;
    }

    private static SqlKey KeyOf(TableSchema schema, int ordinal) => ordinal == schema.PartitionKey || schema.PartitionKeyParts.Contains(ordinal) ? SqlKey.Partition
        : ordinal == schema.SortKey || schema.SortKeyParts.Contains(ordinal) ? SqlKey.Sort
        : SqlKey.None;

    /// <summary>The same table with columns named by the sink's convention.</summary>
    public TargetTable Named(NamingPolicy? naming) => naming is null || Model is null ? this : new(Index, Model, _unfit, naming) { AcceptsNewerTable = AcceptsNewerTable };

    /// <summary>Its place in the sink's list of tables.</summary>
    public int Index { get; }

    /// <summary>The model whose items it has; null for an untyped table and for a history.</summary>
    public CdcModel? Model { get; }

    /// <summary>What it is of, in messages: the model's type, or the DynamoDB table.</summary>
    public string Owner { get; }

    /// <summary>The DynamoDB table's name in the model.</summary>
    public string SourceTable { get; }

    /// <summary>The columns of an untyped table; null for every other table.</summary>
    public SchemalessShape? Untyped { get; init; }

    /// <summary>The history that it is; null for a table of current states. Its rows are only added: it has no versions, tombstones, ties or view.</summary>
    public HistoryTable? History { get; init; }

    /// <summary>The view's name; the table is this with <c>__cdc</c> behind.</summary>
    public string Name => Sql.Name;

    /// <summary>The unquoted name of the table itself.</summary>
    public string TableName => History is null ? TypedCdc.Sql.Schema.SqlName.OfTable(Name) : Name;

    public string? Schema => Sql.Schema;

    /// <summary>The model's revision: a hash of its names and types.</summary>
    public string Revision { get; }

    /// <summary>This model may write a table that a newer revision of it has written.</summary>
    public bool AcceptsNewerTable { get; init; }

    /// <summary>How much older than its scan's start a snapshot's row is taken to be, in µs.</summary>
    public long SnapshotMargin { get; set; }

    /// <summary>What the database's types cannot hold. Set by the sink.</summary>
    public ValueLimits Limits { get; set; } = ValueLimits.None;

    /// <summary>Columns whose types take longer text than <see cref="Limits"/> says, by their places; null for none. Set by the sink.</summary>
    public bool[]? TakesLongText { get; set; }

    /// <summary>The names and types that statements are made from.</summary>
    public SqlTable Sql { get; }

    /// <summary>The columns, in the order of their attributes; attributes without a column have none here.</summary>
    public ImmutableArray<TargetColumn> Columns { get; }

    /// <summary>The key columns' places in <see cref="Columns"/>: those of the partition key, then those of the sort key.</summary>
    public ImmutableArray<int> Keys { get; }

    /// <summary>How many attributes a scan finds, and so how many slots it needs.</summary>
    public int AttributeCount => _columnOf.Length;

    /// <summary>The overflow column's place in <see cref="Columns"/>; -1 where there is none.</summary>
    public int Overflow { get; }

    /// <summary>Some column sends values that it cannot hold to the overflow.</summary>
    public bool SendsToOverflow { get; }

    /// <summary>
    /// Finds the values of a map, without judging whether they fit: a policy may have something else to say to a value of the wrong type than that the record
    /// is lost.
    /// </summary>
    /// <param name="utf8">What the map stands in.</param>
    /// <param name="start">Where it begins, <c>{"userid":{"N":"8"},…}</c>.</param>
    /// <param name="slots">One an attribute, by ordinal; attributes of other names are checked and passed over.</param>
    /// <param name="hasUnmapped">Whether there are such attributes.</param>
    /// <returns>Whether the key is of the form that the model's key patterns say; their parts have slots then.</returns>
    /// <exception cref="CdcDecodeException">The map is not one of attribute values, or a name occurs twice in it.</exception>
    public bool Scan(ReadOnlySpan<byte> utf8, int start, Span<AttributeSlot> slots, out bool hasUnmapped)
    {
        AttributeScanner.ScanMap(utf8, start, _anyKind!, slots, out hasUnmapped);
        return _anyKind!.TryFillKeyParts(utf8, slots);
    }

    /// <summary>Whether the model knows an attribute, and its column; null where it has none.</summary>
    /// <param name="spelled">The name as it stands between its quotes.</param>
    /// <param name="column">The column.</param>
    public bool IsMapped(ReadOnlySpan<byte> spelled, out TargetColumn? column)
    {
        using var name = new UnescapedText(spelled, stackalloc byte[256]);
        var ordinal = _anyKind!.Find(name.Utf8);
        column = ordinal >= 0 && _columnOf[ordinal] is >= 0 and var index ? Columns[index] : null;
        return ordinal >= 0;
    }

    private static GivenSqlTypes? Given(ColumnSqlType? type) => type is null ? null : new(type.Any, type.Postgres, type.Sqlite, type.CrateDb, type.Redshift);
}

/// <summary>One column of a <see cref="TargetTable"/>.</summary>
/// <param name="Index">Its place among the columns, and so among a row's cells.</param>
/// <param name="Ordinal">The ordinal of its attribute.</param>
/// <param name="Attribute">What it is made from.</param>
/// <param name="Key">Whether it is part of the key.</param>
/// <param name="Unfit">What happens to a value that it cannot hold.</param>
/// <param name="Expected">What it expects, in errors.</param>
internal sealed record TargetColumn(int Index, int Ordinal, AttributeSchema Attribute, SqlKey Key, UnfitValue Unfit, string Expected)
{
    public ColumnType Type => Attribute.ColumnType;

    /// <summary>The model's member holds less than the column does.</summary>
    public bool IsNarrower { get; } = ScalarCheck.IsNeeded(Attribute);
}
