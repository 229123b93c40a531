using Microsoft.Extensions.Logging;
using TypedCdc.Changes;
using TypedCdc.Observability;

namespace TypedCdc.Delivery;

/// <summary>What the pipeline says, by event id. Neither keys nor attribute values are among the parameters.</summary>
internal static partial class CdcLog
{
    [LoggerMessage(100, LogLevel.Information, "TypedCdc '{Application}' starts: {Sources} source(s), {Subscribers} handler(s) and sink(s)")]
    internal static partial void Starting(this ILogger logger, string application, int sources, int subscribers);

    [LoggerMessage(101, LogLevel.Information, "TypedCdc '{Application}' has ended: {Statistics}")]
    internal static partial void Ended(this ILogger logger, string application, CdcStatistics statistics);

    [LoggerMessage(102, LogLevel.Information, "Every source has ended and is drained; stopping the application")]
    internal static partial void SourcesEnded(this ILogger logger);

    [LoggerMessage(103, LogLevel.Critical, "TypedCdc '{Application}' has failed and stops. Nothing behind the checkpoint is lost")]
    internal static partial void Failed(this ILogger logger, Exception exception, string application);

    [LoggerMessage(104, LogLevel.Warning, "Draining was not done within {Timeout}; what is in flight is given up and delivered again by the next run")]
    internal static partial void DrainTimedOut(this ILogger logger, TimeSpan timeout);

    [LoggerMessage(105, LogLevel.Warning, "The snapshot of '{Table}' is complete, but {DeadLettered} record(s) were dead-lettered in this run: what is not among its rows stays in the sinks. Mend the cause, and run the snapshot again")]
    internal static partial void SnapshotNotFinished(this ILogger logger, string table, long deadLettered);

    [LoggerMessage(106, LogLevel.Warning, "Source '{Source}' cannot read: {Message} It is retried with growing delays")]
    internal static partial void SourceFailing(this ILogger logger, string source, string message);

    [LoggerMessage(107, LogLevel.Warning, "Source '{Source}' has not been able to read for {Duration} ({Attempts} attempts, {Parts} part(s) of it): {Message} It is still retried")]
    internal static partial void SourceStillFailing(this ILogger logger, string source, TimeSpan duration, int attempts, int parts, string message);

    [LoggerMessage(108, LogLevel.Information, "Source '{Source}' reads again after {Duration}")]
    internal static partial void SourceRecovered(this ILogger logger, string source, TimeSpan duration);

    [LoggerMessage(110, LogLevel.Warning, "Table '{Table}' has no model; its records are counted as unknown and not delivered (said once)")]
    internal static partial void UnknownTable(this ILogger logger, string table);

    [LoggerMessage(111, LogLevel.Warning, "Attribute '{Attribute}' of table '{Table}' is mapped by no member of {Model} (said once)")]
    internal static partial void UnmappedAttribute(this ILogger logger, string attribute, string table, string model);

    [LoggerMessage(113, LogLevel.Warning, "An item of table '{Table}' is not delivered: its key nearly matches '{Pattern}' of '{Model}', but {Reason}. Key: {Key}. Further items with this reason are counted as key mismatches, not logged")]
    internal static partial void KeyMismatch(this ILogger logger, string table, string pattern, string model, string reason, string key);

    [LoggerMessage(112, LogLevel.Warning, "Table '{Table}' holds items that belong to none of its models; they are counted as unknown and not delivered (said once)")]
    internal static partial void UnknownItem(this ILogger logger, string table);

    [LoggerMessage(EventId = 120, Message = "'{Subscriber}' fails ({Reason}): {Message} It is retried with growing delays; attempt {Attempt}, the next one in {Delay}")]
    internal static partial void Retrying(this ILogger logger, LogLevel level, Exception? exception, string subscriber, string reason, string message, int attempt, TimeSpan delay);

    [LoggerMessage(131, LogLevel.Warning, "'{Subscriber}' has failed for {Duration} ({Attempts} attempts, {Backlog} records wait for it). Now ({Reason}): {Message} It is still retried")]
    internal static partial void StillFailing(this ILogger logger, string subscriber, TimeSpan duration, int attempts, int backlog, string reason, string message);

    [LoggerMessage(EventId = 121, Message = "'{Subscriber}' cannot take the record at {Position} of table '{Table}' after {Attempts} attempt(s): dead-lettered")]
    internal static partial void DeadLettered(this ILogger logger, LogLevel level, Exception exception, string subscriber, StreamPosition position, string table, int attempts);

    [LoggerMessage(EventId = 127, Message = "The record at {Position} is not a change record: dead-lettered")]
    internal static partial void UnreadableDeadLettered(this ILogger logger, LogLevel level, Exception exception, StreamPosition position);

    [LoggerMessage(128, LogLevel.Warning, "{Count} further record(s) of table '{Table}' were dead-lettered for '{Subscriber}' ({Reason}); the dead letters say which")]
    internal static partial void FurtherDeadLetters(this ILogger logger, long count, string subscriber, string table, string reason);

    [LoggerMessage(129, LogLevel.Information, "The dead-letter store works again")]
    internal static partial void DeadLetterStoreRecovered(this ILogger logger);

    [LoggerMessage(122, LogLevel.Error, "'{Subscriber}' cannot take the record at {Position} of table '{Table}' after {Attempts} attempt(s): SKIPPED, it is lost to this subscriber")]
    internal static partial void Skipped(this ILogger logger, Exception exception, string subscriber, StreamPosition position, string table, int attempts);

    [LoggerMessage(EventId = 123, Message = "The dead-letter store fails ({Reason}): {Message} It is retried with growing delays, and delivery behind these records waits; attempt {Attempt}, the next one in {Delay}")]
    internal static partial void DeadLetterStoreFailing(this ILogger logger, LogLevel level, Exception? exception, string reason, string message, int attempt, TimeSpan delay);

    [LoggerMessage(124, LogLevel.Critical, "Delivery to '{Subscriber}' has stopped: {Reason}. The checkpoint stays before the record")]
    internal static partial void Halted(this ILogger logger, Exception? exception, string subscriber, string reason);

    [LoggerMessage(126, LogLevel.Error, "'{Subscriber}' cannot take the record at {Position} of table '{Table}' after {Attempts} attempt(s), and {Reason}: it is given back with everything behind it in its shard")]
    internal static partial void Cut(
        this ILogger logger, Exception exception, string subscriber, StreamPosition position, string table, int attempts, string reason);

    [LoggerMessage(125, LogLevel.Information, "'{Subscriber}' works again after {Duration} ({Attempts} failed attempts)")]
    internal static partial void Recovered(this ILogger logger, string subscriber, TimeSpan duration, int attempts);

    [LoggerMessage(133, LogLevel.Warning, "The host's ShutdownTimeout is over before TypedCdc has ended. What is in flight is delivered again by the next run. Set ShutdownTimeout above TypedCdc's DrainTimeout")]
    internal static partial void StopTimedOut(this ILogger logger);

    [LoggerMessage(132, LogLevel.Warning, "What is in flight has not ended within {Timeout}, as when a database does not answer. It is left behind with its connections, and is delivered again by the next run")]
    internal static partial void CloseTimedOut(this ILogger logger, TimeSpan timeout);
}
