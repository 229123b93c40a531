using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis;

/// <summary>
/// Reads a Kinesis stream: the thin asynchronous shell around <see cref="StreamWorker"/>. One loop takes events and steps; every command runs on its own and comes back as an event.
/// </summary>
internal sealed class KinesisSource : IChangeSource
{
    private readonly StreamAddress _address;
    private readonly KinesisSourceOptions _options;
    private readonly Func<IKinesisApi> _api;
    private readonly ICheckpointStore? _checkpoints;
    private readonly Func<ISourceContext, ILeaseStore>? _leases;
    private readonly IMeterFactory? _meters;

    /// <summary>One worker that reads all shards.</summary>
    internal KinesisSource(StreamAddress address, KinesisSourceOptions options, Func<IKinesisApi> api, ICheckpointStore checkpoints, IMeterFactory? meters)
        : this(address, options, api, meters) => _checkpoints = checkpoints;

    /// <summary>A worker of a fleet.</summary>
    internal KinesisSource(StreamAddress address, KinesisSourceOptions options, Func<IKinesisApi> api, Func<ISourceContext, ILeaseStore> leases, IMeterFactory? meters)
        : this(address, options, api, meters) => _leases = leases;

    private KinesisSource(StreamAddress address, KinesisSourceOptions options, Func<IKinesisApi> api, IMeterFactory? meters)
    {
        _meters = meters;
        _address = address;
        _options = options;
        _api = api;
    }

    public string Name => _address.Name;

    public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
    {
        var api = _api();
        var monitor = context.Monitor(Name, "aws.kinesis");
        using var metrics = new KinesisMetrics(_meters, Name, _options.Application ?? context.Application);
        var leases = _leases?.Invoke(context);
        try
        {
            for (var isRestart = false; ; isRestart = true)
            {
                await using var run = new Run(this, api, leases, context, monitor, metrics);
                try
                {
                    await run.LoopAsync(isRestart, cancellationToken);
                    return;
                }
                catch (StreamReplacedException)
                {
                    if (cancellationToken.IsCancellationRequested)
                    {
                        return;
                    }
                }
            }
        }
        finally
        {
            (leases as IDisposable)?.Dispose();
            (api as IDisposable)?.Dispose();
        }
    }

    /// <summary>One call of <see cref="RunAsync"/>.</summary>
    private sealed class Run : IAsyncDisposable
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

        private async Task<WorkerEvent?> AnswerAsync(WorkerCommand command, CancellationToken cancellationToken)
        {
            switch (command)
            {
                case WorkerCommand.DescribeStream:
                    return await TryStreamAsync(true, async token => new WorkerEvent.StreamDescribed(await _api.DescribeStreamAsync(_source._address.Stream, token)));
                case WorkerCommand.ListShards:
                    return await TryStreamAsync(false, async token => new WorkerEvent.ShardsListed(await ListAsync(token)));
                case WorkerCommand.ReadProgress read:
                    return await ReadProgressAsync(read);
                case WorkerCommand.WriteProgress write:
                    return await TryWriteAsync(write.Shard, async token =>
                    {
                        await _progress!.WriteAsync(write.StreamCreatedAt, write.Shard, write.Progress, token);
                        if (write.Progress.Checkpoint is { } stored && _leases.TryGetValue(write.Shard, out var lease))
                        {
                            lease.Checkpoint = stored;
                        }
                    });
                case WorkerCommand.WriteCreatedAt write:
                    return await TryWriteAsync(null, token => _progress!.WriteCreatedAtAsync(write.StreamCreatedAt, token));
                case WorkerCommand.GetIterator get:
                    return await TryShardAsync(get.Shard, cancellationToken, async token => new WorkerEvent.IteratorReceived(
                        get.Shard, await _api.GetShardIteratorAsync(_source._address.Stream, get.Shard, get.Position, token)));
                case WorkerCommand.Read read:
                    return await TryShardAsync(read.Shard, cancellationToken, token => ReadAsync(read, token));
                case WorkerCommand.Publish publish:
                    await Shard(publish.Shard).PublishAsync(cancellationToken);
                    return new WorkerEvent.Published(publish.Shard);
                case WorkerCommand.Drain drain:
                    return await DrainAsync(drain.Shard);
                case WorkerCommand.Close close:
                    if (_shards.TryRemove(close.Shard, out var closed))
                    {
                        await closed.DisposeAsync();
                    }

                    return null;
                case WorkerCommand.DelayShard delay:
                    // While stopping, the only delays are those between attempts to store.
                    await Task.Delay(delay.Delay, _context.TimeProvider, _reading.IsCancellationRequested ? CancellationToken.None : cancellationToken);
                    return new WorkerEvent.ShardDelayElapsed(delay.Shard);
                case WorkerCommand.DelayStream delay:
                    return await DelayStreamAsync(delay);
                case WorkerCommand.DelayCheckpoint delay:
                    await Task.Delay(delay.Delay, _context.TimeProvider, _reading.Token);
                    return new WorkerEvent.CheckpointDue(Watermarks());
                case WorkerCommand.DelayFleet delay:
                    await Task.Delay(delay.Delay, _context.TimeProvider, _ended.Token);
                    return new WorkerEvent.FleetDelayElapsed(delay.Timer);
                case WorkerCommand.DelayLease delay:
                    await Task.Delay(delay.Delay, _context.TimeProvider, _ended.Token);
                    return new WorkerEvent.LeaseDelayElapsed(delay.Key, delay.Token);
                default:
                    return await CallTableAsync(command);
            }
        }

