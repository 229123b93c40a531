namespace TypedCdc.Sql;

/// <summary>
/// One lane of one table in one reading: between which positions every record was applied. Used by one write at a time, as the lane is.
/// </summary>
/// <remarks>
/// A reading delivers a lane's records in order from where it begins. Where its first one stands in the interval that was stored, the two are one piece: what the interval holds was applied before the crash,
/// and what comes behind it extends it. Anywhere else the reading begins an interval of its own.
/// </remarks>
internal sealed class LaneMark(TableReading table, int lane)
{
    private StoredInterval? _stored;       // until the reading's first record
    private SequenceNumber? _replayThrough; // up to here, what comes was applied before this reading

    public TableReading Table { get; } = table;

    public int Lane { get; } = lane;

    /// <summary>The interval's first position; null where there is none.</summary>
    public SequenceNumber? First { get; private set; }

    /// <summary>Its last position.</summary>
    public SequenceNumber? Last { get; private set; }

    /// <summary>What the write at hand applies of the lane: the first position. Null for nothing.</summary>
    public SequenceNumber? PendingFirst { get; private set; }

    /// <summary>And the last one.</summary>
    public SequenceNumber? PendingLast { get; private set; }

    /// <summary>Takes over what an earlier reading has stored. Before the first record.</summary>
    public void Load(SequenceNumber first, SequenceNumber last) => _stored = new(first, last);

    /// <summary>Whether a record was applied before this reading. To be asked for every record of the lane, in order.</summary>
    public bool WasApplied(SequenceNumber position)
    {
        if (_replayThrough is null)
        {
            var isOnePiece = _stored is { } stored && stored.First <= position && position <= stored.Last;
            _replayThrough = isOnePiece ? _stored!.Last : position;
            if (isOnePiece)
            {
                (First, Last) = (_stored!.First, _stored.Last);
            }

            _stored = null;
        }

        return First is { } first && Last is { } last && first <= position && position <= last && position <= _replayThrough;
    }

    /// <summary>Begins what a write applies.</summary>
    public void BeginPending() => PendingFirst = PendingLast = null;

    /// <summary>A record that the write applies; in order.</summary>
    public void AddPending(SequenceNumber position)
    {
        PendingFirst ??= position;
        PendingLast = position;
    }

    /// <summary>The interval as it is once the write is durable; null where the lane has none yet.</summary>
    public (SequenceNumber First, SequenceNumber Last)? AfterPending() =>
        (First ?? PendingFirst) is { } first && (PendingLast is { } pending && (Last is not { } last || pending > last) ? pending : Last) is { } end ? (first, end) : null;

    /// <summary>The write is durable.</summary>
    public void Commit()
    {
        if (AfterPending() is { } now)
        {
            (First, Last) = now;
        }

        BeginPending();
    }

    private sealed record StoredInterval(SequenceNumber First, SequenceNumber Last);
}
