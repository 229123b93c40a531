namespace TypedCdc.Sql;

/// <summary>What one write does to the watermarks: which rows it leaves out, and which lanes move how far.</summary>
/// <param name="records">The write's records.</param>
/// <param name="application">The application.</param>
internal sealed class WatermarkPlan(IReadOnlyList<CdcRecord> records, string application)
{
    private readonly List<(LaneMark Mark, RowBuffer Rows)> _touched = [];
    private readonly Dictionary<ShardReading, SequenceNumber?> _checkpoints = []; // as the watermarks say them

    /// <summary>The application, part of every watermark's key.</summary>
    public string Application => application;

    /// <summary>How many rows were left out because they were applied before this reading.</summary>
    public int Replayed { get; private set; }

    /// <summary>Leaves out the rows of a table that were applied before, and notes the lanes of the others.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="find">The table's reading that a record is of.</param>
    /// <returns>How many rows were left out.</returns>
    public int Add(RowBuffer rows, Func<ShardLease, TableReading> find)
    {
        TableReading? reading = null;
        bool[]? isApplied = null; // only a replay has some
        var applied = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            var record = records[rows[row].Record];
            if (record.Lease is not { } lease)
            {
                continue;
            }

            reading = reading?.Lease == lease ? reading : find(lease);
            var mark = reading.Lane(LaneOf(record, reading.Lanes));
            if (mark.WasApplied(record.Position.SequenceNumber))
            {
                (isApplied ??= new bool[rows.Count])[row] = true;
                applied++;
                continue;
            }

            if (mark.PendingFirst is null)
            {
                _touched.Add((mark, rows));
            }

            mark.AddPending(record.Position.SequenceNumber);
        }

        if (isApplied is not null)
        {
            rows.RemoveWhere(isApplied);
            Replayed += applied;
        }

        return applied;
    }

    /// <summary>
    /// The rows of <c>cdc_watermarks</c> that belong to the write's transaction, in the order in which every writer takes them. To be called when it is known which records are refused: of a lane with one, nothing
    /// from the first of them on counts. It is in no dead-letter store yet, and comes there before the lane goes on.
    /// </summary>
    public List<StoredWatermark> Finish(WriteBatch batch)
    {
        if (batch.RejectedCount > 0)
        {
            Restrict(batch);
        }

        var rows = new List<StoredWatermark>(_touched.Count);
        _checkpoints.Clear();
        foreach (var (mark, _) in _touched)
        {
            if (mark.AfterPending() is { } interval)
            {
                var table = mark.Table;
                if (!_checkpoints.TryGetValue(table.Shard, out var checkpoint))
                {
                    _checkpoints.Add(table.Shard, checkpoint = table.Lease.Checkpoint);
                }

                rows.Add(new(
                    table.Target, table.Lease.Key, table.Lanes, mark.Lane, StoredWatermark.ToText(interval.First), StoredWatermark.ToText(interval.Last), StoredWatermark.ToText(checkpoint),
                    table.Lease.Token, table.Identity, table.Model));
            }
        }

        rows.Sort(static (left, right) =>
        {
            var order = string.CompareOrdinal(left.Target, right.Target);
            order = order != 0 ? order : string.CompareOrdinal(left.Lease, right.Lease);
            return order != 0 ? order : left.Lane.CompareTo(right.Lane);
        });

        // Two readings of one shard in one write, an old one that is not given up yet and its successor: what either says is true, and the newer owner's is what is kept.
        for (var i = rows.Count - 1; i > 0; i--)
        {
            if (IsSameRow(rows[i - 1], rows[i]))
            {
                rows.RemoveAt(rows[i].Token > rows[i - 1].Token ? i - 1 : i);
            }
        }

        return rows;
    }

    /// <summary>The readings that the write's rows are of: each one's token has to be the newest of its shard.</summary>
    public IEnumerable<ShardLease> Leases => _touched.Select(static touched => touched.Mark.Table.Lease).Distinct();

    /// <summary>The write is durable.</summary>
    public void Commit()
    {
        foreach (var (mark, _) in _touched)
        {
            mark.Commit();
        }

        foreach (var (shard, checkpoint) in _checkpoints)
        {
            if (checkpoint is { } remembered)
            {
                shard.Remembered(remembered);
            }
        }

        _touched.Clear();
    }

    /// <summary>The write was taken back.</summary>
    public void Abandon()
    {
        foreach (var (mark, _) in _touched)
        {
            mark.BeginPending();
        }

        _touched.Clear();
    }

    private void Restrict(WriteBatch batch)
    {
        // What has no lease has no lane that is known: it may stand in any.
        var isAny = false;
        var first = new Dictionary<(ShardLease Lease, int Lane), SequenceNumber>();
        foreach (var rejected in batch.Rejected)
        {
            var record = records[rejected.Index];
            if (record.Lease is not { } lease)
            {
                isAny = true;
                continue;
            }

            foreach (var lanes in _touched.Select(static touched => touched.Mark.Table.Lanes).Distinct())
            {
                var key = (lease, LaneOf(record, lanes));
                first[key] = first.TryGetValue(key, out var other) && other < record.Position.SequenceNumber ? other : record.Position.SequenceNumber;
            }
        }

        foreach (var (mark, rows) in _touched)
        {
            if (isAny || first.TryGetValue((mark.Table.Lease, mark.Lane), out _))
            {
                mark.BeginPending();
                for (var row = 0; row < rows.Count && !isAny; row++)
                {
                    var record = records[rows[row].Record];
                    if (record.Lease == mark.Table.Lease && LaneOf(record, mark.Table.Lanes) == mark.Lane && record.Position.SequenceNumber < first[(mark.Table.Lease, mark.Lane)])
                    {
                        mark.AddPending(record.Position.SequenceNumber);
                    }
                }
            }
        }
    }

    private static int LaneOf(in CdcRecord record, int lanes) => (int)(record.LaneHash % (ulong)lanes);

    private static bool IsSameRow(StoredWatermark left, StoredWatermark right) =>
        left.Lane == right.Lane && string.Equals(left.Lease, right.Lease, StringComparison.Ordinal) && string.Equals(left.Target, right.Target, StringComparison.Ordinal);
}
