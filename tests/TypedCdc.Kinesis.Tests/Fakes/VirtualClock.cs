namespace TypedCdc.Kinesis.Tests.Fakes;

/// <summary>A clock that stands still until it is told the time. It makes no timers: the simulation keeps its own queue.</summary>
internal sealed class VirtualClock : TimeProvider
{
    internal static readonly DateTimeOffset Origin = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    internal TimeSpan Elapsed { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Origin + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;
}
