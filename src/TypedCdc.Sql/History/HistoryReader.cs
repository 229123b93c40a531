using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Schema;

namespace TypedCdc.Sql;

/// <summary>Makes rows of a history from records.</summary>
internal sealed class HistoryReader(HistoryTable table)
{
    // A file's sequence numbers are its rank among the files × 10^12 + the record's ordinal. The rank changes with the files that are there; the ordinal does not.
    private const ulong FileRankWeight = 1_000_000_000_000;

    private readonly RowBuffer _keys = new(table.Target);
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly AttributeSlot[] _slots = new AttributeSlot[table.Target.AttributeCount];

    /// <summary>The row of a record; null where the item is another model's, in a table with several.</summary>
    /// <param name="record">The record.</param>
    /// <param name="index">Its index in the write.</param>
    /// <param name="isShared">Several models live in the DynamoDB table.</param>
    /// <exception cref="CdcDecodeException">The record does not fit the table.</exception>
    public HistoryRow? Read(in CdcRecord record, int index, bool isShared)
    {
        if (isShared && ModelMatch.Match(table.Model, record) == ModelVerdict.No)
        {
            return null;
        }

        try
        {
            var keys = ReadKeys(record);
            var (number, position) = PositionOf(record);
            var identity = record.UserIdentity;
            return new(index, keys,
            [
                record.TimestampMicroseconds,
                record.Position.Shard?.Stream ?? "",
                record.Position.Shard?.Shard ?? "",
                position,
                OperationOf(record.Operation),
                table.Images.HasFlag(Images.Before) ? Document(record.OldImage.Span) : null,
                table.Images.HasFlag(Images.After) || record.Operation == ChangeOperation.Snapshot ? Document(record.NewImage.Span) : null,
                record.EventId is { Length: > 0 } eventId ? eventId : null,
                number,
                record.TableName,
                record.Region is { Length: > 0 } region ? region : null,
                identity?.Type,
                identity?.PrincipalId,
                record.IsTimeToLive,
                record.SizeBytes > 0 ? (long)record.SizeBytes : null,
            ]);
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

    /// <summary>The sequence number as it is shown, and as text that is ordered as numbers are. A record without a position is known by its event id, else by its bytes.</summary>
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

    private object[] ReadKeys(in CdcRecord record)
    {
        var map = record.Keys.IsEmpty ? record.NewImage.IsEmpty ? record.OldImage : record.NewImage : record.Keys;
        if (map.IsEmpty)
        {
            throw new CdcDecodeException("The record has neither keys nor an image.");
        }

        table.Target.Scan(map.Span, 0, _slots, out _);
        _keys.Clear();
        _keys.BeginRow();
        var values = new object[table.Target.Keys.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var column = table.Target.Columns[table.Target.Keys[i]];
            values[i] = ToValue(column, RowReader.Key(_keys, column, map.Span, _slots[column.Ordinal]));
        }

        return values;
    }

    private object ToValue(TargetColumn column, in Cell cell)
    {
        switch (cell.Kind)
        {
            case CellKind.Int64 when column.Type == ColumnType.Interval:
                return new TimeSpan(cell.Int64); // every database writes durations in its own way
            case CellKind.Int64 when column.Type is ColumnType.Timestamp or ColumnType.Date or ColumnType.Time:
                Span<byte> time = stackalloc byte[40];
                return Encoding.ASCII.GetString(time[..TimeText.Format(column.Type, cell.Int64, time)]);
            case CellKind.Int64:
                return cell.Int64;
            case CellKind.Double:
                return cell.Double;
            case CellKind.Bytes:
                return _keys.Bytes(cell).ToArray();
            default:
                return Encoding.UTF8.GetString(_keys.Bytes(cell));
        }
    }

    private string? Document(ReadOnlySpan<byte> image)
    {
        if (image.IsEmpty)
        {
            return null;
        }

        _json.ResetWrittenCount();
        AttributeJson.WriteItem(image, _json, table.Documents);
        return Encoding.UTF8.GetString(_json.WrittenSpan);
    }
}
