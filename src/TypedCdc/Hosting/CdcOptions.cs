using System.Globalization;
using TypedCdc.Delivery;
using TypedCdc.Observability;

namespace TypedCdc;

/// <summary>What holds for the whole pipeline.</summary>
public sealed class CdcOptions
{
    /// <summary>The name that checkpoints, watermarks and dead letters are kept under. The default value is null: the host's application name.</summary>
    public string? Application { get; set; }

    /// <summary>Goes before the table name of every model that has no name of its own at run time, such as <c>prod-</c>. The default value is empty.</summary>
    public string TableNamePrefix { get; set; } = "";

    /// <summary>
    /// The most record bytes between publication and acknowledgement, over all shards. The default value is 64 MiB: some seconds of a busy stream, and small beside a process.
    /// Sources wait when it is used up.
    /// </summary>
    public long MaximumInFlightBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>The most records between publication and acknowledgement. The default value is 50,000: ten full batches of a sink.</summary>
    public int MaximumInFlightRecords { get; set; } = 50_000;

    /// <summary>
    /// How long stopping may take, closing of connections included. What is in flight has three quarters of it, at least all but 5 s; what has not ended by then is cancelled, and the next
    /// run delivers it again. The default value is 20 s: the host's own <c>ShutdownTimeout</c> is 30 s, and leases have to be released within it.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a source may fail to read before it counts as degraded in <see cref="CdcHealth"/> and the health check. The default value is 30 s: longer than a throttled or restarting service
    /// usually takes.
    /// </summary>
    public TimeSpan SourceDegradedAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a source may fail to read before it counts as unhealthy. The default value is 5 minutes: then nothing says that it recovers by itself.</summary>
    public TimeSpan SourceUnhealthyAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether the application stops when every source has ended and is drained. The default value is true; streams do not end, files do.</summary>
    public bool StopWhenSourcesEnd { get; set; } = true;

    /// <summary>What is done about attributes that no member maps. The default value is <see cref="UnmappedAttributes.Report"/>.</summary>
    public UnmappedAttributes OnUnmapped { get; set; }

    /// <summary>What happens to items whose key nearly matches a key pattern. The default value is <see cref="KeyMismatches.Report"/>.</summary>
    public KeyMismatches OnKeyMismatch { get; set; }

    /// <summary>Whether logs and exceptions may show attribute values and keys. The default value is false.</summary>
    public bool EnableSensitiveData { get; set; }

    /// <summary>When delivery stops because too much of it fails.</summary>
    public CircuitBreakerOptions CircuitBreaker { get; set; } = new();

    internal void Validate()
    {
        Require(MaximumInFlightBytes > 0, nameof(MaximumInFlightBytes), MaximumInFlightBytes, "above 0");
        Require(MaximumInFlightRecords > 0, nameof(MaximumInFlightRecords), MaximumInFlightRecords, "above 0");
        Require(DrainTimeout > TimeSpan.Zero, nameof(DrainTimeout), DrainTimeout, "above 0; what is in flight is given up at once otherwise");
        Require(SourceDegradedAfter >= TimeSpan.Zero, nameof(SourceDegradedAfter), SourceDegradedAfter, "0 or more");
        Require(SourceUnhealthyAfter >= SourceDegradedAfter, nameof(SourceUnhealthyAfter), SourceUnhealthyAfter, $"{nameof(SourceDegradedAfter)} or more");
        Require(CircuitBreaker.ConsecutiveDeadLetters is null or >= 0, "CircuitBreaker.ConsecutiveDeadLetters", CircuitBreaker.ConsecutiveDeadLetters, "0 or more, or null for no limit");
        Require(CircuitBreaker.DeadLetterRatio is null or (> 0 and <= 1), "CircuitBreaker.DeadLetterRatio", CircuitBreaker.DeadLetterRatio, "above 0 and at most 1, or null for no limit");
        Require(CircuitBreaker.MinimumRecords >= 1, "CircuitBreaker.MinimumRecords", CircuitBreaker.MinimumRecords, "at least 1");
        Require(CircuitBreaker.Window >= TimeSpan.FromSeconds(1), "CircuitBreaker.Window", CircuitBreaker.Window, "at least a second");

        static void Require(bool holds, string option, object? value, string expected)
        {
            if (!holds)
            {
                throw new CdcConfigurationException(string.Create(CultureInfo.InvariantCulture, $"CdcOptions.{option} is {value ?? "null"}, but must be {expected}."));
            }
        }
    }
}
