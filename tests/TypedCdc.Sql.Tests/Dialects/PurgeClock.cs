namespace TypedCdc.Sql.Tests.Dialects;

/// <summary>
/// A clock that stands where it was put. A short wait passes at once, but not before every write has ended that was under way when it began: that is what a purge's grace is there for. A long one
/// never passes.
/// </summary>
internal sealed class PurgeClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _writes = [];
    private long _microseconds;
    private long _timestamp;

    /// <summary>µs since 1970-01-01T00:00:00Z.</summary>
    public long Microseconds
    {
        get => Volatile.Read(ref _microseconds);
        set => Volatile.Write(ref _microseconds, value);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>Called before each look at the monotonic clock.</summary>
    public Action? OnTimestamp { get; set; }

    public override long GetTimestamp()
    {
        OnTimestamp?.Invoke();
        return Volatile.Read(ref _timestamp);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Lets monotonic time pass.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _timestamp, time.Ticks);

    /// <summary>Runs a write that waits are to wait for.</summary>
    public async Task WritingAsync(Func<Task> write)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _writes.Add(ended.Task);
        }

        try
        {
            await write();
        }
        finally
        {
            lock (_gate)
            {
                _writes.Remove(ended.Task);
            }

            ended.SetResult();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero && dueTime < TimeSpan.FromMinutes(30))
        {
            Task[] writes;
            lock (_gate)
            {
                writes = [.. _writes];
            }

            _ = Task.Run(async () =>
            {
                await Task.WhenAll(writes);
                callback(state);
            });
        }

        return new Never();
    }

    private sealed class Never : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