        private async Task<WorkerEvent> CallTableAsync(WorkerCommand command)
        {
            var happened = await (_table ?? throw new UnreachableException(command.GetType().Name)).AnswerAsync(command, _fleet!, _ended.Token);
            if (happened is WorkerEvent.LeaseNotWritten or WorkerEvent.LeaseCallFailed)
            {
                return happened;
            }

            _reports.Succeeded(KinesisReports.LeaseTable);
            if (command is WorkerCommand.WriteLease { Kind: LeaseWriteKind.Checkpoint, Changed.OwnCheckpoint: { } stored }
                && happened is WorkerEvent.LeaseWritten { Write.IsDone: true } written
                && _leases.TryGetValue(written.Key, out var lease) && lease.Token == written.Token)
            {
                lease.Checkpoint = stored;
            }

            return happened;
        }

        private async Task<WorkerEvent> TryAsync(string? part, CancellationToken cancellationToken, Func<CancellationToken, Task<WorkerEvent>> attempt, Func<KinesisException, WorkerEvent> failed)
        {
            try
            {
                var happened = await attempt(cancellationToken);
                if (happened is WorkerEvent.StreamDescribed described)
                {
                    _createdAt = described.Summary.CreatedAt;
                }

                if (happened is not (WorkerEvent.IteratorReceived or WorkerEvent.RecordsRead { Summary.IsWhole: false }))
                {
                    _reports.Succeeded(part);
                }

                return happened;
            }
            catch (KinesisException exception)
            {
                _reports.Failed(part, exception);
                return failed(exception);
            }
        }

        private Task<WorkerEvent> TryStreamAsync(bool isDescription, Func<CancellationToken, Task<WorkerEvent>> attempt) =>
            TryAsync(null, _reading.Token, attempt, exception => new WorkerEvent.StreamFailed(isDescription, exception));

        private Task<WorkerEvent> TryShardAsync(string shard, CancellationToken cancellationToken, Func<CancellationToken, Task<WorkerEvent>> attempt) =>
            TryAsync(shard, cancellationToken, attempt, exception => new WorkerEvent.ShardFailed(shard, exception));

        private static async Task<WorkerEvent> TryWriteAsync(string? shard, Func<CancellationToken, ValueTask> write)
        {
            try
            {
                // Not ended by a stop: a stop is when checkpoints matter most.
                await write(CancellationToken.None);
                return new WorkerEvent.ProgressWritten(shard);
            }
            catch (Exception exception)
            {
                return new WorkerEvent.ProgressNotWritten(shard, exception);
            }
        }

