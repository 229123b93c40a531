using System.Globalization;
using System.Text;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Worker;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Tests.Fakes;

/// <summary>
/// Runs <see cref="StreamWorker"/> against a <see cref="FakeStream"/> on virtual time, with latencies, failures, a slow pipeline, crashes and restarts drawn from a
/// seed. It plays the shell: carries out commands and brings their events. What is wrong at any moment throws at that moment.
/// </summary>
internal sealed class Simulation
{
    private readonly Random _random;
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _queue = new();
    private readonly Dictionary<StreamTimer, int> _timers = [];
    private readonly Dictionary<string, ShardLane> _lanes = new(StringComparer.Ordinal);
    private long _order;
    private int _life;                 // events of an earlier life are not delivered
    private StreamWorker? _worker;

    internal Simulation(int seed, WorkerSettings? settings = null)
    {
        _random = new(seed);
        Settings = settings ?? new("stream");
        Stream = new(Settings.Stream, Clock);
    }

    internal VirtualClock Clock { get; } = new();

    internal WorkerSettings Settings { get; set; }

    internal FakeStream Stream { get; }

    /// <summary>What is durable: it outlives a crash.</summary>
    internal Dictionary<string, ShardProgress> Stored { get; } = new(StringComparer.Ordinal);

    internal DateTimeOffset? StoredCreatedAt { get; private set; }

    /// <summary>Every delivery in order: shard and record.</summary>
    internal List<(string Shard, SequenceNumber Number)> Delivered { get; } = [];

    internal HashSet<SequenceNumber> Done { get; } = [];

    /// <summary>Records before the start position: a checkpoint may pass them.</summary>
    internal HashSet<SequenceNumber> NotToBeRead { get; } = [];

    internal List<WorkerNotice> Notices { get; } = [];

    internal List<WorkerCommand> Commands { get; } = [];

    internal Func<bool> WriteFails { get; set; } = static () => false;

    internal Func<bool> PipelineIsDown { get; set; } = static () => false;

    internal TimeSpan MaximumLatency { get; set; } = TimeSpan.FromMilliseconds(100);

    internal long LargestPrefetch { get; private set; }

    internal bool IsFinished { get; private set; }

    internal Exception? Failure { get; private set; }

    internal Random Random => _random;

    internal void Start()
    {
        _life++;
        IsFinished = false;
        Failure = null;
        _lanes.Clear();
        _worker = new(Settings, _random);
        Step(new WorkerEvent.Started());
    }

    /// <summary>The process dies: nothing that was under way arrives.</summary>
    internal void Crash()
    {
        _life++;
        _worker = null;
    }

    internal void Stop() => Step(new WorkerEvent.StopRequested());

    /// <summary>Does something at a time from now, whatever the worker is doing.</summary>
    internal void At(TimeSpan after, Action action) => _queue.Enqueue(action, (Clock.Elapsed + after, _order++));

    /// <summary>Lets time pass.</summary>
    internal void Run(TimeSpan duration) => Run(duration, static () => false);

    /// <summary>Lets time pass until something is so.</summary>
    /// <returns>Whether it came to be so.</returns>
    internal bool Run(TimeSpan limit, Func<bool> until)
    {
        var end = Clock.Elapsed + limit;
        var standing = 0;
        while (!until())
        {
            if (!_queue.TryPeek(out var action, out var due) || due.At > end)
            {
                Clock.Elapsed = end;
                return until();
            }

            _queue.Dequeue();
            standing = due.At > Clock.Elapsed ? 0 : standing + 1;
            if (standing > 100_000)
                throw new InvalidOperationException($"Time stands still: {string.Join(", ", Commands.TakeLast(4))}");
            Clock.Elapsed = due.At;
            action();
        }

        return true;
    }

    internal bool RunUntilAllDone(TimeSpan limit) => Run(limit, () => Done.Count + NotToBeRead.Count == Stream.Shards.Sum(shard => shard.Records.Count));

    internal bool RunUntilFinished(TimeSpan limit) => Run(limit, () => IsFinished);

    internal void PutMany(FakeShard shard, int count)
    {
        for (var index = 0; index < count; index++)
            Stream.Put(shard, Encoding.ASCII.GetBytes("{\"n\":" + index.ToString(CultureInfo.InvariantCulture) + "}"));
    }

    /// <summary>What is on the stream now stands before the start position.</summary>
    internal void BeginBehindWhatIsThere() => NotToBeRead.UnionWith(Stream.Shards.SelectMany(shard => shard.Records).Select(record => record.Number));

    private bool IsDone(FakeRecord record) => Done.Contains(record.Number) || NotToBeRead.Contains(record.Number);

