using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Postgres;

/// <summary>
/// Rows in PostgreSQL's binary COPY format (PostgreSQL documentation, COPY, "Binary Format"), written from cells into one buffer that is kept: no string, no object
/// and no array a row.
/// </summary>
internal sealed class CopyBuffer
{
    private static readonly long PostgresEpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly int PostgresEpochDay = new DateOnly(2000, 1, 1).DayNumber;

    private byte[] _bytes = new byte[64 * 1024];
    private int _length;

    /// <summary>What has been written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Begins a COPY anew.</summary>
    public void Begin()
    {
        _length = 0;
        Append("PGCOPY\n"u8);
        Append([0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    /// <summary>Ends it.</summary>
    public void End() => AppendInt16(-1);

    /// <summary>Adds a row for the temporary table: ordinal, whether it is a further change of the same time, and what <see cref="Add(RowBuffer, int)"/> adds.</summary>
    public void Add(RowBuffer rows, int row, int ordinal, bool isTie)
    {
        AppendInt16((short)(rows.Table.Columns.Length + 6));
        AppendField(ordinal);
        AppendInt32(1);
        Append([isTie ? (byte)1 : (byte)0]);
        AppendRow(rows, row);
    }

    /// <summary>Adds a row for the table itself: cells, version, time of removal, images.</summary>
    public void Add(RowBuffer rows, int row)
    {
        AppendInt16((short)(rows.Table.Columns.Length + 4));
        AppendRow(rows, row);
    }

    private void AppendRow(RowBuffer rows, int row)
    {
        var cells = rows.Cells(row);
        ref readonly var head = ref rows[row];
        for (var i = 0; i < cells.Length; i++)
        {
            AppendCell(rows, cells[i], rows.Table.Columns[i].Type);
        }

        AppendText(rows.Version(row));
        if (head.IsTombstone)
        {
            AppendField(head.Microseconds);
        }
        else
        {
            AppendInt32(-1);
        }

        AppendField(head.Images.Old);
        AppendField(head.Images.New);
    }

    private void AppendCell(RowBuffer rows, in Cell cell, ColumnType type)
    {
        if (cell.Kind == CellKind.Null)
        {
            AppendInt32(-1);
            return;
        }

        switch (type)
        {
            case ColumnType.Boolean:
                AppendInt32(1);
                Append([(byte)cell.Int64]);
                break;
            case ColumnType.Int16:
                AppendInt32(2);
                AppendInt16((short)cell.Int64);
                break;
            case ColumnType.Int32:
                AppendField((int)cell.Int64);
                break;
            case ColumnType.Int64:
                AppendField(cell.Int64);
                break;
            case ColumnType.Single:
                AppendField(BitConverter.SingleToInt32Bits((float)cell.Double));
                break;
            case ColumnType.Double:
                AppendField(BitConverter.DoubleToInt64Bits(cell.Double));
                break;
            case ColumnType.Guid:
                AppendGuid(rows.Bytes(cell));
                break;
            case ColumnType.Timestamp:
                AppendField((cell.Int64 - PostgresEpochTicks) / TimeSpan.TicksPerMicrosecond);
                break;
            case ColumnType.Date:
                AppendField((int)cell.Int64 - PostgresEpochDay);
                break;
            case ColumnType.Time:
                AppendField(cell.Int64 / TimeSpan.TicksPerMicrosecond);
                break;
            case ColumnType.Interval:
                AppendInt32(16);
                AppendInt64(cell.Int64 / TimeSpan.TicksPerMicrosecond);
                AppendInt64(0); // days and months
                break;
            case ColumnType.Numeric:
                AppendNumber(rows.Bytes(cell));
                break;
            case ColumnType.TextArray or ColumnType.Int64Array or ColumnType.NumericArray or ColumnType.DoubleArray or ColumnType.BinaryArray:
                AppendArray(rows.Bytes(cell), type);
                break;
            case ColumnType.Json or ColumnType.Overflow:
                AppendInt32(cell.Length + 1);
                Append([1]); // the version of jsonb's format
                Append(rows.Bytes(cell));
                break;
            default:
                AppendText(rows.Bytes(cell));
                break;
        }
    }

    private void AppendGuid(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.Parse(text).TryWriteBytes(bytes, bigEndian: true, out _);
        AppendText(bytes);
    }

    private void AppendNumber(ReadOnlySpan<byte> text)
    {
        var length = BinaryNumber.Write(text, Reserve(4 + BinaryNumber.MaximumLength(text.Length))[4..]);
        AppendInt32(length);
        _length += length;
    }

    // Dimensions, whether NULLs may be among the elements, the elements' type; of the only dimension its length and first index; each element with its length
    // (PostgreSQL source, src/backend/utils/adt/arrayfuncs.c, array_recv). An empty array has no dimension.
    private void AppendArray(ReadOnlySpan<byte> json, ColumnType type)
    {
        var start = _length;
        AppendInt32(0);
        AppendInt32(0);
        AppendInt32(1);
        AppendInt32(type switch
        {
            ColumnType.TextArray => 25,
            ColumnType.Int64Array => 20,
            ColumnType.NumericArray => 1700,
            ColumnType.DoubleArray => 701,
            _ => 17,
        });
        AppendInt32(0);
        AppendInt32(1);
        var count = 0;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            AppendElement(ref reader, type);
        }

        if (count == 0)
        {
            _length = start + 16;
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start + 4), 1);
            BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start + 16), count);
        }

        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), _length - start - 4);
    }

    private void AppendElement(ref Utf8JsonReader reader, ColumnType type)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            AppendInt32(-1);
            return;
        }

        switch (type)
        {
            case ColumnType.TextArray:
                var length = reader.CopyString(Reserve(4 + reader.ValueSpan.Length)[4..]);
                AppendInt32(length);
                _length += length;
                break;
            case ColumnType.Int64Array:
                AppendField(checked((long)decimal.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture)));
                break;
            case ColumnType.NumericArray:
                AppendNumber(reader.ValueSpan);
                break;
            case ColumnType.DoubleArray:
                AppendField(BitConverter.DoubleToInt64Bits(reader.GetDouble()));
                break;
            default:
                AppendText(reader.GetBytesFromBase64());
                break;
        }
    }

    private void AppendText(ReadOnlySpan<byte> bytes)
    {
        AppendInt32(bytes.Length);
        Append(bytes);
    }

    private void AppendField(int value)
    {
        AppendInt32(4);
        AppendInt32(value);
    }

    private void AppendField(long value)
    {
        AppendInt32(8);
        AppendInt64(value);
    }

    private void AppendInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);
        _length += 2;
    }

    private void AppendInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);
        _length += 4;
    }

    private void AppendInt64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);
        _length += 8;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(checked(_bytes.Length * 2), checked(_length + count)));
        }

        return _bytes.AsSpan(_length);
    }
}
