namespace TypedCdc.Sql.Engine;

/// <summary>
/// How many records go into one write. A write that took longer than it may is repeated in halves; afterwards the size grows by a tenth for each write that needs less than half of the
/// time that the server allowed, until it is unlimited again. Shared by the lanes of a sink.
/// </summary>
internal sealed class WriteSize
{
    private readonly Lock _gate = new();
    private int _limit = int.MaxValue;
    private int _largest;        // the write that first timed out: beyond it there is no limit
    private TimeSpan _allowed;   // what the last time-out took

    /// <summary>The most records of one write; <see cref="int.MaxValue"/> for no limit.</summary>
    public int Limit
    {
        get
        {
            lock (_gate)
            {
                return _limit;
            }
        }
    }

    /// <summary>A write took longer than it may.</summary>
    /// <param name="records">Its records, at least 2.</param>
    /// <param name="elapsed">How long it took until it was cancelled.</param>
    public void TimedOut(int records, TimeSpan elapsed)
    {
        lock (_gate)
        {
            _largest = Math.Max(_largest, records);
            _limit = Math.Max(1, Math.Min(_limit, records / 2));
            _allowed = elapsed;
        }
    }

    /// <summary>A write succeeded.</summary>
    /// <param name="records">Its records.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Succeeded(int records, TimeSpan elapsed)
    {
        lock (_gate)
        {
            if (records < _limit || elapsed > _allowed / 2)
            {
                return;
            }

            _limit += Math.Max(1, _limit / 10);
            if (_limit >= _largest)
            {
                (_limit, _largest) = (int.MaxValue, 0);
            }
        }
    }
}
