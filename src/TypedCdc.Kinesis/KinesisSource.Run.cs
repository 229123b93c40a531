using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis;

/// <summary>The run of a source: one loop takes events and steps; every command runs on its own and comes back as an event.</summary>
internal sealed partial class KinesisSource
{
    /// <summary>One call of <see cref="RunAsync"/>.</summary>
    private sealed partial class Run : IAsyncDisposable
    {
        private readonly KinesisSource _source;
        private readonly IKinesisApi _api;
        private readonly ISourceContext _context;
        private readonly KinesisReports _reports;
        private readonly CheckpointProgressStore? _progress;  // of a worker that reads alone
        private readonly LeaseCalls? _table;                  // of a worker of a fleet
        private readonly FleetSettings? _fleet;
        private readonly long _startedAt;
        private DateTimeOffset _createdAt;                    // of the stream
        private readonly Channel<WorkerEvent> _events = Channel.CreateUnbounded<WorkerEvent>(new() { SingleReader = true });
        private readonly ConcurrentDictionary<string, OpenShard> _shards = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, ShardLease> _leases = new(StringComparer.Ordinal); // from the reading of a shard's progress on
        private readonly Dictionary<StreamTimer, CancellationTokenSource> _timers = [];
        private readonly HashSet<Task> _underWay = [];
        private readonly Dictionary<string, ShardActivity> _activities = new(StringComparer.Ordinal);
        private readonly CancellationTokenSource _reading = new();    // ends reads, publications and delays
        private readonly CancellationTokenSource _ended = new();      // ends everything else

        internal Run(KinesisSource source, IKinesisApi api, ILeaseStore? leases, ISourceContext context, ISourceMonitor monitor, KinesisMetrics metrics)
        {
            _source = source;
            _api = api;
            _context = context;
            _reports = new(context.LoggerFactory.CreateLogger("TypedCdc.Kinesis"), monitor, metrics, source.Name, source._options);
            _progress = source._checkpoints is { } checkpoints ? new(checkpoints, context.Application, source.Name) : null;
            _table = leases is null ? null : new(leases, context.TimeProvider);
            _fleet = leases is null ? null : new(source._options.Leases.WorkerId ?? FleetSettings.NewWorkerId()) { FailoverTime = source._options.Leases.FailoverTime };
            _startedAt = context.TimeProvider.GetTimestamp();
        }

        internal async Task LoopAsync(bool isRestart, CancellationToken cancellationToken)
        {
            var settings = WorkerSettings.From(_source.Name, _source._options) with { IsRestart = isRestart };
            ReadingWorker worker = _fleet is null ? new StreamWorker(settings, Random.Shared) : new FleetWorker(settings, _fleet, Random.Shared);
            await using var stop = cancellationToken.Register(() => _events.Writer.TryWrite(new WorkerEvent.StopRequested()));
            _events.Writer.TryWrite(new WorkerEvent.Started());
            var commands = new List<WorkerCommand>();
            await foreach (var happened in _events.Reader.ReadAllAsync(CancellationToken.None))
            {
                var now = new WorkerTime(_context.TimeProvider.GetElapsedTime(_startedAt), _context.TimeProvider.GetUtcNow());
                worker.Step(happened, now, commands);
                foreach (var command in commands)
                {
                    if (command is WorkerCommand.Finish finish)
                    {
                        if (finish.Exception is not null)
                        {
                            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(finish.Exception);
                        }

                        return;
                    }

                    Execute(command);
                }

                commands.Clear();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _reading.CancelAsync();
            await _ended.CancelAsync();
            await Task.WhenAll(_underWay);
            foreach (var shard in _shards.Values)
            {
                await shard.DisposeAsync();
            }

            foreach (var activity in _activities.Values)
            {
                activity.Dispose();
            }

            foreach (var timer in _timers.Values)
            {
                timer.Dispose();
            }

            _reading.Dispose();
            _ended.Dispose();
        }

        private void Execute(WorkerCommand command)
        {
            switch (command)
            {
                case WorkerCommand.Report report:
                    _reports.Report(report.Notice);
                    return;
                case WorkerCommand.Discard discard:
                    Shard(discard.Shard).Discard();
                    return;
                case WorkerCommand.StopReading:
                    _reading.Cancel();
                    return;
                case WorkerCommand.Acquire acquire:
                    _leases[acquire.Shard] = new(LeaseKey(_createdAt, acquire.Shard), acquire.Token, acquire.Start);
                    return;
                case WorkerCommand.Publish publish:
                    Shard(publish.Shard).AnnouncePublication();
                    break;
                case WorkerCommand.Close close:
                    _reports.Closed(close.Shard);
                    break;
            }

            _underWay.RemoveWhere(static task => task.IsCompleted);
            var task = command is WorkerCommand.Abandon abandon ? AbandonAsync(abandon.Shard)
                : ShardOf(command) is { } shard ? Activity(shard).Add(token => ExecuteAsync(command, token))
                : ExecuteAsync(command, _reading.Token);
            _underWay.Add(task);
        }

        /// <summary>The shard whose loss ends what the command asks for; null for commands of the stream and for writes.</summary>
        private static string? ShardOf(WorkerCommand command) => command switch
        {
            WorkerCommand.GetIterator get => get.Shard,
            WorkerCommand.Read read => read.Shard,
            WorkerCommand.Publish publish => publish.Shard,
            WorkerCommand.Drain drain => drain.Shard,
            WorkerCommand.DelayShard { Shard: { } shard } => shard,
            _ => null,
        };

        private ShardActivity Activity(string shard)
        {
            if (!_activities.TryGetValue(shard, out var activity))
            {
                _activities.Add(shard, activity = new(_reading.Token));
            }

            return activity;
        }

        /// <summary>The lease is lost: nothing of the shard's reading may run on, and nothing of it may come as an event after this one.</summary>
        private async Task AbandonAsync(string shard)
        {
            _reports.Closed(shard);
            _leases.TryRemove(shard, out _);
            if (_activities.Remove(shard, out var activity))
            {
                await activity.EndAsync();
                activity.Dispose();
            }

            if (_shards.TryRemove(shard, out var open))
            {
                await open.DisposeAsync();
            }

            _events.Writer.TryWrite(new WorkerEvent.Abandoned(shard));
        }

        private async Task ExecuteAsync(WorkerCommand command, CancellationToken cancellationToken)
        {
            // Off the loop: what runs synchronously in an implementation must not hold the other shards.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            try
            {
                if (await AnswerAsync(command, cancellationToken) is { } answer)
                {
                    _events.Writer.TryWrite(answer);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || _ended.IsCancellationRequested)
            {
                // Nobody waits for the answer any more.
            }
            catch (Exception exception)
            {
                _events.Writer.TryWrite(new WorkerEvent.Faulted(exception));
            }
        }
    }
}
