using Microsoft.Extensions.Logging;
using TypedCdc.Delivery;
using TypedCdc.Hosting;

namespace TypedCdc.Lambda.MultiLang;

/// <summary>
/// The child's side of the protocol (amazon-kinesis-client-multilang, <c>MultiLangProtocol</c>): answers each action with a status, and asks for checkpoints only between an action and its
/// status, which is when the daemon listens.
/// </summary>
internal sealed class DaemonShardConsumer(CdcRuntime runtime, DaemonConnection daemon, MultiLangOptions options, TimeProvider timeProvider, ILogger logger)
{
    private readonly DeliveryEngine _engine = runtime.Engine;
    private readonly Queue<DaemonPosition> _published = new(); // not behind the watermark, in order
    private ShardId? _shard;
    private ShardChannel? _channel;           // null before the shard begins, and when it is given back
    private long _passed;                     // how many positions were taken out of _published
    private DaemonPosition? _watermark;       // the last of them that is whole
    private DaemonPosition? _checkpoint;      // the last that the daemon has made
    private long _checkpointTime;             // when, or when the shard began
    private bool _isGivenBack;                // in order, by whatever message

    /// <summary>True when the shard was given back in order; false when the daemon has gone away.</summary>
    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        while (await daemon.ReadLineAsync(cancellationToken) is { } line)
        {
            using var message = DaemonMessage.Parse(line.Span, _shard);
            await HandleAsync(message, cancellationToken);
            await daemon.WriteStatusAsync(message.Action, cancellationToken);
        }

        await AbandonAsync();
        if (_shard is not null && !_isGivenBack)
        {
            logger.DaemonGone(_shard);
            return false;
        }

