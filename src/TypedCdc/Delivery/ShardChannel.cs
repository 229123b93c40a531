using TypedCdc.Sources;

namespace TypedCdc.Delivery;

/// <summary>The engine's side of one shard.</summary>
internal sealed class ShardChannel(DeliveryEngine engine, ShardState state) : IShardChannel
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _drained;    // somebody waits for it
    private SequenceNumber? _watermark;        // what was announced last
    private bool _isAnnouncing;                // a thread is inside WatermarkAdvanced, and will look again when it comes out
    private SequenceNumber? _toAnnounce;

    internal ShardState State => state;

    /// <summary>From the core itself: the announcement may still be on its way on another thread.</summary>
    public SequenceNumber? Watermark => engine.GetWatermark(this);

    /// <summary>How many records, from the first that was published, are acknowledged.</summary>
    internal long AcknowledgedCount => engine.GetAcknowledgedCount(this);

    public Action<SequenceNumber>? WatermarkAdvanced { get; set; }

    public ValueTask PublishAsync(RecordBatch batch, CancellationToken cancellationToken) => engine.PublishAsync(this, batch, cancellationToken);

    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task drained;
            lock (_gate)
            {
                _drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                drained = _drained.Task;
            }

            // Asked after the wait is registered, or a drain between the two would be missed; and asked again after it, because the signal may be an old one: of a drain
            // before what was published last.
            if (engine.IsDrained(this))
            {
                break;
            }

            await engine.WaitAsync(drained, cancellationToken);
        }

        if (Watermark is { } watermark)
        {
            OnAdvanced(watermark);
        }
    }

    public ValueTask DisposeAsync()
    {
        engine.Close(this);
        return default;
    }

    internal void OnDrained()
    {
        lock (_gate)
        {
            _drained?.TrySetResult();
            _drained = null;
        }
    }

    /// <summary>Announces without overlap, and never backwards, whatever the order in which threads come here.</summary>
    internal void OnAdvanced(SequenceNumber watermark)
    {
        lock (_gate)
        {
            if (_watermark is not { } current || watermark > current)
            {
                _watermark = watermark;
                _toAnnounce = watermark;
            }

            if (_isAnnouncing || _toAnnounce is null)
            {
                return;
            }

            _isAnnouncing = true;
        }

        while (true)
        {
            SequenceNumber next;
            lock (_gate)
            {
                if (_toAnnounce is not { } announced)
                {
                    _isAnnouncing = false;
                    return;
                }

                next = announced;
                _toAnnounce = null;
            }

            try
            {
                WatermarkAdvanced?.Invoke(next);
            }
            catch
            {
                lock (_gate)
                {
                    _isAnnouncing = false;
                }

                throw;
            }
        }
    }
}
