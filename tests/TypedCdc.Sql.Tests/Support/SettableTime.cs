namespace TypedCdc.Sql.Tests;

/// <summary>A clock that stands where it was put. Its timers are the system's.</summary>
internal sealed class SettableTime : TimeProvider
{
    private long _microseconds;

    /// <summary>µs since 1970-01-01T00:00:00Z.</summary>
    public long Microseconds
    {
        get => Volatile.Read(ref _microseconds);
        set => Volatile.Write(ref _microseconds, value);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Microseconds * TimeSpan.TicksPerMicrosecond);
}
