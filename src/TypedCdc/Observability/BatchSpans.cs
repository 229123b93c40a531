using System.Diagnostics;
using TypedCdc.Delivery;

namespace TypedCdc.Observability;

/// <summary>
/// The spans of one batch: one of its own, linked to its records, under which the sink's and the driver's spans stand, and in each record's own trace one that
/// ends with the batch and is linked to it. So a record's trace goes from its arrival to its row, although the row was written together with others.
/// </summary>
internal sealed class BatchSpans : IDisposable
{
    private const string Name = "cdc deliver";

    // Collectors drop links beyond this many anyway (OpenTelemetry specification, SpanLimits).
    private const int MaximumLinks = 128;

    private readonly Activity? _batch;
    private readonly Activity?[] _records;
    private readonly Activity? _before;

    private BatchSpans(Activity? batch, Activity?[] records, Activity? before)
    {
        _batch = batch;
        _records = records;
        _before = before;
    }

    /// <summary>Starts them. The batch's span is the current one until they end.</summary>
    internal static BatchSpans Start(ActivitySource source, string subscriber, Work work)
    {
        var before = Activity.Current;

        // A batch of one is part of the record's own trace.
        if (work.Records is [{ Activity: { } only }])
        {
            return new(Tag(source.StartActivity(Name, ActivityKind.Internal, only.Context), subscriber, 1), [], before);
        }

        var links = work.Records.Where(static record => record.Activity is not null).Take(MaximumLinks).Select(static record => new ActivityLink(record.Activity!.Context)).ToArray();
        Activity.Current = null; // a batch has no parent: its records have traces of their own
        var batch = Tag(source.StartActivity("cdc batch", ActivityKind.Internal, parentContext: default, links: links), subscriber, work.Records.Count);
        var records = new Activity?[work.Records.Count];
        for (var index = 0; index < records.Length; index++)
        {
            // A record that nobody records has no span to stand under.
            if (work.Records[index].Activity is { IsAllDataRequested: true } parent)
            {
                Activity.Current = null;
                records[index] = Tag(
                    source.StartActivity(Name, ActivityKind.Internal, parent.Context, links: batch is null ? null : [new ActivityLink(batch.Context)]), subscriber, work.Records.Count);
            }
        }

        Activity.Current = batch ?? before;
        return new(batch, records, before);
    }

    /// <summary>Says which records were not taken.</summary>
    internal void Fail(IReadOnlyList<RecordFailure> failures)
    {
        foreach (var failure in failures)
        {
            var reason = failure.Exception.GetType().Name; // its message may hold values
            _batch?.SetStatus(ActivityStatusCode.Error, reason);
            if (failure.Index < _records.Length)
            {
                _records[failure.Index]?.SetStatus(ActivityStatusCode.Error, reason);
            }
        }
    }

    public void Dispose()
    {
        foreach (var record in _records)
        {
            record?.Dispose();
        }

        _batch?.Dispose();
        Activity.Current = _before;
    }

    private static Activity? Tag(Activity? activity, string subscriber, int records)
    {
        activity?.SetTag("cdc.subscriber", subscriber);
        activity?.SetTag("cdc.records", records);
        return activity;
    }
}
