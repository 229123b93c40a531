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
}
