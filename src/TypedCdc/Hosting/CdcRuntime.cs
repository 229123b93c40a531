using Microsoft.Extensions.Logging;
using TypedCdc.Delivery;
using TypedCdc.Observability;
using TypedCdc.Sources;

namespace TypedCdc.Hosting;

/// <summary>One run: an engine and its sources, from the start to the drained end.</summary>
internal sealed class CdcRuntime(
    DeliveryEngine engine,
    CdcOptions options,
    string application,
    IReadOnlyList<IChangeSource> sources,
    IReadOnlyList<Subscriber> subscribers,
    CdcStatistics statistics,
    CdcHealth health,
    TimeProvider timeProvider,
    ILoggerFactory loggers)
{
    private static readonly TimeSpan LongestClosing = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan ShortestClosing = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger("TypedCdc");

    internal DeliveryEngine Engine => engine;

    internal CdcOptions Options => options;

    /// <summary>The handlers and sinks that a user registered.</summary>
    internal IReadOnlyList<Subscriber> Subscribers => subscribers;

    internal string Application => application;

    /// <summary>How long what is in flight has to end by itself. The rest of <see cref="CdcOptions.DrainTimeout"/> is for the sources' end and for closing connections.</summary>
    internal TimeSpan DrainingTime => options.DrainTimeout - (2 * TimeSpan.FromTicks(Math.Min(options.DrainTimeout.Ticks / 8, LongestClosing.Ticks)));

    private TimeSpan ClosingTime => TimeSpan.FromTicks(Math.Max((options.DrainTimeout - DrainingTime).Ticks / 2, ShortestClosing.Ticks));

    internal ISourceContext SourceContext { get; } = new Context(engine, options, application, timeProvider, loggers, subscribers, statistics, health);

    /// <summary>
    /// Runs until every source has ended, or <paramref name="stopping"/> is cancelled and what is in flight is drained, or the time for draining is over.
    /// </summary>
    /// <exception cref="DeliveryHaltedException">Delivery stopped on purpose.</exception>
    internal async Task RunAsync(CancellationToken stopping)
    {
        if (sources.Count == 0)
        {
            throw new CdcConfigurationException("There is no source. Add one with cdc.FromKinesis(…), cdc.FromFiles(…) or cdc.From(source).");
        }

        _logger.Starting(application, sources.Count, subscribers.Count);
        try
        {
            await engine.StartAsync(stopping);
            await ReadAsync(stopping);
        }
        finally
        {
            engine.Abort();
            await CloseAsync();
            _logger.Ended(application, statistics);
        }
    }

    // DrainTimeout bounds the whole stop: a database that does not answer does not answer a cancellation or a goodbye either.
    private async Task CloseAsync()
    {
        var closing = engine.StopAsync();
        if (await EndsAsync(closing))
        {
            await closing;
        }
    }

    /// <summary>Waits for something that ends the run, but not longer than closing may take.</summary>
    private async Task<bool> EndsAsync(Task ending)
    {
        using var ended = new CancellationTokenSource();
        if (await Task.WhenAny(ending, Task.Delay(ClosingTime, timeProvider, ended.Token)) == ending)
        {
            await ended.CancelAsync();
            return true;
        }

        _logger.CloseTimedOut(options.DrainTimeout);
        _ = ending.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return false;
    }

    private async Task ReadAsync(CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var drained = new CancellationTokenSource();
        var reading = sources.Select(source => Task.Run(() => source.RunAsync(SourceContext, stop.Token), CancellationToken.None)).ToList();

        // The first that fails, and a halt of the engine, stop the others.
        var all = Task.WhenAll(reading.Select(async task =>
        {
            try
            {
                await task;
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }));
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var giveUp = GiveUpAsync(stop, aborted, drained.Token);
        try
        {
            await Task.WhenAny(all, engine.Halted);
            if (engine.Halted.IsFaulted)
            {
                engine.Abort();
                await stop.CancelAsync();
            }

            try
            {
                await Task.WhenAny(all, aborted.Task);
                if (all.IsCompleted || await EndsAsync(all))
                {
                    await all;
                }
            }
            catch when (engine.Halted.IsFaulted)
            {
                // What the sources say then is a consequence.
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Sources end in their own way when they are told to.
            }
        }
        finally
        {
            await drained.CancelAsync();
            await giveUp;
        }

        if (engine.Halted.IsFaulted)
        {
            await engine.Halted;
        }
    }

    /// <summary>Once stopping has begun, draining has its time and no more.</summary>
    private async Task GiveUpAsync(CancellationTokenSource stop, TaskCompletionSource aborted, CancellationToken drained)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped))
        await using (drained.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetCanceled(), stopped))
        {
            try
            {
                await stopped.Task;
                await Task.Delay(DrainingTime, timeProvider, drained);
                _logger.DrainTimedOut(DrainingTime);
                engine.Abort();
                aborted.TrySetResult();
            }
            catch (OperationCanceledException)
            {
                // Drained in time.
            }
        }
    }

    private sealed class Context(
        DeliveryEngine engine,
        CdcOptions options,
        string application,
        TimeProvider timeProvider,
        ILoggerFactory loggers,
        IReadOnlyList<Subscriber> subscribers,
        CdcStatistics statistics,
        CdcHealth health)
        : ISourceContext
    {
        public string Application => application;

        public TimeProvider TimeProvider => timeProvider;

        public ILoggerFactory LoggerFactory => loggers;

        public Images RequiredImages { get; } = subscribers.Aggregate(Images.None, (images, subscriber) => images | subscriber.Images);

        public ISourceMonitor Monitor(string source, string system)
        {
            var monitor = new SourceMonitor(source, system, application, options, timeProvider, loggers.CreateLogger("TypedCdc"));
            health.Observe(monitor);
            statistics.Observe(monitor);
            return monitor;
        }

        public IShardChannel OpenShard(ShardId shard) => engine.OpenShard(shard);

        public IShardChannel OpenShard(ShardId shard, ShardLease? lease) => engine.OpenShard(shard, lease);

        public async ValueTask<bool> FinishSnapshotAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
        {
            // What is not a change record belongs to no table: any dead letter may be one of the snapshot's rows.
            if (statistics.DeadLettered > 0)
            {
                loggers.CreateLogger("TypedCdc").SnapshotNotFinished(snapshot.TableName, statistics.DeadLettered);
                return false;
            }

            foreach (var subscriber in subscribers)
            {
                await subscriber.FinishSnapshotAsync(snapshot, cancellationToken);
            }

            return true;
        }
    }
}
