using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>
/// The rows of one table in one write: cells in one array, their bytes in another, both kept for the next write, so that a row costs no allocation.
/// </summary>
internal sealed class RowBuffer(TargetTable table) : IBufferWriter<byte>
{
    private const int FirstRows = 16;
    private const int FirstBytes = 1024;

    private Row[] _rows = [];
    private Cell[] _cells = [];
    private int[] _order = [];
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Where the last finished row's bytes end: what an unfinished row left behind is overwritten.</summary>
    private int _rowEnd;

    public TargetTable Table { get; } = table;

    public int Count { get; private set; }

    /// <summary>How many bytes the rows take.</summary>
    public int ByteCount => _length;

    /// <summary>The rows by key, the newest of a key first. After <see cref="Sort"/>.</summary>
    public ReadOnlySpan<int> Order => _order.AsSpan(0, Count);

    /// <summary>The row at a place of <see cref="Order"/>.</summary>
    public int At(int place) => _order[place];

    public ref readonly Row this[int row] => ref _rows[row];

    public ReadOnlySpan<Cell> Cells(int row) => _cells.AsSpan(row * Table.Columns.Length, Table.Columns.Length);

    public ReadOnlySpan<byte> Bytes(in Cell cell) => _bytes.AsSpan(cell.Start, cell.Length);

    public ReadOnlySpan<byte> Version(int row) => _bytes.AsSpan(_rows[row].VersionStart, _rows[row].VersionLength);

    public void Clear()
    {
        Count = 0;
        _length = 0;
        _rowEnd = 0;
    }

    /// <summary>Begins a row. Its cells are NULL until they are set; <see cref="EndRow"/> keeps it, another <c>BeginRow</c> forgets it.</summary>
    public Span<Cell> BeginRow()
    {
        _length = _rowEnd;
        if (Count == _rows.Length)
        {
            // Begins with nothing: most tables of a sink have no row in most writes.
            Array.Resize(ref _rows, Math.Max(FirstRows, Count * 2));
            Array.Resize(ref _cells, _rows.Length * Table.Columns.Length);
        }

        var cells = _cells.AsSpan(Count * Table.Columns.Length, Table.Columns.Length);
        cells.Clear();
        return cells;
    }

    public void EndRow(int record, bool isTombstone, long microseconds, SequenceNumber? sequenceNumber, Tie? images, ulong? hash = null)
    {
        var version = GetSpan(RowVersion.MaximumLength);
        var start = _length;
        Advance(RowVersion.Format(version, microseconds, sequenceNumber, hash));
        var way = images ?? new(Tie.Unknown, ImageHash.OfVersion(_bytes.AsSpan(start, _length - start)));
        _rows[Count] = new(record, isTombstone, microseconds, start, _length - start, KeyPrefix(Count), way);
        Count++;
        _rowEnd = _length;
    }

    /// <summary>Sorts by key and version, the newest first.</summary>
    public void Sort()
    {
        if (_order.Length < Count)
        {
            _order = new int[_rows.Length];
        }

        for (var i = 0; i < Count; i++)
        {
            _order[i] = i;
        }

        MemoryExtensions.Sort(_order.AsSpan(0, Count), new ByKeyAndVersion(this));
    }

    /// <summary>Whether two rows have the same key.</summary>
    public bool IsSameKey(int left, int right) => CompareKeys(left, right) == 0;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_bytes.Length - _length < Math.Max(sizeHint, 1))
        {
            Array.Resize(ref _bytes, Math.Max(Math.Max(FirstBytes, checked(_bytes.Length * 2)), checked(_length + Math.Max(sizeHint, 1))));
        }

        return _bytes.AsSpan(_length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public void Advance(int count) => _length += count;

    /// <summary>Whether two cells of this buffer hold the same.</summary>
    public bool AreEqual(in Cell left, in Cell right) => Compare(left, right) == 0;

    /// <summary>Takes the bytes written since <paramref name="start"/> (a former <see cref="ByteCount"/>) as text.</summary>
    public Cell TextSince(int start) => Cell.OfText(start, _length - start);

    private int CompareKeys(int left, int right)
    {
        var order = _rows[left].KeyPrefix.CompareTo(_rows[right].KeyPrefix);
        if (order != 0)
        {
            return order;
        }

        foreach (var column in Table.Keys)
        {
            ref readonly var a = ref Cells(left)[column];
            ref readonly var b = ref Cells(right)[column];
            order = Compare(a, b);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private int Compare(in Cell left, in Cell right) => left.Kind != right.Kind ? (int)left.Kind - (int)right.Kind : left.Kind switch
    {
        CellKind.Null => 0,
        CellKind.Int64 => left.Int64.CompareTo(right.Int64),
        CellKind.Double => left.Double.CompareTo(right.Double),
        _ => Bytes(left).SequenceCompareTo(Bytes(right)),
    };

    // The first bytes of the partition key as a number with the same order: most comparisons end here.
    private ulong KeyPrefix(int row)
    {
        ref readonly var cell = ref Cells(row)[Table.Keys[0]];
        switch (cell.Kind)
        {
            case CellKind.Int64:
                return (ulong)cell.Int64 ^ 1UL << 63;
            case CellKind.Text or CellKind.Bytes:
                Span<byte> first = stackalloc byte[8];
                first.Clear();
                var bytes = Bytes(cell);
                bytes[..Math.Min(8, bytes.Length)].CopyTo(first);
                return BinaryPrimitives.ReadUInt64BigEndian(first);
            default:
                return 0;
        }
    }

    /// <summary>What a row has besides its cells.</summary>
    /// <param name="Record">The record's index in the write.</param>
    /// <param name="IsTombstone">The item was removed; only the key's cells are set.</param>
    /// <param name="Microseconds">When the change was made.</param>
    /// <param name="VersionStart">Where the version's text stands.</param>
    /// <param name="VersionLength">Its length.</param>
    /// <param name="KeyPrefix">Orders rows by key, as far as eight bytes can.</param>
    /// <param name="Images">From which image to which the change led.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Row(int Record, bool IsTombstone, long Microseconds, int VersionStart, int VersionLength, ulong KeyPrefix, Tie Images);

    private readonly struct ByKeyAndVersion(RowBuffer rows) : IComparer<int>
    {
        public int Compare(int left, int right)
        {
            var order = rows.CompareKeys(left, right);
            order = order != 0 ? order : rows.Version(right).SequenceCompareTo(rows.Version(left));

            // Equal versions are one change delivered twice; the first stays first, whatever the sort does.
            return order != 0 ? order : left.CompareTo(right);
        }
    }
}
