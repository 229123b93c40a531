using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TypedCdc;

/// <summary>
/// Unhealthy where delivery has stopped by itself, degraded while a handler, a sink or the dead-letter store fails and is tried again.
/// <c>services.AddHealthChecks().AddCheck&lt;CdcHealthCheck&gt;("typedcdc")</c>.
/// </summary>
public sealed class CdcHealthCheck(CdcHealth health) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var alarms = health.Alarms;
        if (alarms.Count == 0)
        {
            return Task.FromResult(HealthCheckResult.Healthy("Everything is delivered."));
        }

        var data = alarms.DistinctBy(alarm => alarm.Subscriber).ToDictionary(alarm => alarm.Subscriber, object (alarm) => alarm.Reason, StringComparer.Ordinal);
        return Task.FromResult(health.IsHalted
            ? new HealthCheckResult(HealthStatus.Unhealthy, $"Delivery to '{alarms[0].Subscriber}' has stopped: {alarms[0].Reason}.", data: data)
            : new HealthCheckResult(HealthStatus.Degraded, $"Failing, and tried again: {string.Join(", ", alarms.Select(alarm => alarm.Subscriber))}.", data: data));
    }
}