        return true;
    }

    private Task HandleAsync(DaemonMessage message, CancellationToken cancellationToken) => message.Action switch
    {
        "initialize" => InitializeAsync(message, cancellationToken),
        "processRecords" => ProcessAsync(message, cancellationToken),
        "shutdownRequested" => HandOverAsync(cancellationToken),
        "shardEnded" => EndAsync(cancellationToken),
        "leaseLost" => LoseAsync(),
        "shutdown" => message.Reason == "TERMINATE" ? EndAsync(cancellationToken) : LoseAsync(), // KCL 1.x
        _ => throw new InvalidDataException($"The daemon asked for '{message.Action}', which this child does not know."),
    };

    private async Task InitializeAsync(DaemonMessage message, CancellationToken cancellationToken)
    {
        if (_shard is not null || message.ShardId is null)
        {
            throw new InvalidDataException("The daemon has to initialize one shard, once.");
        }

        await _engine.StartAsync(cancellationToken);
        _shard = new(options.StreamName, message.ShardId);
        _channel = _engine.OpenShard(_shard);
        _checkpointTime = timeProvider.GetTimestamp();
        logger.ShardBegins(_shard);
    }

    private async Task ProcessAsync(DaemonMessage message, CancellationToken cancellationToken)
    {
        if (_channel is null)
        {
            return; // given back already; the daemon is about to find out
        }

        if (message.Batch is { } batch)
        {
            message.Batch = null; // the pipeline's from now on
            message.Positions.ForEach(_published.Enqueue);
            await UnlessHaltedAsync(_channel.PublishAsync(batch, cancellationToken).AsTask(), cancellationToken);
        }

        // A batch that takes longer goes on while the next one is asked for, so that one slow key does not idle the others, and the daemon is not kept waiting.
        await DrainAsync(_channel, options.BatchPatience, cancellationToken);
        if (timeProvider.GetElapsedTime(_checkpointTime) >= options.CheckpointInterval || !HasCheckpointed)
        {
            await CheckpointWatermarkAsync(cancellationToken);
        }
    }

    /// <summary>The first batch is checkpointed at once: until then a restart begins where the lease began.</summary>
    private bool HasCheckpointed => _checkpoint is not null;

    /// <summary>The worker is to stop, and still holds the lease: what is in flight is finished and checkpointed.</summary>
    private async Task HandOverAsync(CancellationToken cancellationToken)
    {
        _isGivenBack = true;
        if (_channel is null)
        {
            return;
        }

        if (!await DrainAsync(_channel, runtime.Options.DrainTimeout, cancellationToken))
        {
            logger.DrainTimedOut(_shard!, runtime.Options.DrainTimeout);
        }

        await CheckpointWatermarkAsync(cancellationToken);
    }

    /// <summary>The shard is read to its end. Its children begin when this is checkpointed, so that has to wait for the last record, however long it takes.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        _isGivenBack = true;
        if (_channel is null)
        {
            return;
        }

        await UnlessHaltedAsync(_channel.DrainAsync(cancellationToken).AsTask(), cancellationToken);
        var isCheckpointed = await CheckpointAsync(null, cancellationToken);
        if (_channel is null)
        {
            return; // the lease turned out to be lost
        }

        if (!isCheckpointed)
        {
            throw new InvalidOperationException("The daemon could not checkpoint the shard's end. The shard is read again from its last checkpoint.");
        }

        logger.ShardEnded(_shard!);
        await AbandonAsync();
    }

    private async Task LoseAsync()
    {
        _isGivenBack = true;
        if (_channel is not null)
        {
            logger.LeaseLost(_shard!);
            await AbandonAsync();
        }
    }

    private async Task AbandonAsync()
    {
        if (_channel is not null)
        {
            await _channel.DisposeAsync();
            _channel = null;
        }
    }

    /// <summary>Waits until everything is delivered. False when it took too long.</summary>
    private async Task<bool> DrainAsync(ShardChannel channel, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var drain = channel.DrainAsync(waiting.Token).AsTask();
        var time = Task.Delay(limit, timeProvider, waiting.Token);
        await UnlessHaltedAsync(Task.WhenAny(drain, time), cancellationToken);
        var isDrained = drain.IsCompleted;
        await waiting.CancelAsync();
        await drain.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return isDrained;
    }

    /// <summary>Delivery that has halted does not go on in this process: what is done is checkpointed, and the child ends without an answer.</summary>
    private async Task UnlessHaltedAsync(Task task, CancellationToken cancellationToken)
    {
        await Task.WhenAny(task, _engine.Halted);
        if (!_engine.Halted.IsFaulted)
        {
            await task;
            return;
        }

        _engine.Abort();
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CheckpointWatermarkAsync(cancellationToken);
        await _engine.Halted;
    }

    private async Task CheckpointWatermarkAsync(CancellationToken cancellationToken)
    {
        if (_channel is not null)
        {
            for (var acknowledged = _channel.AcknowledgedCount; _passed < acknowledged; _passed++)
            {
                // An aggregate that we took apart ourselves has one position for all of its records: its last one counts.
                var position = _published.Dequeue();
                if (!_published.TryPeek(out var next) || next != position)
                {
                    _watermark = position;
                }
            }
        }

        if (_watermark is { } watermark && watermark != _checkpoint && await CheckpointAsync(watermark, cancellationToken))
        {
            _checkpoint = watermark;
        }
    }

    /// <summary>Asks the daemon, again and again where that may help. False when it could not, and when the lease is found lost: then the shard is given up.</summary>
    private async Task<bool> CheckpointAsync(DaemonPosition? position, CancellationToken cancellationToken)
    {
        if (_channel is null)
        {
            return false;
        }

        _checkpointTime = timeProvider.GetTimestamp();
        var delay = options.CheckpointRetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            await daemon.WriteCheckpointAsync(position, cancellationToken);
            var line = await daemon.ReadLineAsync(cancellationToken)
                ?? throw new InvalidDataException("The daemon went away while it was asked to checkpoint.");
            using var answer = DaemonMessage.Parse(line.Span, _shard);
            if (answer.Action != "checkpoint")
            {
                throw new InvalidDataException($"The daemon answered '{answer.Action}' where it was asked to checkpoint.");
            }

            if (string.IsNullOrEmpty(answer.Error))
            {
                return true;
            }

            logger.CheckpointFailed(answer.Error, attempt, options.CheckpointAttempts);
            if (answer.Error == "ShutdownException")
            {
                // Somebody else has the lease: KCL's RecordProcessorCheckpointer says it like this.
                await LoseAsync();
                return false;
            }

            if (answer.Error is not ("ThrottlingException" or "KinesisClientLibDependencyException" or "KinesisClientLibRetryableException")
                || attempt >= options.CheckpointAttempts)
            {
                return false;
            }

            await Task.Delay(delay, timeProvider, cancellationToken);
            delay *= 2;
        }
    }
}
