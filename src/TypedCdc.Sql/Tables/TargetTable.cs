using System.Collections.Immutable;
using TypedCdc.Decoding;

namespace TypedCdc.Sql;

/// <summary>One table that a sink keeps: its model, and what the way from record to row needs to know of it, made once.</summary>
internal sealed class TargetTable
{
    private const AttributeKind AnyKind = (AttributeKind)((1 << 10) - 1);

    private readonly AttributeTable _anyKind;

    public TargetTable(int index, CdcModel model, Func<int, UnfitValue> unfit)
    {
        Index = index;
        Model = model;
        var schema = model.Schema;
        Columns = [.. schema.Attributes.Select((attribute, ordinal) => new TargetColumn(
            ordinal, attribute, ordinal == schema.PartitionKey ? SqlKey.Partition : ordinal == schema.SortKey ? SqlKey.Sort : SqlKey.None, unfit(ordinal)))];
        Keys = schema.SortKey < 0 ? [schema.PartitionKey] : [schema.PartitionKey, schema.SortKey];
        Overflow = Columns.FirstOrDefault(static column => column.Type == ColumnType.Overflow)?.Ordinal ?? -1;
        if (Overflow < 0 && Columns.FirstOrDefault(static column => column.Unfit == UnfitValue.ToOverflow) is { } column)
        {
            throw new InvalidOperationException(
                $"Values of '{column.Attribute.Name}' that do not fit are to go to the overflow, but the model '{model.ClrType}' has no [CdcOverflow] member.");
        }

        SendsToOverflow = Columns.Any(static column => column.Unfit == UnfitValue.ToOverflow);
        Sql = new(schema.SqlSchema, schema.SqlName, [.. Columns.Select(static column => new SqlColumn(
            column.Attribute.ColumnName, column.Attribute.MemberName, (SqlColumnType)column.Type, column.Key))]);
        _anyKind = new([.. schema.Attributes.Select(static attribute => new AttributeSpec(attribute.Name, AnyKind, IsRequired: false, ""))]);
    }

    /// <summary>Its place in the sink's list of tables.</summary>
    public int Index { get; }

    public CdcModel Model { get; }

    /// <summary>The view's name; the table is this with <c>__cdc</c> behind.</summary>
    public string Name => Sql.Name;

    public string? Schema => Sql.Schema;

    /// <summary>The model's revision: a hash of its names and types.</summary>
    public string Revision => Model.Schema.Revision;

    /// <summary>This model may write a table that a newer revision of it has written.</summary>
    public bool AcceptsNewerTable { get; init; }

    /// <summary>What the database's types cannot hold. Set by the sink.</summary>
    public ValueLimits Limits { get; set; } = ValueLimits.None;

    /// <summary>The names and types that statements are made from.</summary>
    public SqlTable Sql { get; }

    /// <summary>The columns, one an attribute and in the attributes' order: a column's index is its attribute's ordinal.</summary>
    public ImmutableArray<TargetColumn> Columns { get; }

    /// <summary>The ordinals of the key columns: partition key, then sort key.</summary>
    public ImmutableArray<int> Keys { get; }

    /// <summary>The ordinal of the overflow column; -1 where there is none.</summary>
    public int Overflow { get; }

    /// <summary>Some column sends values that it cannot hold to the overflow.</summary>
    public bool SendsToOverflow { get; }

    /// <summary>
    /// Finds the values of a map, without judging whether they fit: a policy may have something else to say to a value of the wrong type than that the record
    /// is lost.
    /// </summary>
    /// <param name="utf8">What the map stands in.</param>
    /// <param name="start">Where it begins, <c>{"userid":{"N":"8"},…}</c>.</param>
    /// <param name="slots">One a column; attributes of other names are checked and passed over.</param>
    /// <param name="hasUnmapped">Whether there are such attributes.</param>
    /// <exception cref="CdcDecodeException">The map is not one of attribute values, or a name occurs twice in it.</exception>
    public void Scan(ReadOnlySpan<byte> utf8, int start, Span<AttributeSlot> slots, out bool hasUnmapped) => AttributeScanner.ScanMap(utf8, start, _anyKind, slots, out hasUnmapped);

    /// <summary>The ordinal of the attribute with a name; -1 where none has it.</summary>
    /// <param name="spelled">The name as it stands between its quotes.</param>
    public int Find(ReadOnlySpan<byte> spelled)
    {
        using var name = new UnescapedText(spelled, stackalloc byte[256]);
        return _anyKind.Find(name.Utf8);
    }
}

/// <summary>One column of a <see cref="TargetTable"/>.</summary>
/// <param name="Ordinal">Its index.</param>
/// <param name="Attribute">What it is made from.</param>
/// <param name="Key">Whether it is part of the key.</param>
/// <param name="Unfit">What happens to a value that it cannot hold.</param>
internal sealed record TargetColumn(int Ordinal, AttributeSchema Attribute, SqlKey Key, UnfitValue Unfit)
{
    public ColumnType Type => Attribute.ColumnType;
}
