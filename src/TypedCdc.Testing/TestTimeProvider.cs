namespace TypedCdc.Testing;

/// <summary>
/// A clock that stands still until it is told to go on. Timers run inside <see cref="Advance"/>, in the order of their times, so that back-off of an hour takes no time at all.
/// </summary>
public sealed class TestTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now;
    private long _order; // of timers with the same time

    /// <param name="start">What the clock shows at first. The default is 2026-01-01T00:00:00Z.</param>
    public TestTimeProvider(DateTimeOffset? start = null) => _now = start ?? new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>When the next timer comes due; null where none waits.</summary>
    internal DateTimeOffset? NextTimerAt
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count == 0 ? null : _timers.Min(timer => timer.DueAt);
            }
        }
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Lets time go on; timers that come due run here.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var until = GetUtcNow() + time;
        while (true)
        {
            Timer? due;
            lock (_gate)
            {
                due = _timers.Where(timer => timer.DueAt <= until).MinBy(timer => (timer.DueAt, timer.Order));
                if (due is null)
                {
                    _now = until;
                    return;
                }

                _now = due.DueAt > _now ? due.DueAt : _now;
                due.RescheduleUnsynchronized();
            }

            due.Run();
        }
    }

    /// <summary>Goes on to the next timer and runs what comes due then. False where no timer waits.</summary>
    public bool AdvanceToNextTimer()
    {
        TimeSpan? wait;
        lock (_gate)
        {
            wait = _timers.Count == 0 ? null : _timers.Min(timer => timer.DueAt) - _now;
        }

        if (wait is not { } time)
        {
            return false;
        }

        Advance(time > TimeSpan.Zero ? time : TimeSpan.Zero);
        return true;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(TestTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        internal DateTimeOffset DueAt { get; private set; }

        internal long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = clock._now + dueTime;
                    Order = clock._order++;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        internal void RescheduleUnsynchronized()
        {
            if (_period > TimeSpan.Zero)
            {
                DueAt += _period;
            }
            else
            {
                clock._timers.Remove(this);
            }
        }

        internal void Run() => callback(state);
    }
}
