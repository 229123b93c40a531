namespace TypedCdc.Observability;

/// <summary>What one source has read.</summary>
/// <param name="Name">The source's name.</param>
/// <param name="System">The messaging system, such as <c>aws.kinesis</c>.</param>
/// <param name="Application">The application that reads, which OpenTelemetry calls the consumer group.</param>
/// <param name="Shards">How far the reading of each shard is behind its newest record, as the service reports it (MillisBehindLatest).</param>
/// <param name="FailingFor">How long the source, or one of its shards, has not been able to read; zero while all of it can.</param>
public sealed record SourceStatistics(string Name, string System, string Application, IReadOnlyDictionary<string, TimeSpan> Shards, TimeSpan FailingFor)
{
    /// <summary>The largest of <see cref="Shards"/>; null while none is known.</summary>
    public TimeSpan? BehindLatest => Shards.Count == 0 ? null : Shards.Values.Max();
}
