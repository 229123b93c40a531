using System.Diagnostics;
using Microsoft.Extensions.Logging;
using TypedCdc.Observability;
using TypedCdc.Sources;

namespace TypedCdc.Delivery;

/// <summary>
/// The asynchronous shell around <see cref="DeliveryCore"/>: parses and routes what sources publish, runs works on the thread pool, stores dead letters, and hands
/// acknowledgements back. It decides nothing.
/// </summary>
internal sealed class DeliveryEngine
{
    private readonly Lock _gate = new();                    // guards _core and everything it owns
    private readonly DeliveryCore _core;
    private readonly EngineSettings _settings;
    private readonly Subscriber[] _subscribers;             // index 0 is UnreadableRecords
    private readonly WorkContext[] _contexts;               // by subscriber
    private readonly RecordReader _reader;
    private readonly DeadLetterWriter _deadLetters;
    private readonly ILogger _logger;
    private readonly long _started;
    private readonly CancellationTokenSource _abort = new(); // given up: works are cancelled, waits end
    private readonly TaskCompletionSource _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<ShardState, ShardChannel> _channels = []; // guarded by _gate
    private int _working;                                   // works and stores that run
    private TaskCompletionSource? _idle;                    // somebody waits for _working to be 0

    internal DeliveryEngine(EngineSettings settings)
    {
        _settings = settings;
        _logger = settings.Logger;
        _started = settings.TimeProvider.GetTimestamp();
        _subscribers = [new UnreadableRecords(), .. settings.Subscribers];
        _core = new(Array.ConvertAll(_subscribers, subscriber => subscriber.Lanes), settings.Limits, settings.CircuitBreaker, settings.Statistics,
            new(settings.StopScope, settings.DeadLetters is not null));
        _contexts = Array.ConvertAll(_subscribers, subscriber => new WorkContext(
            settings.Services,
            new(subscriber.Failure, settings.TimeProvider, notice => OnRetry(subscriber, notice), settings.Randomizer,
                settings.Observer is { } observer ? cancellation => observer.BeforeAttemptAsync(subscriber.Name, cancellation) : null),
            settings.Statistics,
            settings.Telemetry));
        _deadLetters = new(settings);
        _reader = new(settings, _subscribers);
        settings.Telemetry.Observe(this);
    }

    /// <summary>Faults when delivery has stopped by itself; never ends otherwise.</summary>
    internal Task Halted => _halted.Task;

    internal int InFlightRecords => Locked(core => core.InFlightRecords);

    internal long InFlightBytes => Locked(core => core.InFlightBytes);

    /// <summary>How many records each handler and sink is not done with.</summary>
    internal IReadOnlyList<(string Subscriber, int Count)> Backlogs() =>
        Locked(core => _subscribers.Select((subscriber, index) => (subscriber.Name, core.Backlog(index))).ToArray());