    private TimeSpan Latency() => TimeSpan.FromTicks((long)(_random.NextDouble() * MaximumLatency.Ticks));

    private void Step(WorkerEvent happened)
    {
        if (_worker is null)
            return;
        var commands = new List<WorkerCommand>();
        _worker.Step(happened, new(Clock.Elapsed, Clock.GetUtcNow()), commands);
        LargestPrefetch = Math.Max(LargestPrefetch, _worker.PrefetchedBytes);
        foreach (var command in commands)
        {
            Commands.Add(command);
            Execute(command);
        }
    }

    /// <summary>Later, unless this life is over by then.</summary>
    private void Later(TimeSpan after, Func<WorkerEvent?> make)
    {
        var life = _life;
        At(after, () =>
        {
            if (life == _life && make() is { } happened)
                Step(happened);
        });
    }

    private void Call(Func<WorkerEvent> call, Func<KinesisException, WorkerEvent> failed) => Later(Latency(), () =>
    {
        try
        {
            return call();
        }
        catch (KinesisException exception)
        {
            return failed(exception);
        }
    });

    private void Execute(WorkerCommand command)
    {
        switch (command)
        {
            case WorkerCommand.DescribeStream:
                Call(() => new WorkerEvent.StreamDescribed(Stream.Describe()), static exception => new WorkerEvent.StreamFailed(true, exception));
                break;
            case WorkerCommand.ListShards:
                Call(() => new WorkerEvent.ShardsListed(Stream.ListAll()), static exception => new WorkerEvent.StreamFailed(false, exception));
                break;
            case WorkerCommand.ReadProgress read:
                Later(Latency(), () => new WorkerEvent.ProgressRead(StoredCreatedAt, read.Shards.ToDictionary(shard => shard, shard => Stored.GetValueOrDefault(Key(read.StreamCreatedAt, shard)))));
                break;
            case WorkerCommand.WriteProgress write:
                Write(write);
                break;
            case WorkerCommand.WriteCreatedAt write:
                Later(Latency(), () =>
                {
                    StoredCreatedAt = write.StreamCreatedAt;
                    return new WorkerEvent.ProgressWritten(null);
                });
                break;
            case WorkerCommand.GetIterator get:
                Call(() => new WorkerEvent.IteratorReceived(get.Shard, Stream.GetIterator(get.Shard, get.Position)), exception => new WorkerEvent.ShardFailed(get.Shard, exception));
                break;
            case WorkerCommand.Read read:
                Call(() => Lane(read.Shard).Read(Stream, read), exception => new WorkerEvent.ShardFailed(read.Shard, exception));
                break;
            case WorkerCommand.Publish publish:
                Publish(publish.Shard);
                break;
            case WorkerCommand.Discard discard:
                Lane(discard.Shard).Batch = null;
                break;
            case WorkerCommand.Drain drain:
                Drain(drain.Shard, Settings.IdleDelay * 20);
                break;
            case WorkerCommand.DelayShard delay:
                Later(delay.Delay, () => new WorkerEvent.ShardDelayElapsed(delay.Shard));
                break;
            case WorkerCommand.DelayStream delay:
                var turn = _timers[delay.Timer] = _timers.GetValueOrDefault(delay.Timer) + 1;
                Later(delay.Delay, () => _timers[delay.Timer] == turn ? new WorkerEvent.StreamDelayElapsed(delay.Timer) : null);
                break;
            case WorkerCommand.DelayCheckpoint delay:
                Later(delay.Delay, () => new WorkerEvent.CheckpointDue(_lanes.Where(lane => lane.Value.Watermark is not null).ToDictionary(lane => lane.Key, lane => lane.Value.Watermark!.Value)));
                break;
            case WorkerCommand.Report report:
                Notices.Add(report.Notice);
                break;
            case WorkerCommand.Close or WorkerCommand.StopReading:
                break;
            case WorkerCommand.Finish finish:
                IsFinished = true;
                Failure = finish.Exception;
                _life++; // what is under way is nobody's any more
                _worker = null;
                break;
            default:
                throw new InvalidOperationException(command.GetType().Name);
        }
    }

