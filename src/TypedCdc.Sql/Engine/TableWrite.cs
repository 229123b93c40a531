using TypedCdc.Sql.Ports;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Sql.Engine;

/// <summary>One table's part of a write: what can be written in bulk, and what is left for statements.</summary>
internal sealed class TableWrite
{
    private readonly RowBuffer _rows;
    private readonly List<int> _left = []; // the places of the keys that are left
    private readonly int[] _bulk; // rows
    private readonly int[] _places; // of these rows
    private readonly int _count;
    private readonly long _oldest = long.MaxValue;

    /// <param name="table">The table.</param>
    /// <param name="rows">The rows, sorted.</param>
    /// <param name="isBulk">Whether the session writes in bulk.</param>
    /// <param name="counts">What is found to be compacted is added to it.</param>
    public TableWrite(OpenedTable table, RowBuffer rows, bool isBulk, ref WriteCounts counts)
    {
        Table = table;
        _rows = rows;
        _bulk = isBulk ? new int[rows.Count] : [];
        _places = isBulk ? new int[rows.Count] : [];
        for (var place = 0; place < rows.Count;)
        {
            var (key, end) = KeyRows.At(rows, place);
            counts.Staged++;
            counts.StagedTies += key.SameTime.Count;
            counts.Compacted += end - place - 1 - key.SameTime.Count;

            // Several changes of one time decide among themselves, by statements.
            if (isBulk && (key.SameTime.Count == 0 || table.Table.Target.History is not null))
            {
                _bulk[_count] = key.Newest;
                _places[_count++] = place;
                _oldest = Math.Min(_oldest, rows[key.Newest].Microseconds);
            }
            else
            {
                _left.Add(place);
            }

            place = end;
        }
    }

    public OpenedTable Table { get; }

    /// <summary>Whether anything is left for statements.</summary>
    public bool HasLeft => _left.Count > 0;

    /// <summary>The keys that are left, in their order.</summary>
    public List<KeyRows> Left
    {
        get
        {
            _left.Sort();
            return _left.ConvertAll(place => KeyRows.At(_rows, place).Key);
        }
    }

    /// <summary>What can be written in bulk.</summary>
    public BulkRows ToBulk()
    {
        // A revision that is not this worker's is for the statements, which say what is wrong.
        var isOwn = !Table.ChecksRevision || Table.SelectRevisions is null || Table.Seen.Revisions is not { } seen || ModelRevisions.IsNewest(seen, Table.Table.Target.Revision);
        return new(Table.Table, _rows, isOwn ? _bulk.AsMemory(0, _count) : default) { Revisions = Table.Seen.Revisions, Oldest = _oldest, HasModels = Table.SelectRevisions is not null };
    }

    /// <summary>Takes the result of the bulk write.</summary>
    /// <returns>What was done.</returns>
    public WriteCounts Settle(BulkRows bulk, BulkResult result)
    {
        if (bulk.Rows.Length < _count)
        {
            _left.AddRange(_places.AsSpan(0, _count));
            return default;
        }

        for (int i = 0, next = 0; next < result.Left.Count; i++)
        {
            if (_bulk[i] == result.Left[next])
            {
                _left.Add(_places[i]);
                next++;
            }
        }

        var counts = new WriteCounts { Rows = result.Written, Tombstones = result.Tombstones, Stale = _count - result.Written - result.Left.Count };
        if (counts.Rows + counts.Stale > 0)
        {
            counts.Ways.Count(result.Path);
        }

        return counts;
    }
}
