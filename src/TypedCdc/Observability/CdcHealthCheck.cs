using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TypedCdc.Observability;

/// <summary>
/// Unhealthy where delivery has stopped by itself or a source has not been able to read for <see cref="CdcOptions.SourceUnhealthyAfter"/>; degraded while a source, a handler, a sink or the
/// dead-letter store fails and is retried.
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
            : alarms.FirstOrDefault(alarm => alarm.IsCritical) is { } critical
            ? new HealthCheckResult(HealthStatus.Unhealthy, $"'{critical.Subscriber}' has not been able to read since {critical.Since:u}: {critical.Reason}.", data: data)
            : new HealthCheckResult(HealthStatus.Degraded, $"Failing, and tried again: {string.Join(", ", alarms.Select(alarm => alarm.Subscriber))}.", data: data));
    }
}