    private void Write(WorkerCommand.WriteProgress write)
    {
        var key = Key(write.StreamCreatedAt, write.Shard);
        Later(Latency(), () =>
        {
            if (WriteFails())
                return new WorkerEvent.ProgressNotWritten(write.Shard, new IOException("made to fail"));
            var before = Stored.GetValueOrDefault(key);
            if (write.Progress.Checkpoint < before.Checkpoint)
                throw new InvalidOperationException($"I2: the checkpoint of {write.Shard} went back.");
            // I1: nothing at or before a checkpoint may be undone.
            var shard = Stream.AllShards.First(shard => shard.Id == write.Shard);
            if (shard.Records.Skip(shard.FirstKept).FirstOrDefault(record => record.Number <= write.Progress.Checkpoint && !IsDone(record)) is { } undone)
                throw new InvalidOperationException($"I1: {write.Shard} was stored past {undone.Number}, which is not done.");
            if (write.Progress.IsEnded && (shard.IsOpen || shard.Records.Skip(shard.FirstKept).Any(record => !IsDone(record))))
                throw new InvalidOperationException($"{write.Shard} was stored as ended and is not.");
            Stored[key] = write.Progress;
            return new WorkerEvent.ProgressWritten(write.Shard);
        });
    }

    private void Publish(string shard)
    {
        var lane = Lane(shard);
        var batch = lane.Batch ?? throw new InvalidOperationException("Nothing to publish.");
        lane.Batch = null;
        Later(Latency(), Take);

        WorkerEvent? Take()
        {
            if (PipelineIsDown() || lane.Pending > 2000)
            {
                Later(TimeSpan.FromMilliseconds(50), Take); // no room
                return null;
            }

            CheckLineage(shard);
            foreach (var number in batch)
            {
                Delivered.Add((shard, number));
                lane.Pending++;
                lane.Undone.Enqueue(number);
                var life = _life;
                // Done in the shard's order, some time later.
                lane.DoneAt = Max(lane.DoneAt, Clock.Elapsed) + TimeSpan.FromTicks(_random.Next(20_000));
                At(lane.DoneAt - Clock.Elapsed, () => Finish(life, lane, number));
            }

            return new WorkerEvent.Published(shard);
        }
    }

    private void Finish(int life, ShardLane lane, SequenceNumber number)
    {
        if (life != _life)
            return;
        if (PipelineIsDown())
        {
            At(TimeSpan.FromMilliseconds(50), () => Finish(life, lane, number));
            return;
        }

        Done.Add(number);
        lane.Pending--;
        // A record that had to wait does not let its neighbours' numbers pass it.
        while (lane.Undone.TryPeek(out var first) && Done.Contains(first))
            lane.Watermark = lane.Undone.Dequeue();
    }

    private void Drain(string shard, TimeSpan limit)
    {
        var lane = Lane(shard);
        var until = Clock.Elapsed + limit;
        Later(TimeSpan.Zero, Look);

        WorkerEvent? Look()
        {
            if (lane.Pending == 0 || Clock.Elapsed > until && PipelineIsDown())
                return new WorkerEvent.Drained(shard, lane.Watermark, lane.Pending == 0);
            Later(TimeSpan.FromMilliseconds(10), Look);
            return null;
        }
    }

    /// <summary>I5: nothing of a child before everything of all its parents is done.</summary>
    private void CheckLineage(string child)
    {
        foreach (var parent in Stream.AllShards.First(shard => shard.Id == child).Parents)
        {
            if (parent.Records.Skip(parent.FirstKept).FirstOrDefault(record => !IsDone(record)) is { } undone)
                throw new InvalidOperationException($"I5: {child} was delivered before {undone.Number} of its parent {parent.Id} was done.");
        }
    }

    private ShardLane Lane(string shard)
    {
        if (!_lanes.TryGetValue(shard, out var lane))
            _lanes.Add(shard, lane = new(shard));
        return lane;
    }

    private static string Key(DateTimeOffset createdAt, string shard) => string.Create(CultureInfo.InvariantCulture, $"{createdAt.ToUnixTimeSeconds()}/{shard}");

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>The shell's side of one shard.</summary>
    private sealed class ShardLane(string shard)
    {
        internal List<SequenceNumber>? Batch { get; set; }

        internal int Pending { get; set; }

        internal Queue<SequenceNumber> Undone { get; } = [];

        internal SequenceNumber? Watermark { get; set; }

        internal TimeSpan DoneAt { get; set; }

        internal WorkerEvent Read(FakeStream stream, WorkerCommand.Read read)
        {
            using var batch = new RecordBatch(new("stream", shard));
            var records = new KinesisRecords(batch, read.SkipThrough);
            var answer = stream.GetRecords(read.Iterator, read.Limit, records);
            Batch = Enumerable.Range(0, batch.Count).Select(index => batch.GetPosition(index).SequenceNumber).ToList();
            return new WorkerEvent.RecordsRead(shard, ReadSummary.From(answer, records, batch.Count));
        }
    }
}
