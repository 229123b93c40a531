using System.Diagnostics;
using System.Diagnostics.Metrics;
using TypedCdc.Delivery;

namespace TypedCdc.Observability;

/// <summary>The meter and the activity source of one container. What is counted anyway is only looked at when somebody collects.</summary>
internal sealed class CdcTelemetry : IDisposable
{
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly ActivitySource _activities = new(CdcDiagnostics.ActivitySourceName);
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _lag;
    private readonly Histogram<double> _duration;
    private DeliveryEngine? _engine;

    public CdcTelemetry(CdcStatistics statistics, CdcHealth health, IMeterFactory? meters = null)
    {
        _ownsMeter = meters is null;
        _meter = meters?.Create(CdcDiagnostics.MeterName) ?? new(CdcDiagnostics.MeterName);
        _deadLetters = _meter.CreateCounter<long>("cdc.dead_letters", "{record}", "Records that a subscriber could not take.");
        _retries = _meter.CreateCounter<long>("cdc.retries", "{attempt}", "Failed attempts that are followed by another.");
        _lag = _meter.CreateHistogram<double>("cdc.lag", "s", "From the change in DynamoDB to the end of its delivery, once a work.");
        _duration = _meter.CreateHistogram<double>("cdc.work.duration", "s", "How long a handler's run or a sink's batch took.");
        _meter.CreateObservableCounter("cdc.records", () => statistics.Tables.SelectMany(Measure), "{record}", "Records that are done.");
        _meter.CreateObservableCounter("cdc.unmapped_attributes", () => statistics.UnmappedAttributes, "{attribute}", "Attributes that no member maps.");
        _meter.CreateObservableCounter("cdc.duplicates", () => statistics.Duplicates, "{record}", "Changes that a handler had taken before.");
        _meter.CreateObservableCounter("cdc.stale", () => statistics.Stale, "{record}", "Changes older than one of their key that was taken.");
        _meter.CreateObservableCounter("cdc.ties", () => statistics.Ties, "{record}", "Changes with the timestamp of another of their key.");
        _meter.CreateObservableGauge("cdc.alarms", () => health.Alarms.Count, "{alarm}", "Subscribers that are failing.");
        _meter.CreateObservableGauge("cdc.in_flight.records", () => _engine?.InFlightRecords ?? 0, "{record}", "Records published and not acknowledged.");
        _meter.CreateObservableGauge("cdc.in_flight.bytes", () => _engine?.InFlightBytes ?? 0, "By", "Their bytes.");
        _meter.CreateObservableGauge("cdc.backlog", MeasureBacklog, "{record}", "Records that a subscriber is not done with.");
        _meter.CreateObservableGauge(
            "cdc.source.behind_latest", () => statistics.Sources.SelectMany(MeasureLag), "s", "How far the reading of a shard is behind its newest record, as the service reports it.");
        _meter.CreateObservableGauge(
            "cdc.source.failing", () => statistics.Sources.Select(MeasureFailing), "s", "How long the source has not been able to read; 0 while it can.");
    }

    internal Meter Meter => _meter;

    internal void Observe(DeliveryEngine engine) => _engine = engine;

    internal void OnDeadLettered(string subscriber, int count) => _deadLetters.Add(count, Tag("cdc.subscriber", subscriber));

    internal void OnRetry(string subscriber) => _retries.Add(1, Tag("cdc.subscriber", subscriber));

    internal void OnWork(string subscriber, Work work, TimeSpan duration, DateTimeOffset now)
    {
        if (_duration.Enabled)
        {
            _duration.Record(duration.TotalSeconds, Tag("cdc.subscriber", subscriber));
        }

        if (_lag.Enabled && work.Records[^1] is { Unreadable: null } last && last.Record.TimestampMicroseconds > 0)
        {
            var microseconds = ((now - DateTimeOffset.UnixEpoch).Ticks / 10) - last.Record.TimestampMicroseconds;
            _lag.Record(Math.Max(0, microseconds / 1e6), Tag("cdc.subscriber", subscriber));
        }
    }

    /// <summary>A span from a record's arrival to its acknowledgement; null where nobody listens.</summary>
    internal Activity? StartRecord(in CdcRecord record)
    {
        if (!_activities.HasListeners())
        {
            return null;
        }

        // Not the current activity of whoever publishes: it outlives the call.
        var current = Activity.Current;
        Activity.Current = null;
        var activity = _activities.StartActivity("cdc record", ActivityKind.Consumer);
        Activity.Current = current;
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("cdc.table", record.TableName);
            activity.SetTag("cdc.operation", record.Operation.ToString());
            activity.SetTag("cdc.stream", record.Position.Shard?.Stream);
            activity.SetTag("cdc.shard", record.Position.Shard?.Shard);
            activity.SetTag("cdc.sequence_number", record.Position.SequenceNumber.ToString(null, null));
        }

        return activity;
    }

    /// <summary>A span of one handler's call for a record. Disposing ends it.</summary>
    internal Activity? StartDelivery(string subscriber, TrackedRecord record)
    {
        if (record.Activity is not { } parent)
        {
            return null;
        }

        var activity = _activities.StartActivity("cdc deliver", ActivityKind.Internal, parent.Context);
        activity?.SetTag("cdc.subscriber", subscriber);
        return activity;
    }

    /// <summary>The spans of one batch; null where nobody listens.</summary>
    internal BatchSpans? StartBatch(string subscriber, Work work) => _activities.HasListeners() ? BatchSpans.Start(_activities, subscriber, work) : null;

    public void Dispose()
    {
        _activities.Dispose();
        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    private IEnumerable<Measurement<int>> MeasureBacklog() =>
        _engine?.Backlogs().Select(backlog => new Measurement<int>(backlog.Count, Tag("cdc.subscriber", backlog.Subscriber))) ?? [];

    // Names by OpenTelemetry's semantic conventions for messaging.
    private static IEnumerable<Measurement<double>> MeasureLag(SourceStatistics source) => source.Shards.Select(shard => new Measurement<double>(
        shard.Value.TotalSeconds,
        Tag("messaging.system", source.System),
        Tag("messaging.destination.name", source.Name),
        Tag("messaging.destination.partition.id", shard.Key),
        Tag("messaging.consumer.group.name", source.Application)));

    private static Measurement<double> MeasureFailing(SourceStatistics source) => new(
        source.FailingFor.TotalSeconds,
        Tag("messaging.system", source.System),
        Tag("messaging.destination.name", source.Name),
        Tag("messaging.consumer.group.name", source.Application));

    private static IEnumerable<Measurement<long>> Measure(TableStatistics table)
    {
        yield return Of(table.Inserted, "insert", "done");
        yield return Of(table.Modified, "modify", "done");
        yield return Of(table.Removed, "remove", "done");
        yield return Of(table.Snapshots, "snapshot", "done");
        yield return Of(table.DeadLettered, "any", "dead_letter");
        yield return Of(table.Unknown, "any", "unknown");
        yield return Of(table.KeyMismatches, "any", "key_mismatch");

        Measurement<long> Of(long count, string operation, string outcome) =>
            new(count, Tag("cdc.table", table.TableName), Tag("cdc.operation", operation), Tag("cdc.outcome", outcome));
    }

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
