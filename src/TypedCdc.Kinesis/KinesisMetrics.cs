using System.Diagnostics.Metrics;
using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Worker;
using TypedCdc.Observability;

namespace TypedCdc.Kinesis;

/// <summary>What a Kinesis source counts, on the meter of the pipeline, with tags by OpenTelemetry's conventions for messaging.</summary>
internal sealed class KinesisMetrics : IDisposable
{
    private readonly Meter? _owned;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly UpDownCounter<long> _held;
    private readonly Counter<long> _taken;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _throttles;
    private readonly Counter<long> _tableFailures;

    internal KinesisMetrics(IMeterFactory? meters, string stream, string application)
    {
        var meter = meters?.Create(CdcDiagnostics.MeterName) ?? (_owned = new(CdcDiagnostics.MeterName));
        _tags = [new("messaging.system", "aws.kinesis"), new("messaging.destination.name", stream), new("messaging.consumer.group.name", application)];
        _held = meter.CreateUpDownCounter<long>("cdc.source.leases", "{lease}", "Leases that this worker holds.");
        _taken = meter.CreateCounter<long>("cdc.source.leases.taken", "{lease}", "Leases that this worker took, by reason: unowned, expired, steal.");
        _lost = meter.CreateCounter<long>("cdc.source.leases.lost", "{lease}", "Leases that this worker lost, by reason: taken, deleted, expired.");
        _throttles = meter.CreateCounter<long>("cdc.source.throttles", "{call}", "Calls that the service throttled.");
        _tableFailures = meter.CreateCounter<long>("cdc.source.lease_table.failures", "{call}", "Calls of the lease table that failed.");
    }

    internal void OnThrottled() => _throttles.Add(1, _tags);

    internal void OnNotice(WorkerNotice notice)
    {
        switch (notice)
        {
            case WorkerNotice.LeaseTaken taken:
                _held.Add(1, _tags);
                _taken.Add(1, [.. _tags, new("reason", taken.Reason switch { LeaseTakeReason.Unowned => "unowned", LeaseTakeReason.Expired => "expired", _ => "steal" })]);
                break;
            case WorkerNotice.LeaseLost lost:
                _held.Add(-1, _tags);
                _lost.Add(1, [.. _tags, new("reason", lost.Reason switch { LeaseLossReason.Taken => "taken", LeaseLossReason.Deleted => "deleted", _ => "expired" })]);
                break;
            case WorkerNotice.LeaseReleased:
                _held.Add(-1, _tags);
                break;
            case WorkerNotice.LeaseTableFailed:
                _tableFailures.Add(1, _tags);
                break;
        }
    }

    /// <summary>The lease of a shard that ended is not held any more.</summary>
    internal void OnLeaseEnded() => _held.Add(-1, _tags);

    public void Dispose() => _owned?.Dispose();
}
