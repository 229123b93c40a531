using System.Diagnostics;

namespace TypedCdc.Delivery;

/// <summary>
/// One subscriber's queues. A key always falls into the same lane and a lane is held by one work at a time: so a key's changes stay in order, and
/// lanes run side by side up to the subscriber's concurrency. With a concurrency of one there is a single lane, and the order is the stream's.
/// </summary>
internal sealed class SubscriberLanes
{
    private const int MaximumSpareRecords = 8_192; // a larger list is not kept

    private readonly int _subscriber;
    private readonly Stack<Work> _spare = new(); // works that are over; no more than ever ran at once
    private readonly LanePolicy _policy;
    private readonly Queue<TrackedRecord>[] _lanes;
    private readonly bool[] _isHeld;        // a work holds the lane, or waits for its dead letters
    private readonly bool[] _isReady;       // the lane is in _ready
    private readonly Queue<int> _ready = new(); // lanes with records that nobody holds, in the order in which they became so
    private int _running;

    internal SubscriberLanes(int subscriber, LanePolicy policy)
    {
        _subscriber = subscriber;
        _policy = policy;
        _lanes = new Queue<TrackedRecord>[policy.LanesInUse];
        for (var lane = 0; lane < _lanes.Length; lane++)
        {
            _lanes[lane] = new();
        }

        _isHeld = new bool[_lanes.Length];
        _isReady = new bool[_lanes.Length];
    }

    internal LanePolicy Policy => _policy;

    /// <summary>Records queued or in work.</summary>
    internal int Count { get; private set; }

    internal int Running => _running;

    internal void Enqueue(TrackedRecord record)
    {
        var lane = (int)(record.KeyHash % (ulong)_lanes.Length);
        _lanes[lane].Enqueue(record);
        Count++;
        MarkReady(lane);
    }

    /// <summary>The next work, if there is one and room for it. <paramref name="abandoned"/> collects records whose shard was given up.</summary>
    internal Work? TryStart(List<TrackedRecord> abandoned)
    {
        if (_running >= _policy.Concurrency)
        {
            return null;
        }

        Work? work = null;
        var bytes = 0L;
        var lanesAllowed = _policy.SpansLanes ? Math.Max(1, (_lanes.Length + _policy.Concurrency - 1) / _policy.Concurrency) : 1;
        while (lanesAllowed > 0 && _ready.TryPeek(out var lane))
        {
            var queue = _lanes[lane];
            while (queue.TryPeek(out var head) && head.IsAbandoned)
            {
                queue.Dequeue();
                Count--;
                abandoned.Add(head);
            }

            var taken = 0;
            foreach (var record in queue)
            {
                var isFirst = work is null || work.Records.Count == 0;
                if (record.IsAbandoned || (!isFirst && (work!.Records.Count >= _policy.MaximumRecords || bytes + record.SizeBytes > _policy.MaximumBytes)))
                {
                    break;
                }

                work ??= _spare.TryPop(out var spare) ? spare : new(_subscriber);
                work.Records.Add(record);
                bytes += record.SizeBytes;
                taken++;
            }

            if (taken == 0 && queue.Count > 0)
            {
                break; // the work is full; this lane is the first of the next one
            }

            _ready.Dequeue();
            _isReady[lane] = false;
            if (taken > 0)
            {
                work!.Lanes.Add((lane, taken));
                _isHeld[lane] = true;
                lanesAllowed--;
                if (work.Records.Count >= _policy.MaximumRecords)
                {
                    break;
                }
            }
        }

        if (work is null)
        {
            return null;
        }

        if (work.Lanes.Count > 1)
        {
            work.Records.Sort(static (left, right) => left.Ordinal.CompareTo(right.Ordinal));
        }

        _running++;
        return work;
    }

    /// <summary>Takes the first <paramref name="completed"/> records of a work out of their lane. The lanes stay held.</summary>
    internal void Complete(Work work, int completed)
    {
        Debug.Assert(work.Lanes.Count == 1 || completed == work.Records.Count, "A work of several lanes is completed whole.");
        Count -= completed;
        if (work.Lanes.Count == 1)
        {
            Take(work.Lanes[0].Lane, completed);
            return;
        }

        foreach (var (lane, count) in work.Lanes)
        {
            Take(lane, count);
        }
    }

    /// <summary>Gives the lanes free.</summary>
    internal void Release(Work work)
    {
        _running--;
        foreach (var (lane, _) in work.Lanes)
        {
            _isHeld[lane] = false;
            MarkReady(lane);
        }

        // Used again by the next step: whoever ran it is done with it.
        if (!work.IsShown && work.Records.Capacity <= MaximumSpareRecords)
        {
            work.Records.Clear();
            work.Lanes.Clear();
            _spare.Push(work);
        }
    }

    private void Take(int lane, int count)
    {
        for (; count > 0; count--)
        {
            _lanes[lane].Dequeue();
        }
    }

    private void MarkReady(int lane)
    {
        if (!_isHeld[lane] && !_isReady[lane] && _lanes[lane].Count > 0)
        {
            _isReady[lane] = true;
            _ready.Enqueue(lane);
        }
    }
}
