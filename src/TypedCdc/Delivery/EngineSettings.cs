using Microsoft.Extensions.Logging;
using TypedCdc.DeadLetters;
using TypedCdc.Observability;

namespace TypedCdc.Delivery;

/// <summary>Everything that an engine is made of.</summary>
internal sealed record EngineSettings
{
    internal required string Application { get; init; }

    internal required TimeProvider TimeProvider { get; init; }

    internal required ILoggerFactory LoggerFactory { get; init; }

    internal required ILogger Logger { get; init; }

    internal required IServiceProvider Services { get; init; }

    internal required IReadOnlyList<Subscriber> Subscribers { get; init; }

    internal required TableRouter Tables { get; init; }

    /// <summary>Null for none: what would become a dead letter then stops (<see cref="StopPolicy"/>).</summary>
    internal required IDeadLetterStore? DeadLetters { get; init; }

    /// <summary>The store is disposed when delivery has ended.</summary>
    internal bool OwnsDeadLetters { get; init; }

    /// <summary>How far a stop reaches.</summary>
    internal StopScope StopScope { get; init; }

    internal required CdcStatistics Statistics { get; init; }

    internal required CdcHealth Health { get; init; }

    internal required CdcTelemetry Telemetry { get; init; }

    internal required DeliveryLimits Limits { get; init; }

    internal required CircuitBreakerOptions CircuitBreaker { get; init; }

    internal UnmappedAttributes Unmapped { get; init; }

    internal KeyMismatches KeyMismatches { get; init; }

    internal bool EnableSensitiveData { get; init; }

    /// <summary>Whether logs show the keys of items: in development, and with <see cref="EnableSensitiveData"/>.</summary>
    internal bool ShowsKeys { get; init; }

    /// <summary>For tests; null for none.</summary>
    internal IDeliveryObserver? Observer { get; init; }

    /// <summary>The jitter's source, for tests; null for a random one.</summary>
    internal Func<double>? Randomizer { get; init; }
}
