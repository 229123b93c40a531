using Microsoft.Extensions.Logging;

namespace TypedCdc.Lambda.MultiLang;

/// <summary>What the daemon's child says, on standard error.</summary>
internal static partial class MultiLangLog
{
    [LoggerMessage(420, LogLevel.Information, "Shard {Shard} begins")]
    internal static partial void ShardBegins(this ILogger logger, ShardId shard);

    [LoggerMessage(421, LogLevel.Information, "The lease of shard {Shard} is lost: what is not done is given up, without a checkpoint")]
    internal static partial void LeaseLost(this ILogger logger, ShardId shard);

    [LoggerMessage(422, LogLevel.Information, "Shard {Shard} has ended and is delivered to its end")]
    internal static partial void ShardEnded(this ILogger logger, ShardId shard);

    [LoggerMessage(423, LogLevel.Warning, "The daemon could not checkpoint ({Error}) in attempt {Attempt} of {Attempts}")]
    internal static partial void CheckpointFailed(this ILogger logger, string error, int attempt, int attempts);

    [LoggerMessage(424, LogLevel.Warning, "Draining shard {Shard} was not done within {Timeout}; what is in flight is given up and delivered again by whoever takes the shard")]
    internal static partial void DrainTimedOut(this ILogger logger, ShardId shard, TimeSpan timeout);

    [LoggerMessage(425, LogLevel.Warning, "The daemon has closed its side without ending shard {Shard}; what is not done is given up, without a checkpoint")]
    internal static partial void DaemonGone(this ILogger logger, ShardId? shard);

    [LoggerMessage(426, LogLevel.Critical, "The child ends, and the daemon with it. Nothing behind the checkpoint is lost")]
    internal static partial void ChildFailed(this ILogger logger, Exception exception);
}
