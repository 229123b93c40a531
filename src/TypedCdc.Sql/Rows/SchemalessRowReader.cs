using System.Collections.Immutable;
using System.Globalization;
using TypedCdc.Decoding;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Makes rows of the records of one table without a model, straight from their bytes.</summary>
internal sealed class SchemalessRowReader
{
    /// <summary>Stands for the index of a table that is not there yet.</summary>
    public const int NoIndex = -1;

    private const AttributeKind AnyKind = (AttributeKind)((1 << 10) - 1);

    private readonly SchemalessShape _shape;
    private readonly ISchemalessRules _tables;
    private readonly ValueLimits _limits;
    private readonly AttributeTable _keys;
    private readonly AttributeSlot[] _slots;
    private readonly SchemalessColumns _columns;
    private readonly int _firstColumn; // the ordinal of the first attribute's column
    private readonly RowBuffer? _trial; // rows of a table that is still to be made: only a record that can be a row makes one

    public SchemalessRowReader(SchemalessShape shape, int index, ISchemalessRules tables, ValueLimits limits)
    {
        Index = index;
        _shape = shape;
        _tables = tables;
        _limits = limits;
        _keys = new([.. shape.Keys.Select(static key => new AttributeSpec(key.Name, AnyKind, IsRequired: false, ""))]);
        _slots = new AttributeSlot[shape.Keys.Length];
        _columns = new(shape);
        _firstColumn = shape.ColumnCount - shape.Columns.Length;
        _trial = IsNew ? new(shape.ToTarget(0, limits)) : null;
    }

    /// <summary>The table's place in the sink's list of tables.</summary>
    public int Index { get; }

    /// <summary>The table is still to be made.</summary>
    public bool IsNew => Index == NoIndex;

    /// <summary>The table is still to be made, or columns of it are.</summary>
    public bool IsWanted => IsNew || _columns.Missing.Count > 0;

    /// <summary>The table with the columns that are missing.</summary>
    public SchemalessShape Wanted => _shape.With(_columns.Missing);

    /// <summary>Forgets which columns are missing.</summary>
    public void ForgetMissing() => _columns.ForgetMissing(0);

    /// <summary>The key of a table that has only this record.</summary>
    /// <exception cref="CdcDecodeException">The record does not say what the key is.</exception>
    public static ImmutableArray<SchemalessKey> KeysOf(SchemalessRule rule, in CdcRecord record)
    {
        var map = !record.Keys.IsEmpty ? record.Keys : record.NewImage.IsEmpty ? record.OldImage : record.NewImage;
        if (map.IsEmpty)
        {
            throw new CdcDecodeException("The record has neither keys nor an image.");
        }

        if (record.Keys.IsEmpty && rule.KeyNames is null)
        {
            throw new CdcDecodeException(
                $"The record does not say which attributes are the key, as those of full exports and scans do not. Name them where the table is added: {(rule.Format is null ? "AddColumns" : "AddDocuments")}(\"{rule.Tables}\", table => table.Keys(\"…\")).");
        }

        var attributes = new List<(string Name, AttributeKind Kind)>();
        var item = new ItemScanner(map.Span);
        while (item.Read())
        {
            var name = JsonText.GetString(item.Name.Of(map.Span), item.Name.IsPlain);
            if (!record.Keys.IsEmpty || rule.KeyNames!.Contains(name, StringComparer.Ordinal))
            {
                attributes.Add((name, item.Value.Kind));
            }
        }

        if (attributes.Count is not (1 or 2) || attributes.Exists(static key => key.Kind is not (AttributeKind.S or AttributeKind.N or AttributeKind.B))
            || (rule.KeyNames is { } names && (names.Length != attributes.Count || !attributes.TrueForAll(key => names.Contains(key.Name, StringComparer.Ordinal)))))
        {
            throw new CdcDecodeException(rule.KeyNames is null
                ? "The record's key is none: a table of DynamoDB has one or two key attributes of kind S, N or B."
                : $"The record's key is not that which the sink was told ({string.Join(", ", rule.KeyNames)}), of kind S, N or B.");
        }

        attributes.Sort((left, right) => rule.KeyNames is { } order
            ? Array.IndexOf(order, left.Name).CompareTo(Array.IndexOf(order, right.Name))
            : string.CompareOrdinal(left.Name, right.Name));
        return SchemalessNames.OfKeys(attributes, rule.OwnColumn, rule.Columns);
    }

