using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Schema;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Makes rows of one history from records.</summary>
/// <param name="table">The history as it is written.</param>
internal sealed class HistoryReader(TargetTable table)
{
    // A file's sequence numbers are its rank among the files × 10^12 + the record's ordinal. The rank changes with the files that exist; the ordinal does not.
    private const ulong FileRankWeight = 1_000_000_000_000;

    private readonly HistoryTable _history = table.History!;
    private readonly bool _isHashed = table.Columns[0].Attribute.ColumnName == HistoryTable.Id;
    private readonly AttributeSlot[] _slots = new AttributeSlot[table.History!.Items.AttributeCount];

    /// <summary>The table's place in the sink's list of tables.</summary>
    public int Index => table.Index;

    /// <summary>Adds the row of a record, unless its item is another model's, in a table with several.</summary>
    /// <param name="record">The record.</param>
    /// <param name="index">Its index in the write.</param>
    /// <param name="isShared">Whether several models share the DynamoDB table.</param>
    /// <param name="rows">Where the row goes.</param>
    /// <exception cref="CdcDecodeException">The record does not fit the table.</exception>
    public void Read(in CdcRecord record, int index, bool isShared, RowBuffer rows)
    {
        if (isShared && ModelMatch.Match(_history.Model, record) == ModelVerdict.No)
        {
            return;
        }

        try
        {
            var cells = rows.BeginRow();
            var keys = _history.Items.Keys.Length;
            var own = cells[((_isHashed ? 1 : 0) + keys)..];
            ReadKeys(record, rows, own.Length, cells);
            var (number, position) = PositionOf(record);
            var identity = record.UserIdentity;
            own[0] = Cell.Of(record.TimestampMicroseconds);
            own[1] = Text(rows, record.Position.Shard?.Stream ?? "");
            own[2] = Text(rows, record.Position.Shard?.Shard ?? "");
            own[3] = Text(rows, position);
            own[4] = Text(rows, OperationOf(record.Operation));
            own[5] = _history.Images.HasFlag(Images.Before) ? Document(rows, "cdc_before", record.OldImage.Span) : default;
            own[6] = _history.Images.HasFlag(Images.After) || record.Operation == ChangeOperation.Snapshot ? Document(rows, "cdc_after", record.NewImage.Span) : default;
            own[7] = Text(rows, record.EventId is { Length: > 0 } eventId ? eventId : null);
            own[8] = Text(rows, number);
            own[9] = Text(rows, record.TableName);
            own[10] = Text(rows, record.Region is { Length: > 0 } region ? region : null);
            own[11] = Text(rows, identity?.Type);
            own[12] = Text(rows, identity?.PrincipalId);
            own[13] = Cell.Of(record.IsTimeToLive ? 1L : 0L);
            own[14] = record.SizeBytes > 0 ? Cell.Of((long)record.SizeBytes) : default;
            if (_isHashed)
            {
                cells[0] = Text(rows, IdOf(rows, cells, keys, position, record));
            }

            rows.EndRow(index, isTombstone: false, Math.Max(0, record.TimestampMicroseconds), sequenceNumber: null, new(Tie.Unknown, 0));
        }
        catch (CdcDecodeException error)
        {
            throw record.Explain(error);
        }
    }

    private static string OperationOf(ChangeOperation operation) => operation switch
    {
        ChangeOperation.Insert => "INSERT",
        ChangeOperation.Modify => "MODIFY",
        ChangeOperation.Remove => "REMOVE",
        _ => "SNAPSHOT",
    };

    /// <summary>The sequence number as it is shown, and as text in the order of the numbers. A record without a position is known by its event id, else by its bytes.</summary>
    private static (string? Number, string Position) PositionOf(in CdcRecord record)
    {
        if (record.Position.Shard is not { } shard)
        {
            return (null, record.EventId is { Length: > 0 } eventId ? "event:" + eventId : "bytes:" + Convert.ToHexStringLower(SHA256.HashData(record.Utf8.Span)));
        }

        var number = record.Position.SequenceNumber.ToString(null, CultureInfo.InvariantCulture);
        if (shard.Shard == RowVersion.FileShard && UInt128.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var ranked))
        {
            number = (ranked % FileRankWeight).ToString(CultureInfo.InvariantCulture);
        }

        return (number, string.Create(CultureInfo.InvariantCulture, $"{number.Length:D3}:{number}"));
    }

    // Names a change: the same in every process and for every delivery of it. Time, stream, shard and position follow the item's key, each with its length: no two changes have the same text.
    private string IdOf(RowBuffer rows, ReadOnlySpan<Cell> cells, int keys, string position, in CdcRecord record)
    {
        var text = new StringBuilder();
        for (var i = 1; i <= keys; i++)
        {
            Append(CellValues.KeyText(table.Columns[i].Type, CellValues.ToObject(rows, table.Columns[i].Type, cells[i])));
        }

        Append(record.TimestampMicroseconds.ToString(CultureInfo.InvariantCulture));
        Append(record.Position.Shard?.Stream ?? "");
        Append(record.Position.Shard?.Shard ?? "");
        Append(position);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        void Append(string part) => text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}.");
    }

    private void ReadKeys(in CdcRecord record, RowBuffer rows, int ownColumns, Span<Cell> cells)
    {
        var map = record.Keys.IsEmpty ? record.NewImage.IsEmpty ? record.OldImage : record.NewImage : record.Keys;
        if (map.IsEmpty)
        {
            throw new CdcDecodeException("The record has neither keys nor an image.");
        }

        _history.Items.Scan(map.Span, 0, _slots, out _);
        var place = cells.Length - ownColumns - _history.Items.Keys.Length;
        foreach (var key in _history.Items.Keys)
        {
            // As the item's own table writes its key: numbers in one spelling.
            cells[place++] = RowReader.Key(rows, _history.Items.Columns[key], map.Span, _slots[_history.Items.Columns[key].Ordinal]);
        }
    }

    private static Cell Text(RowBuffer rows, string? text)
    {
        if (text is null)
        {
            return default;
        }

        var start = rows.ByteCount;
        rows.Advance(Encoding.UTF8.GetBytes(text, rows.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        return rows.TextSince(start);
    }

    private Cell Document(RowBuffer rows, string column, ReadOnlySpan<byte> image)
    {
        if (image.IsEmpty)
        {
            return default;
        }

        var start = rows.ByteCount;
        AttributeJson.WriteItem(image, rows, _history.Documents);
        var document = rows.TextSince(start);
        if (document.Length > table.Limits.MaximumDocumentBytes)
        {
            throw new CdcDecodeException(string.Create(
                CultureInfo.InvariantCulture,
                $"The image for the column '{column}' of the history '{table.Name}' has {document.Length} bytes, and the database takes {table.Limits.MaximumDocumentBytes} in a column. Leave it out with HistoryOptions.Images, or keep the history elsewhere."));
        }

        return table.Limits.DocumentsTakeNul || !CellWriter.HasEscapedNul(rows.Bytes(document))
            ? document
            : throw new CdcDecodeException($"The image for the column '{column}' of the history '{table.Name}' holds the character U+0000, which the database cannot hold.");
    }
}
