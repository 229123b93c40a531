namespace TypedCdc.Delivery;

/// <summary>
/// Keeps the objects of records that are done, so that a record costs no allocation once the pipeline is warm. A batch's come back together, when nothing refers to any of them: all are
/// acknowledged, none stands in its shard's queue, and no command names one.
/// </summary>
internal sealed class RecordPool
{
    private const int MaximumRecords = 16_384; // some 5 MB: three full batches of a source
    private const int MaximumLists = 16;

    private readonly Lock _gate = new();
    private readonly Stack<TrackedRecord> _records = new();
    private readonly Stack<List<TrackedRecord>> _lists = new();

    /// <summary>A list of blank records, to be filled in.</summary>
    internal List<TrackedRecord> Take(int count)
    {
        List<TrackedRecord>? records;
        lock (_gate)
        {
            if (!_lists.TryPop(out records))
            {
                records = [];
            }

            records.EnsureCapacity(count);
            for (; count > 0 && _records.TryPop(out var record); count--)
            {
                records.Add(record);
            }
        }

        for (; count > 0; count--)
        {
            records.Add(new() { Batch = null!, SequenceNumber = default, Subscribers = [] });
        }

        return records;
    }

    internal void Return(List<TrackedRecord> records)
    {
        foreach (var record in records)
        {
            record.Clear();
        }

        lock (_gate)
        {
            foreach (var record in records)
            {
                if (_records.Count == MaximumRecords)
                {
                    break;
                }

                _records.Push(record);
            }

            records.Clear();
            if (_lists.Count < MaximumLists)
            {
                _lists.Push(records);
            }
        }
    }
}
