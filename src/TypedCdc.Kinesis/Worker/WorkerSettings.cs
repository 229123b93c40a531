using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>What a worker needs of <see cref="KinesisSourceOptions"/>.</summary>
internal sealed record WorkerSettings(string Stream)
{
    internal ShardPosition Start { get; init; } = ShardPosition.TrimHorizon;

    internal TimeSpan IdleDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    internal long PrefetchBytes { get; init; } = 64 * 1024 * 1024;

    internal TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(5);

    internal TimeSpan ShardListInterval { get; init; } = TimeSpan.FromMinutes(2);

    internal DataLossAction OnDataLoss { get; init; }

    /// <summary>Whether the stream existed in this process before: then it is waited for while it does not exist.</summary>
    internal bool IsRestart { get; init; }

    internal static WorkerSettings From(string stream, KinesisSourceOptions options) => new(stream)
    {
        Start = options.Start.Position,
        IdleDelay = options.IdleDelay,
        PrefetchBytes = options.PrefetchBytes,
        CheckpointInterval = options.CheckpointInterval,
        ShardListInterval = options.ShardListInterval,
        OnDataLoss = options.OnDataLoss,
    };
}
