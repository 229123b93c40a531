using TypedCdc.Observability;

namespace TypedCdc.Sources;

/// <summary>
/// Takes what a source reports about its reading. From it come the log, the source's alarm in <see cref="CdcHealth"/>, its statistics and its metrics. A source that retries by itself calls
/// <see cref="Failed"/> after each failed attempt and <see cref="Succeeded"/> after each successful one. Thread-safe.
/// </summary>
public interface ISourceMonitor
{
    /// <summary>An attempt failed and is retried.</summary>
    /// <param name="part">The part of the source that failed: a shard, or the empty text for the source as a whole.</param>
    /// <param name="reason">A short, stable reason that holds no data, such as <c>ConnectionRefused</c>: it is shown in alarms.</param>
    /// <param name="message">What happened, for the log; without credentials and without attribute values.</param>
    void Failed(string part, string reason, string message);

    /// <summary>An attempt of this part succeeded.</summary>
    /// <param name="part">The part, as in <see cref="Failed"/>.</param>
    void Succeeded(string part);

    /// <summary>How far the reading of a shard is behind the newest record, as the service reports it; zero at the tip.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="behindLatest">The distance.</param>
    void SetBehindLatest(string shard, TimeSpan behindLatest);

    /// <summary>The shard is no longer read by this process: its lag and its failures are dropped.</summary>
    /// <param name="shard">The shard.</param>
    void Closed(string shard);
}
