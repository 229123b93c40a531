namespace TypedCdc.Kinesis.Worker;

/// <summary>Exponential delays with jitter, so that shards that were throttled together do not come back together.</summary>
internal sealed class Backoff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>How many failures in a row there were.</summary>
    internal int Failures { get; private set; }

    internal TimeSpan Next()
    {
        var full = First * Math.Pow(2, Math.Min(Failures++, 10));
        return (full < Longest ? full : Longest) * (0.5 + random.NextDouble() / 2);
    }

    internal void Succeeded() => Failures = 0;
}
