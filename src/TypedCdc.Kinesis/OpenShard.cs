using TypedCdc.Sources;

namespace TypedCdc.Kinesis;

/// <summary>One shard that is being read: its way into the pipeline, and the batch that was read and is not published.</summary>
internal sealed class OpenShard(ISourceContext context, ShardId shard, ShardLease? lease = null) : IAsyncDisposable
{
    private readonly Lazy<IShardChannel> _channel = new(() => context.OpenShard(shard, lease));
    private RecordBatch? _batch;
    private TaskCompletionSource? _publication; // the one that was announced last

    internal SequenceNumber? Watermark => _channel.IsValueCreated ? _channel.Value.Watermark : null;

    /// <summary>An empty batch for a read; the one before, if it is still here, is dropped.</summary>
    internal RecordBatch BeginBatch()
    {
        Discard();
        return _batch = new(shard);
    }

    internal void Discard() => Interlocked.Exchange(ref _batch, null)?.Dispose();

    /// <summary>
    /// Says, before the publication runs on a thread of its own, that there will be one: a drain that is asked for after this waits for it, whichever of
    /// the two threads comes first.
    /// </summary>
    internal void AnnouncePublication() => _publication = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Hands over the batch that was read last. Comes once after each <see cref="AnnouncePublication"/>.</summary>
    internal async Task PublishAsync(CancellationToken cancellationToken)
    {
        var publication = _publication ?? throw new InvalidOperationException("The publication was not announced.");
        var batch = Interlocked.Exchange(ref _batch, null);
        var isTaken = false;
        try
        {
            await _channel.Value.PublishAsync(batch ?? throw new InvalidOperationException("There is no batch to publish."), cancellationToken);
            isTaken = true;
        }
        finally
        {
            if (!isTaken)
            {
                batch?.Dispose();
            }

            publication.SetResult();
        }
    }

    /// <summary>Waits until all that was published is done. The pipeline itself limits how long a stop may take.</summary>
    internal async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        // A publication that a stop has just ended may have been taken after all.
        await (_publication?.Task ?? Task.CompletedTask);
        if (_channel.IsValueCreated)
        {
            await _channel.Value.DrainAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_publication?.Task ?? Task.CompletedTask);
        Discard();
        if (_channel.IsValueCreated)
        {
            await _channel.Value.DisposeAsync();
        }
    }
}
