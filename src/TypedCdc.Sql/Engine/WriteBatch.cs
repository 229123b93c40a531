using System.Runtime.InteropServices;
using TypedCdc.Sql.Rows;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>The records of one write as rows, newest of each key first, and what was refused. Kept and used again.</summary>
internal sealed class WriteBatch
{
    private readonly RowBuffer[] _buffers;
    private readonly RowBuffer[] _inOrder; // by the table's name
    private readonly List<RejectedRecord> _rejected = [];
    private readonly RowReader _reader;
    private readonly SchemalessReader? _schemaless;
    private readonly HistoryProjection? _histories;

    public WriteBatch(IReadOnlyList<TargetTable> tables, RowReader reader, SchemalessReader? schemaless = null, HistoryProjection? histories = null)
    {
        _histories = histories;
        _schemaless = schemaless;
        _buffers = [.. tables.Select(static table => new RowBuffer(table))];
        _inOrder = [.. _buffers.OrderBy(static buffer => buffer.Table.Schema, StringComparer.Ordinal).ThenBy(static buffer => buffer.Table.Name, StringComparer.Ordinal)];
        _reader = reader;
    }

    /// <summary>The rows, one buffer a table; sorted by key, the newest of a key first.</summary>
    /// <remarks>
    /// In the order of the tables' names, which is that of every worker. Tables without a model have their indexes in the order in which a worker met them: two workers that wrote them so, in one transaction
    /// each, would wait for each other in a circle.
    /// </remarks>
    public ReadOnlySpan<RowBuffer> Tables => _inOrder;

    /// <summary>The rows of one table, by its index.</summary>
    public RowBuffer Rows(int table) => _buffers[table];

    /// <summary>What was refused so far.</summary>
    public IReadOnlyList<RejectedRecord> Rejected => _rejected;

    public int RejectedCount => _rejected.Count;

    /// <summary>Makes rows of records. All of them, even those that a newer one of the same write replaces: whether a record is refused must not depend on its neighbours.</summary>
    public void Read(IReadOnlyList<CdcRecord> records)
    {
        _rejected.Clear();
        foreach (var buffer in _buffers)
        {
            buffer.Clear();
        }

        _schemaless?.Begin();
        for (var i = 0; i < records.Count; i++)
        {
            try
            {
                if (_histories is not null)
                {
                    _histories.Read(records[i], i, _buffers);
                }
                else if (_schemaless is null || !_schemaless.TryRead(records[i], i, _buffers))
                {
                    _reader.Read(records[i], i, _buffers);
                }
            }
            catch (CdcDecodeException error)
            {
                _rejected.Add(new(i, error));
            }
        }

        foreach (var buffer in _buffers)
        {
            buffer.Sort();
        }
    }

    /// <summary>The database will never take the row of a record.</summary>
    public void Reject(int record, Exception reason) => _rejected.Add(new(record, reason));

    /// <summary>Takes back what <see cref="Reject"/> said in a transaction that did not come to its end.</summary>
    public void ForgetRejectedSince(int count) => CollectionsMarshal.SetCount(_rejected, count);

    public void ThrowIfRejected()
    {
        if (_rejected.Count > 0)
        {
            // A record can be refused by several tables; it is one record.
            throw new RejectedRecordsException([.. _rejected.DistinctBy(static one => one.Index).OrderBy(static one => one.Index)]);
        }
    }
}
