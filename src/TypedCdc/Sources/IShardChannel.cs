namespace TypedCdc.Sources;

/// <summary>The way of one shard's records into the pipeline, and of their acknowledgement back.</summary>
public interface IShardChannel : IAsyncDisposable
{
    /// <summary>
    /// Hands a batch over, which then belongs to the pipeline. Returns when there is room for it (back-pressure: the source does not read on before).
    /// </summary>
    ValueTask PublishAsync(RecordBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// The position up to which every published record has succeeded, or was durably dead-lettered, for every subscriber: what a checkpoint may say.
    /// Null before the first. Only grows.
    /// </summary>
    SequenceNumber? Watermark { get; }

    /// <summary>Called, from any thread and without overlap, when <see cref="Watermark"/> has grown.</summary>
    Action<SequenceNumber>? WatermarkAdvanced { get; set; }

    /// <summary>Waits until everything published is acknowledged.</summary>
    ValueTask DrainAsync(CancellationToken cancellationToken);

    // DisposeAsync abandons what is not acknowledged: the lease is lost, another worker reads it again.
}
