using Microsoft.Extensions.Logging;

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

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "Stream {Stream}, {What}: {Error} It is tried again, with growing delays.")]
    internal static partial void Retrying(ILogger logger, string stream, string what, string error);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Warning, Message = "Stream {Stream}: shard {Shard} was stopped before everything read was handled; the rest is read again next time.")]
    internal static partial void NotDrained(ILogger logger, string stream, string shard);
}
