using System.Diagnostics;
using System.Globalization;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Worker;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis;

/// <summary>What the worker and the calls report: to the log, and to the source's monitor, which logs failures calmly and raises the alarm.</summary>
internal sealed class KinesisReports(ILogger logger, ISourceMonitor monitor, KinesisMetrics metrics, string stream, KinesisSourceOptions options)
{
    /// <summary>The part of the source that is the lease table.</summary>
    internal const string LeaseTable = "(leases)";

    /// <summary>A call failed that is tried again, or is not: then the source ends with it.</summary>
    /// <param name="part">The shard; null for the stream.</param>
    /// <param name="exception">Why.</param>
    internal void Failed(string? part, KinesisException exception)
    {
        if (exception.Kind == KinesisErrorKind.Throttled)
        {
            metrics.OnThrottled();
        }

        // An iterator that has expired is renewed at once, and what the other two mean the worker finds out.
        if (exception.Kind is KinesisErrorKind.Transient or KinesisErrorKind.Throttled)
        {
            Failed(part, exception.Code ?? exception.Kind.ToString(), exception.Message);
        }
    }

    internal void Succeeded(string? part) => monitor.Succeeded(part ?? "");

    internal void BehindLatest(string shard, TimeSpan? behind)
    {
        if (behind is { } known)
        {
            monitor.SetBehindLatest(shard, known);
        }
    }

    internal void Closed(string shard) => monitor.Closed(shard);

    internal void Report(WorkerNotice notice)
    {
        metrics.OnNotice(notice);
        switch (notice)
        {
            case WorkerNotice.ShardBegun begun:
                KinesisLog.ShardBegun(logger, stream, begun.Shard, begun.Position);
                break;
            case WorkerNotice.ShardEnded ended:
                KinesisLog.ShardEnded(logger, stream, ended.Shard);
                if (options.Application is not null)
                {
                    metrics.OnLeaseEnded();
                }

                break;
            case WorkerNotice.DataLost lost:
                KinesisLog.DataLost(logger, lost.Loss, lost.Loss.Checkpoint, lost.Action);
                options.DataLossDetected?.Invoke(lost.Loss);
                break;
            case WorkerNotice.Retrying { Exception: KinesisException { Kind: KinesisErrorKind.Transient or KinesisErrorKind.Throttled, Code: not AwsErrors.Unreadable } }:
                break; // reported when the call failed
            case WorkerNotice.Retrying retrying:
                Failed(retrying.Shard, (retrying.Exception as KinesisException)?.Code ?? retrying.Exception.GetType().Name, retrying.Exception.Message);
                break;
            case WorkerNotice.LeaseTableFailed failed:
                monitor.Failed(LeaseTable, ReasonOf(failed.Exception), $"lease table: {failed.Exception.Message}");
                break;
            case WorkerNotice.LeaseTaken taken:
                KinesisLog.LeaseTaken(logger, stream, taken.Key, taken.Reason, taken.From ?? "nobody");
                break;
            case WorkerNotice.LeaseLost lost:
                KinesisLog.LeaseLost(logger, stream, lost.Key, lost.Reason, lost.To ?? "nobody yet");
                break;
            case WorkerNotice.LeaseReleased released:
                KinesisLog.LeaseReleased(logger, stream, released.Key);
                break;
            case WorkerNotice.LeasesRepaired repaired:
                KinesisLog.LeasesRepaired(logger, stream, string.Join(", ", repaired.Keys));
                break;
            case WorkerNotice.TakingRefused refused:
                KinesisLog.TakingRefused(logger, stream, refused.Reason);
                break;
            case WorkerNotice.EndNotConfirmed not:
                Failed(
                    not.Shard,
                    AwsErrors.Unreadable,
                    "GetRecords: the answer has no next iterator, but the service lists the shard as open. It counts as unreadable, and is read again after the last record fetched.");
                break;
            case WorkerNotice.EndRevoked revoked:
                KinesisLog.EndRevoked(logger, stream, revoked.Shard, revoked.Checkpoint?.ToString(null, CultureInfo.InvariantCulture) ?? "none: from the oldest record that is kept");
                break;
            case WorkerNotice.StreamReplaced { IsDeleted: true }:
                KinesisLog.StreamDeleted(logger, stream, nameof(KinesisSourceOptions.OnDataLoss), options.OnDataLoss);
                break;
            case WorkerNotice.StreamReplaced:
                KinesisLog.StreamRecreated(logger, stream);
                break;
            case WorkerNotice.NotDrained not:
                KinesisLog.NotDrained(logger, stream, not.Shard);
                break;
            default:
                throw new UnreachableException(notice.GetType().Name);
        }
    }

    private static string ReasonOf(Exception exception) => exception switch
    {
        AmazonServiceException { ErrorCode: { Length: > 0 } code } => code,
        KinesisException { Code: { } code } => code,
        OperationCanceledException => AwsErrors.Timeout,
        _ => exception.GetType().Name,
    };

    private void Failed(string? part, string reason, string message) =>
        monitor.Failed(part ?? "", reason, part is null ? message : $"shard {part}: {message}");
}