    /// <summary>Adds the row that a record means, or notes what is missing for it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="index">Its index in the write.</param>
    /// <param name="buffers">One a table of the sink.</param>
    /// <param name="mayWish">Whether what is missing is noted; else it is a reason to refuse the record.</param>
    /// <exception cref="CdcDecodeException">The record cannot be a row.</exception>
    public void Read(in CdcRecord record, int index, RowBuffer[] buffers, bool mayWish)
    {
        var buffer = _trial ?? buffers[Index];
        if (_shape.Refusal is { } refusal)
        {
            throw new CdcDecodeException(refusal);
        }

        var isTombstone = record.Operation == ChangeOperation.Remove;
        var cells = buffer.BeginRow();
        var hasKeys = !record.Keys.IsEmpty;
        if (hasKeys)
        {
            try
            {
                ReadKeys(record.Keys.Span, buffer, cells, isImage: false, isCompared: false);
            }
            catch (CdcDecodeException error) when (error.ByteOffset >= 0)
            {
                error.ByteOffset += RowReader.OffsetOf(record.Utf8.Span, record.Keys);
                throw;
            }
        }
        else if (_shape.Rule.KeyNames is null)
        {
            KeysOf(_shape.Rule, record); // says what to do
        }

        var isComplete = true;
        if (!isTombstone || !hasKeys)
        {
            var image = RowReader.ImageOf(record, isTombstone);
            try
            {
                ReadKeys(image.Span, buffer, cells, isImage: true, isCompared: hasKeys);
                isComplete = isTombstone || ReadValues(image.Span, buffer, cells, mayWish);
            }
            catch (CdcDecodeException error) when (error.ByteOffset >= 0)
            {
                error.ByteOffset += RowReader.OffsetOf(record.Utf8.Span, image);
                throw;
            }
        }

        if (isComplete)
        {
            if (_shape.Rule.HasDistKey)
            {
                cells[_shape.Keys.Length] = JoinKey(buffer, cells);
            }

            buffer.EndRow(index, isTombstone, RowReader.TimeOf(record, buffer.Table), RowReader.SequenceOf(record), RowReader.Images(record), RowReader.HashOf(record));
        }
    }

    private void ReadKeys(ReadOnlySpan<byte> map, RowBuffer buffer, Span<Cell> cells, bool isImage, bool isCompared)
    {
        AttributeScanner.ScanMap(map, 0, _keys, _slots, out var hasOthers);
        for (var key = 0; key < _slots.Length; key++)
        {
            if (_slots[key].Kind != _shape.Keys[key].Kind || (hasOthers && !isImage))
            {
                throw new CdcDecodeException(
                    $"The {(isImage ? "image's" : "record's")} key is not that of the table '{_shape.SqlName}' ({SchemalessShape.Describe(_shape.Keys)}), which its first record decided.");
            }

            var cell = RowReader.Key(buffer, buffer.Table.Columns[key], map, _slots[key]);
            if (isCompared && !buffer.AreEqual(cell, cells[key]))
            {
                throw new CdcDecodeException("The image has another key than the record.");
            }

            cells[key] = cell;
        }
    }

    /// <summary>Whether there is a column for everything.</summary>
    private bool ReadValues(ReadOnlySpan<byte> image, RowBuffer buffer, Span<Cell> cells, bool mayWish)
    {
        if (_shape.Rule.Format is { } format)
        {
            cells[_shape.Keys.Length] = WriteDocument(buffer, image, format);
            return true;
        }

        var missing = _columns.Missing.Count;
        var isComplete = _columns.Find(image, _keys);
        if (!isComplete && (!mayWish || _shape.ColumnCount + _columns.Missing.Count > _limits.MaximumColumns))
        {
            var first = _columns.LastMissing;
            _columns.ForgetMissing(missing);
            throw new CdcDecodeException(_tables.MayAdd
                ? string.Create(CultureInfo.InvariantCulture, $"The table '{_shape.SqlName}' has no room for the column '{first}': the database takes {_limits.MaximumColumns} columns of attributes in a table. Keep these items as documents.")
                : $"The table '{_shape.SqlName}' has no column '{first}', and the sink's MigrationMode does not let it be added.");
        }

        if (isComplete)
        {
            foreach (var (ordinal, slot) in _columns.Found)
            {
                cells[_firstColumn + ordinal] = SchemalessCell.Write(buffer, buffer.Table.Columns[_firstColumn + ordinal], image, slot);
            }
        }

        return isComplete;
    }

    private Cell WriteDocument(RowBuffer buffer, ReadOnlySpan<byte> image, DocumentFormat format)
    {
        var start = buffer.ByteCount;
        AttributeJson.WriteItem(image, buffer, format);
        var document = buffer.TextSince(start);
        if (document.Length > _limits.MaximumDocumentBytes)
        {
            throw new CdcDecodeException(string.Create(CultureInfo.InvariantCulture, $"The item has {document.Length} bytes as a document, and the database takes {_limits.MaximumDocumentBytes} in a column."));
        }

        return _limits.TakesNul || !CellWriter.HasEscapedNul(buffer.Bytes(document))
            ? document
            : throw new CdcDecodeException("The item holds the character U+0000, which the database cannot hold.");
    }

    /// <summary>The key's values, joined by <c>|</c>, with <c>\</c> before a <c>|</c> or <c>\</c> of their own.</summary>
    private Cell JoinKey(RowBuffer buffer, ReadOnlySpan<Cell> cells)
    {
        var start = buffer.ByteCount;
        for (var key = 0; key < _shape.Keys.Length; key++)
        {
            if (key > 0)
            {
                Append(buffer, (byte)'|');
            }

            for (var i = 0; i < cells[key].Length; i++)
            {
                // Not a span kept over the loop: the buffer's bytes may move when it grows.
                var value = buffer.Bytes(cells[key])[i];
                if (cells[key].Kind == CellKind.Bytes)
                {
                    Append(buffer, HexDigit(value >> 4));
                    Append(buffer, HexDigit(value & 15));
                    continue;
                }

                if (value is (byte)'|' or (byte)'\\')
                {
                    Append(buffer, (byte)'\\');
                }

                Append(buffer, value);
            }
        }

        return buffer.TextSince(start);
    }

    private static byte HexDigit(int value) => "0123456789abcdef"u8[value];

    private static void Append(RowBuffer buffer, byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }
}
