namespace TypedCdc;

/// <summary>Records are gone from a stream that were never read, or it cannot be shown that none is.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Shard">The shard's id; null for the whole stream.</param>
/// <param name="Checkpoint">What was read last; null where nothing was.</param>
/// <param name="Reason">What happened.</param>
public sealed record KinesisDataLoss(string Stream, string? Shard, SequenceNumber? Checkpoint, DataLossReason Reason)
{
    /// <summary>A sentence for people.</summary>
    public override string ToString() => Reason switch
    {
        DataLossReason.Trimmed => $"Stream '{Stream}', shard '{Shard}': what followed the checkpoint is older than the stream's retention, and may be gone.",
        DataLossReason.Recreated => $"Stream '{Stream}' is not the one that was read before: it was deleted and created again, and its checkpoints no longer apply.",
        DataLossReason.Deleted => $"Stream '{Stream}' was deleted while it was read; records that were not read yet are lost.",
        _ => $"Stream '{Stream}', shard '{Shard}': the service does not know the checkpoint.",
    };
}

/// <summary>What happened to the records.</summary>
public enum DataLossReason
{
    /// <summary>The checkpoint is older than the stream's retention.</summary>
    Trimmed,

    /// <summary>The stream was deleted and created again under its name.</summary>
    Recreated,

    /// <summary>The service does not know the checkpoint's sequence number.</summary>
    UnknownCheckpoint,

    /// <summary>The stream was deleted while it was read.</summary>
    Deleted,
}

/// <summary>What is done when records are gone that were never read.</summary>
public enum DataLossAction
{
    /// <summary>The source stops with an error, and the checkpoint stays. The default.</summary>
    Fail,

    /// <summary>The loss is logged as an error, and reading continues at the oldest record that is kept. A stream that was deleted is waited for.</summary>
    Skip,
}

/// <summary>The source stopped because records are gone that were never read.</summary>
/// <param name="loss">What happened.</param>
public sealed class KinesisDataLossException(KinesisDataLoss loss)
    : Exception($"{loss} To go on at the oldest record that is kept, set o.{nameof(KinesisSourceOptions.OnDataLoss)} = {nameof(DataLossAction)}.{nameof(DataLossAction.Skip)}.")
{
    /// <summary>What happened.</summary>
    public KinesisDataLoss Loss { get; } = loss;
}
