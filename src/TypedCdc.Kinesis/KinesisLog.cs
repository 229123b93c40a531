using Microsoft.Extensions.Logging;
using TypedCdc.Changes;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis;

/// <summary>What the Kinesis source logs: one line a change of state, never one a record.</summary>
internal static partial class KinesisLog
{
    [LoggerMessage(EventId = 3000, Level = LogLevel.Information, Message = "Stream {Stream}: reading shard {Shard} from {Position}.")]
    internal static partial void ShardBegun(ILogger logger, string stream, string shard, ShardPosition position);

    [LoggerMessage(EventId = 3001, Level = LogLevel.Information, Message = "Stream {Stream}: shard {Shard} was read to its end.")]
    internal static partial void ShardEnded(ILogger logger, string stream, string shard);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Error, Message = "DATA LOSS: {Loss} Checkpoint {Checkpoint}. Action: {Action}.")]
    internal static partial void DataLost(ILogger logger, KinesisDataLoss loss, SequenceNumber? checkpoint, DataLossAction action);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Warning, Message = "Stream {Stream}: shard {Shard} was stopped before everything read was handled; the rest is read again next time.")]
    internal static partial void NotDrained(ILogger logger, string stream, string shard);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Error, Message = "Stream {Stream}: shard {Shard} is stored as read to its end, but the service lists it as open. An earlier version stored this after a malformed answer. Reading continues from the checkpoint ({Checkpoint}); records that have left the stream's retention since then are lost.")]
    internal static partial void EndRevoked(ILogger logger, string stream, string shard, string checkpoint);

    [LoggerMessage(EventId = 3006, Level = LogLevel.Error, Message = "Stream {Stream} was deleted. The source waits until it exists again ({Option} is {Action}).")]
    internal static partial void StreamDeleted(ILogger logger, string stream, string option, DataLossAction action);

    [LoggerMessage(EventId = 3007, Level = LogLevel.Warning, Message = "Stream {Stream} was deleted and created again while it was read. The source begins again as at a start.")]
    internal static partial void StreamRecreated(ILogger logger, string stream);

    [LoggerMessage(EventId = 3008, Level = LogLevel.Warning, Message = "The dead-letter stream cannot be reached in attempt {Attempt}: {Message} Delivery begins when it can.")]
    internal static partial void DeadLetterStreamAwaited(ILogger logger, string message, int attempt);

    [LoggerMessage(EventId = 3010, Level = LogLevel.Information, Message = "Stream {Stream}: took the lease of shard {Shard} ({Reason}; from {From}).")]
    internal static partial void LeaseTaken(ILogger logger, string stream, string shard, Fleet.LeaseTakeReason reason, string from);

    [LoggerMessage(EventId = 3011, Level = LogLevel.Warning, Message = "Stream {Stream}: lost the lease of shard {Shard} ({Reason}; to {To}). Its reading stops without a checkpoint; another worker continues from the last one.")]
    internal static partial void LeaseLost(ILogger logger, string stream, string shard, Fleet.LeaseLossReason reason, string to);

    [LoggerMessage(EventId = 3012, Level = LogLevel.Information, Message = "Stream {Stream}: released the lease of shard {Shard}.")]
    internal static partial void LeaseReleased(ILogger logger, string stream, string shard);

    [LoggerMessage(EventId = 3013, Level = LogLevel.Warning, Message = "Stream {Stream}: leases were missing and were created again at the oldest record: {Shards}. Records of these shards may be delivered again.")]
    internal static partial void LeasesRepaired(ILogger logger, string stream, string shards);

    [LoggerMessage(EventId = 3014, Level = LogLevel.Error, Message = "Stream {Stream}: no more leases are taken: {Reason}")]
    internal static partial void TakingRefused(ILogger logger, string stream, string reason);
}
