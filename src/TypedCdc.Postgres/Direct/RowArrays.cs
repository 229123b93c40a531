using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Postgres;

/// <summary>Rows as one array a column: those of the model, then version, time of removal, images.</summary>
internal sealed class RowArrays
{
    private readonly TargetTable _table;
    private readonly ArrayText[] _arrays;
    private readonly ArrayText _list = new(); // of a cell that is an array itself
    private byte[] _text = new byte[256];

    public RowArrays(TargetTable table)
    {
        _table = table;
        _arrays = new ArrayText[table.Columns.Length + 4];
        for (var i = 0; i < _arrays.Length; i++)
        {
            _arrays[i] = new();
        }
    }

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many columns.</summary>
    public int ColumnCount => _arrays.Length;

    /// <summary>Where the versions stand.</summary>
    public int VersionColumn => _table.Columns.Length;

    /// <summary>One column's array; after <see cref="End"/>.</summary>
    public ReadOnlyMemory<byte> this[int column] => _arrays[column].Written;

    /// <summary>Begins anew.</summary>
    public void Begin()
    {
        Count = 0;
        foreach (var array in _arrays)
        {
            array.Begin();
        }
    }

    /// <summary>Ends all arrays.</summary>
    public void End()
    {
        foreach (var array in _arrays)
        {
            array.End();
        }
    }

    /// <summary>Adds a row.</summary>
    public void Add(RowBuffer rows, int row)
    {
        Count++;
        var cells = rows.Cells(row);
        ref readonly var head = ref rows[row];
        for (var i = 0; i < cells.Length; i++)
        {
            AddCell(_arrays[i], rows, cells[i], _table.Columns[i].Type);
        }

        _arrays[cells.Length].AddPlain(rows.Version(row));
        if (head.IsTombstone)
        {
            AddInteger(_arrays[cells.Length + 1], head.Microseconds);
        }
        else
        {
            _arrays[cells.Length + 1].AddNull();
        }

        AddInteger(_arrays[cells.Length + 2], head.Images.Old);
        AddInteger(_arrays[cells.Length + 3], head.Images.New);
    }

    private void AddCell(ArrayText array, RowBuffer rows, in Cell cell, ColumnType type)
    {
        if (cell.Kind == CellKind.Null)
        {
            array.AddNull();
            return;
        }

        Span<byte> text = stackalloc byte[64];
        int length;
        switch (type)
        {
            case ColumnType.Boolean:
                array.AddPlain(cell.Int64 != 0 ? "t"u8 : "f"u8);
                break;
            case ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64:
                AddInteger(array, cell.Int64);
                break;
            case ColumnType.Single:
                ((float)cell.Double).TryFormat(text, out length, default, CultureInfo.InvariantCulture);
                array.AddPlain(text[..length]);
                break;
            case ColumnType.Double:
                AddDouble(array, cell.Double);
                break;
            case ColumnType.Guid:
                Guid.Parse(rows.Bytes(cell)).TryFormat(text, out length);
                array.AddPlain(text[..length]);
                break;
            case ColumnType.Timestamp or ColumnType.Date or ColumnType.Time:
                array.AddPlain(text[..TimeText.Format(type, cell.Int64, text)]);
                break;
            case ColumnType.Interval:
                array.AddPlain(text[..FormatInterval(cell.Int64, text)]);
                break;
            case ColumnType.Numeric:
                array.AddPlain(rows.Bytes(cell));
                break;
            case ColumnType.Binary:
                array.AddBytes(rows.Bytes(cell));
                break;
            case ColumnType.TextArray or ColumnType.Int64Array or ColumnType.NumericArray or ColumnType.DoubleArray or ColumnType.BinaryArray:
                AddList(array, rows.Bytes(cell), type);
                break;
            default:
                array.AddQuoted(rows.Bytes(cell));
                break;
        }
    }

    private void AddList(ArrayText array, ReadOnlySpan<byte> json, ColumnType type)
    {
        _list.Begin();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            AddElement(ref reader, type);
        }

        _list.End();
        array.AddQuoted(_list.Written.Span);
    }

    private void AddElement(ref Utf8JsonReader reader, ColumnType type)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            _list.AddNull();
            return;
        }

        switch (type)
        {
            case ColumnType.TextArray:
                if (_text.Length < reader.ValueSpan.Length)
                {
                    _text = new byte[reader.ValueSpan.Length];
                }

                _list.AddQuoted(_text.AsSpan(0, reader.CopyString(_text)));
                break;
            case ColumnType.Int64Array:
                AddInteger(_list, checked((long)decimal.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture)));
                break;
            case ColumnType.NumericArray:
                _list.AddPlain(reader.ValueSpan);
                break;
            case ColumnType.DoubleArray:
                AddDouble(_list, reader.GetDouble());
                break;
            default:
                _list.AddBytes(reader.GetBytesFromBase64());
                break;
        }
    }

    private static void AddInteger(ArrayText array, long value)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out var length);
        array.AddPlain(text[..length]);
    }

    // As short as it can be read back from; infinities and NaN are spelled as PostgreSQL spells them.
    private static void AddDouble(ArrayText array, double value)
    {
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        array.AddPlain(text[..length]);
    }

    // -26:03:04.5: hours without end and no days, as the COPY has it.
    private static int FormatInterval(long ticks, Span<byte> text)
    {
        var start = 0;
        if (ticks < 0)
        {
            text[start++] = (byte)'-';
        }

        var magnitude = ticks < 0 ? 0UL - (ulong)ticks : (ulong)ticks;
        Utf8Formatter.TryFormat(magnitude / TimeSpan.TicksPerHour, text[start..], out var length);
        start += length;
        new TimeOnly((long)(magnitude % TimeSpan.TicksPerHour)).TryFormat(text[start..], out length, "':'mm':'ss'.'ffffff", CultureInfo.InvariantCulture);
        return start + length;
    }
}
