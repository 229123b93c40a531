namespace TypedCdc.Kinesis;

/// <summary>One shard that is being read: its way into the pipeline, and the batch that was read and is not published.</summary>
internal sealed class OpenShard(ISourceContext context, ShardId shard) : IAsyncDisposable
{
    private readonly Lazy<IShardChannel> _channel = new(() => context.OpenShard(shard));
    private RecordBatch? _batch;
    private Task _publishing = Task.CompletedTask;

    internal SequenceNumber? Watermark => _channel.IsValueCreated ? _channel.Value.Watermark : null;

    /// <summary>An empty batch for a read; the one before, if it is still here, is dropped.</summary>
    internal RecordBatch BeginBatch()
    {
        Discard();
        return _batch = new(shard);
    }

    internal void Discard() => Interlocked.Exchange(ref _batch, null)?.Dispose();

    internal async Task PublishAsync(CancellationToken cancellationToken)
    {
        var batch = Interlocked.Exchange(ref _batch, null) ?? throw new InvalidOperationException("There is no batch to publish.");
        var published = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _publishing = published.Task;
        var isTaken = false;
        try
        {
            await _channel.Value.PublishAsync(batch, cancellationToken);
            isTaken = true;
        }
        finally
        {
            if (!isTaken)
            {
                batch.Dispose();
            }

            published.SetResult();
        }
    }

    /// <summary>Waits until all that was published is done. The pipeline itself limits how long a stop may take.</summary>
    internal async Task DrainAsync()
    {
        // A publication that a stop has just ended may have been taken after all.
        await _publishing;
        if (_channel.IsValueCreated)
        {
            await _channel.Value.DrainAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _publishing;
        Discard();
        if (_channel.IsValueCreated)
        {
            await _channel.Value.DisposeAsync();
        }
    }
}