        private async Task<IReadOnlyList<KinesisShard>> ListAsync(CancellationToken cancellationToken)
        {
            var shards = new List<KinesisShard>();
            string? token = null;
            do
            {
                var page = await _api.ListShardsAsync(_source._address.Stream, token, cancellationToken);
                shards.AddRange(page.Shards);
                token = page.NextToken is not null && page.NextToken == token
                    ? throw JsonAnswer.Unreadable("ListShards", "a page is followed by itself")
                    : page.NextToken;
            }
            while (token is not null);

            return shards.Count > 0 ? shards : throw JsonAnswer.Unreadable("ListShards", "it lists no shard");
        }

        private async Task<WorkerEvent> ReadProgressAsync(WorkerCommand.ReadProgress read)
        {
            try
            {
                return await ReadStoredAsync(read);
            }
            catch (Exception exception) when (exception is System.Data.Common.DbException or IOException or TimeoutException)
            {
                return new WorkerEvent.ProgressNotRead(read.Shards, exception);
            }
        }

        private async Task<WorkerEvent.ProgressRead> ReadStoredAsync(WorkerCommand.ReadProgress read)
        {
            var shards = new Dictionary<string, ShardProgress>(StringComparer.Ordinal);
            foreach (var shard in read.Shards)
            {
                shards[shard] = await _progress!.ReadAsync(read.StreamCreatedAt, shard, _reading.Token);
                _leases[shard] = new(LeaseKey(read.StreamCreatedAt, shard), token: null, shards[shard].Checkpoint);
            }

            return new(await _progress!.ReadCreatedAtAsync(_reading.Token), shards);
        }

        // Of a stream that is named without its account and region, the creation time says which one it is.
        private string LeaseKey(DateTimeOffset createdAt, string shard) => string.Create(
            CultureInfo.InvariantCulture, $"{_source._address.Endpoint?.Authority ?? _source._address.Region}/{_source._address.Stream}:{createdAt.ToUnixTimeMilliseconds()}/{shard}");

        private async Task<WorkerEvent> ReadAsync(WorkerCommand.Read read, CancellationToken cancellationToken)
        {
            var shard = Shard(read.Shard);
            var batch = shard.BeginBatch();
            var records = new KinesisRecords(batch, read.SkipThrough);
            var answer = await _api.GetRecordsAsync(read.Iterator, read.Limit, records, cancellationToken);
            _reports.BehindLatest(read.Shard, answer.BehindLatest);
            return new WorkerEvent.RecordsRead(read.Shard, ReadSummary.From(answer, records, batch.Count));
        }

        private async Task<WorkerEvent> DrainAsync(string name)
        {
            var shard = Shard(name);
            var isComplete = false;
            try
            {
                await shard.DrainAsync(Activity(name).Lost);
                isComplete = true;
            }
            catch (OperationCanceledException)
            {
                // The pipeline has given up what is in flight; what is done is done.
            }
            catch (Exception exception)
            {
                _events.Writer.TryWrite(new WorkerEvent.Faulted(exception));
            }

            return new WorkerEvent.Drained(name, shard.Watermark, isComplete);
        }

        private async Task<WorkerEvent?> DelayStreamAsync(WorkerCommand.DelayStream delay)
        {
            var timer = CancellationTokenSource.CreateLinkedTokenSource(_reading.Token);
            lock (_timers)
            {
                if (_timers.Remove(delay.Timer, out var earlier))
                {
                    earlier.Cancel();
                    earlier.Dispose();
                }

                _timers.Add(delay.Timer, timer);
            }

            try
            {
                await Task.Delay(delay.Delay, _context.TimeProvider, timer.Token);
                return new WorkerEvent.StreamDelayElapsed(delay.Timer);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        private Dictionary<string, SequenceNumber> Watermarks()
        {
            var watermarks = new Dictionary<string, SequenceNumber>(StringComparer.Ordinal);
            foreach (var (name, shard) in _shards)
            {
                if (shard.Watermark is { } watermark)
                {
                    watermarks.Add(name, watermark);
                }
            }

            return watermarks;
        }

        private OpenShard Shard(string name) => _shards.GetOrAdd(name, static (shard, run) => new(run._context, new(run._source.Name, shard), run._leases.GetValueOrDefault(shard)), this);
    }
}