    /// <summary>Starts the dead-letter store and every subscriber, waiting for those whose service is down.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        await _deadLetters.StartAsync(cancellationToken);
        for (var index = 1; index < _subscribers.Length; index++)
        {
            var subscriber = _subscribers[index];
            var context = new SinkContext
            {
                Application = _settings.Application,
                TimeProvider = _settings.TimeProvider,
                Logger = _settings.LoggerFactory.CreateLogger("TypedCdc.Sinks." + subscriber.Name),
                EnableSensitiveData = _settings.EnableSensitiveData,
                Tables = _settings.Tables,
                Lanes = subscriber.Lanes.LanesInUse,
            };

            // Only an outage is waited for: a wrong password or a missing right is said at once.
            var failure = subscriber.Failure.Clone();
            failure.MaximumAttempts = 1;
            var retry = new RetryPipeline(failure, _settings.TimeProvider, notice => OnRetry(subscriber, notice), _settings.Randomizer);
            await retry.ExecuteAsync(static (start, cancellation) => start.subscriber.StartAsync(start.context, cancellation), (subscriber, context), cancellationToken);
            OnSuccess(subscriber);
        }
    }

    internal ShardChannel OpenShard(ShardId shard, ShardLease? lease = null)
    {
        var channel = new ShardChannel(this, new(shard, lease));
        lock (_gate)
        {
            _channels.Add(channel.State, channel);
        }

        return channel;
    }

    internal async ValueTask PublishAsync(ShardChannel channel, RecordBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            batch.Dispose();
            return;
        }

        var reservation = new Reservation(batch.Bytes, batch.Count);
        Dispatch(new DeliveryEvent.RoomAsked(reservation));
        try
        {
            await WaitAsync(reservation.Admitted, cancellationToken);
        }
        catch
        {
            Dispatch(new DeliveryEvent.RoomGivenUp(reservation));
            batch.Dispose();
            throw;
        }

        BatchState state;
        try
        {
            state = _reader.Read(channel.State, reservation, batch);
        }
        catch
        {
            Dispatch(new DeliveryEvent.RoomGivenUp(reservation));
            batch.Dispose();
            throw;
        }

        Dispatch(new DeliveryEvent.BatchArrived(state));
    }

    internal bool IsDrained(ShardChannel channel) => Locked(_ => channel.State.IsDrained);

    internal SequenceNumber? GetWatermark(ShardChannel channel) => Locked(_ => channel.State.Watermark);

    internal long GetAcknowledgedCount(ShardChannel channel) => Locked(_ => channel.State.AcknowledgedCount);

    internal void Close(ShardChannel channel)
    {
        Dispatch(new DeliveryEvent.ShardAbandoned(channel.State));
        lock (_gate)
        {
            _channels.Remove(channel.State);
        }
    }

    /// <summary>Waits, but no longer than until the engine is given up.</summary>
    internal async ValueTask WaitAsync(Task task, CancellationToken cancellationToken)
    {
        if (task.IsCompleted)
        {
            await task;
            return;
        }

        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _abort.Token);
        await task.WaitAsync(linked.Token);
    }

    /// <summary>Gives up what is in flight: works are cancelled, publishers and drains are let go, nothing is acknowledged any more.</summary>
    internal void Abort()
    {
        Dispatch(new DeliveryEvent.Halted());

        // Not here: what is registered with the token may block. Npgsql connects again to cancel a statement, which takes its whole time-out where the server does not answer.
        _ = _abort.CancelAsync();
    }

    /// <summary>Waits until no work runs, then lets the subscribers go. Handlers that do not heed their token are waited for.</summary>
    internal async Task StopAsync()
    {
        Task? idle = null;
        lock (_gate)
        {
            if (_working > 0)
            {
                idle = (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }

        if (idle is not null)
        {
            await idle;
        }

        foreach (var subscriber in _subscribers)
        {
            await subscriber.StopAsync();
        }

        await _deadLetters.StopAsync();
    }

    private void Dispatch(DeliveryEvent @event)
    {
        var commands = new List<DeliveryCommand>();
        var now = _settings.TimeProvider.GetElapsedTime(_started);
        lock (_gate)
        {
            _core.Step(@event, now, commands);
            foreach (var command in commands)
            {
                if (command is DeliveryCommand.Run or DeliveryCommand.StoreDeadLetters)
                {
                    _working++;
                }
            }
        }

        foreach (var command in commands)
        {
            Carry(command);
        }
    }

    private void Carry(DeliveryCommand command)
    {
        switch (command)
        {
            case DeliveryCommand.Admit admit:
                admit.Reservation.SignalAdmitted();
                break;
            case DeliveryCommand.Run run:
                ThreadPool.UnsafeQueueUserWorkItem(static item => _ = item.Engine.RunAsync(item.Work), (Engine: this, run.Work), preferLocal: false);
                break;
            case DeliveryCommand.StoreDeadLetters store:
                ThreadPool.UnsafeQueueUserWorkItem(static item => _ = item.Engine.StoreAsync(item.Work), (Engine: this, store.Work), preferLocal: false);
                break;
            case DeliveryCommand.ReportSkipped skipped:
                var record = skipped.Work.Records[skipped.Failure.Index];
                _logger.Skipped(
                    skipped.Failure.Exception, _subscribers[skipped.Work.Subscriber].Name, Position(record), TableOf(record), skipped.Failure.Attempts);
                break;
            case DeliveryCommand.ReportCut cut:
                var first = cut.Work.Records[cut.Failure.Index];
                _logger.Cut(
                    cut.Failure.Exception, _subscribers[cut.Work.Subscriber].Name, Position(first), TableOf(first), cut.Failure.Attempts, cut.Reason);
                break;
            case DeliveryCommand.Advance advance:
                Channel(advance.Shard)?.OnAdvanced(advance.Watermark);
                break;
            case DeliveryCommand.Drained drained:
                Channel(drained.Shard)?.OnDrained();
                break;
            case DeliveryCommand.EndRecord ended:
                ended.Record.Activity?.SetStatus(ended.Record.IsDeadLettered ? System.Diagnostics.ActivityStatusCode.Error : System.Diagnostics.ActivityStatusCode.Unset);
                ended.Record.Activity?.Dispose();
                break;
            case DeliveryCommand.Release release:
                release.Batch.Source?.Dispose();
                break;
            case DeliveryCommand.Halt halt:
                _logger.Halted(halt.Exception, halt.Subscriber, halt.Reason);
                _settings.Health.OnHalted(halt.Subscriber, halt.Reason);
                _halted.TrySetException(new DeliveryHaltedException(halt.Subscriber, halt.Reason, halt.Exception));
                break;
        }
    }

    private async Task RunAsync(Work work)
    {
        var subscriber = _subscribers[work.Subscriber];
        try
        {
            var started = _settings.TimeProvider.GetTimestamp();
            var outcome = await subscriber.ExecuteAsync(work, _contexts[work.Subscriber], _abort.Token);
            _settings.Telemetry.OnWork(subscriber.Name, work, _settings.TimeProvider.GetElapsedTime(started), _settings.TimeProvider.GetUtcNow());
            OnSuccess(subscriber);

            _settings.Observer?.OnCompleted(subscriber.Name, work, outcome);
            Dispatch(new DeliveryEvent.WorkCompleted(work, outcome));
        }
        catch (Exception) when (_abort.IsCancellationRequested)
        {
            // Given up: the records are not acknowledged, and come again in the next run.
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        finally
        {
            WorkEnded();
        }
    }

    private async Task StoreAsync(Work work)
    {
        try
        {
            await _deadLetters.StoreAsync(work, _subscribers[work.Subscriber].Name, _abort.Token);
            Dispatch(new DeliveryEvent.DeadLettersStored(work));
        }
        catch (Exception) when (_abort.IsCancellationRequested)
        {
            // As above.
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        finally
        {
            WorkEnded();
        }
    }

    private void OnSuccess(Subscriber subscriber)
    {
        if (_settings.Health.OnSuccess(subscriber.Name) is { } over)
        {
            _logger.Recovered(subscriber.Name, _settings.TimeProvider.GetUtcNow() - over.Since, over.Attempts);
        }
    }

    private void OnRetry(Subscriber subscriber, RetryNotice notice)
    {
        _settings.Telemetry.OnRetry(subscriber.Name);
        var now = _settings.TimeProvider.GetUtcNow();
        var (alarm, line) = _settings.Health.OnFailing(subscriber.Name, notice.Exception, now);
        var message = FailureClassifier.Describe(notice.Exception);
        if (line == FailureLine.Reminder)
        {
            var backlog = Locked(core => core.Backlog(Array.IndexOf(_subscribers, subscriber)));
            _logger.StillFailing(subscriber.Name, now - alarm.Since, alarm.Attempts, backlog, alarm.Reason, message);
        }
        else
        {
            // The stack tells something of code that fails; of a service that does not answer it tells nothing.
            var isNews = line == FailureLine.News;
            var shown = isNews && FailureClassifier.IsOutage(notice.Exception) ? null : notice.Exception;
            _logger.Retrying(isNews ? LogLevel.Warning : LogLevel.Debug, shown, subscriber.Name, alarm.Reason, message, notice.Attempt, notice.Delay);
        }
    }

    /// <summary>Something that must not fail has failed: a source's callback, or a bug of ours. Nothing more is acknowledged.</summary>
    private void Fail(Exception exception)
    {
        _halted.TrySetException(exception);
        Dispatch(new DeliveryEvent.Halted());
    }

    private void WorkEnded()
    {
        lock (_gate)
        {
            if (--_working == 0)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
    }

    private ShardChannel? Channel(ShardState shard)
    {
        lock (_gate)
        {
            return _channels.GetValueOrDefault(shard);
        }
    }

    private static string TableOf(TrackedRecord record) => record.Route?.TableName ?? "(unknown: not a change record)";

    private static StreamPosition Position(TrackedRecord record) => new(record.Shard.Id, record.SequenceNumber);

    private TResult Locked<TResult>(Func<DeliveryCore, TResult> read)
    {
        lock (_gate)
        {
            return read(_core);
        }
    }
}
