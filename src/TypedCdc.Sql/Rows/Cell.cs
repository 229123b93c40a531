using System.Runtime.InteropServices;

namespace TypedCdc.Sql.Rows;

/// <summary>What a cell holds.</summary>
internal enum CellKind
{
    /// <summary>NULL.</summary>
    Null,

    /// <summary>A signed integer, a Boolean (0 or 1), a time in ticks: see the column's type.</summary>
    Int64,

    /// <summary>A floating-point number.</summary>
    Double,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,
}

/// <summary>One value of a row before it is bound to a statement: a number, or where its bytes stand in the buffer.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Cell
{
    private readonly long _value;
    private readonly int _length;

    private Cell(CellKind kind, long value, int length)
    {
        Kind = kind;
        _value = value;
        _length = length;
    }

    public CellKind Kind { get; }

    public long Int64 => _value;

    public double Double => BitConverter.Int64BitsToDouble(_value);

    public int Start => (int)_value;

    public int Length => _length;

    public static Cell Of(long value) => new(CellKind.Int64, value, 0);

    public static Cell Of(double value) => new(CellKind.Double, BitConverter.DoubleToInt64Bits(value), 0);

    public static Cell OfText(int start, int length) => new(CellKind.Text, start, length);

    public static Cell OfBytes(int start, int length) => new(CellKind.Bytes, start, length);
}
