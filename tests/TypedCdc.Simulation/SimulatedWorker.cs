using System.Globalization;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Kinesis.Worker;
using TypedCdc.Sources;

namespace TypedCdc.Simulation;

/// <summary>One process: it plays the shell around a <see cref="FleetWorker"/>, and the pipeline behind it. It can be killed, paused, cut off, and stopped.</summary>
internal sealed class SimulatedWorker(World world, string name)
{
    private readonly Dictionary<string, Reading> _readings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _renewedAt = new(StringComparer.Ordinal);
    private readonly Dictionary<StreamTimer, int> _timers = [];
    private readonly HashSet<string> _writing = new(StringComparer.Ordinal);
    private readonly List<(bool IsEvent, Action Action)> _inbox = [];
    private readonly TimeSpan _monotonicOffset = TimeSpan.FromHours(world.Random.Next(1000)); // clocks have nothing in common

    private FleetWorker? _worker;
    private bool _isStopping;
    private bool _isReadingStopped;

    internal string Name => name;

    internal bool IsAlive => _worker is not null;

    internal bool IsPaused { get; private set; }

    internal bool IsCutFromTable { get; set; }

    internal bool IsCutFromKinesis { get; set; }

    internal bool IsSinkDown { get; set; }

    /// <summary>How wrong the machine's clock is.</summary>
    internal TimeSpan WallOffset { get; set; }

    internal bool IsFinished { get; private set; }

    internal Exception? Failure { get; private set; }

    internal List<WorkerNotice> Notices { get; } = [];

    internal List<(string Shard, ShardPosition Position)> Begun { get; } = [];

    internal long LargestPrefetch { get; private set; }

    internal IEnumerable<string> Held => _worker?.Held.Select(lease => lease.Key) ?? [];

    internal void Start()
    {
        _worker = new(world.Settings, new(name) { FailoverTime = world.FailoverTime }, world.Random);
        Step(new WorkerEvent.Started());
    }

    /// <summary>SIGKILL.</summary>
    internal void Kill()
    {
        _worker = null;
        _readings.Clear();
        _inbox.Clear();
    }

    /// <summary>SIGSTOP: nothing happens here, while time passes.</summary>
    internal void Pause() => IsPaused = true;

    internal void Resume()
    {
        IsPaused = false;
        // The worker's own loop first: it finds out what has expired.
        var inbox = _inbox.OrderByDescending(entry => entry.IsEvent).ToList();
        _inbox.Clear();
        foreach (var (_, action) in inbox)
            action();
    }

    internal void Stop()
    {
        if (_worker is not null && !_isStopping)
        {
            _isStopping = true;
            Happens(true, () => Step(new WorkerEvent.StopRequested()));
        }
    }

    internal void OnRenewed(string shard, TimeSpan begun) =>
        _renewedAt[shard] = _renewedAt.TryGetValue(shard, out var before) && before > begun ? before : begun;

    internal TimeSpan RenewedAt(string shard) => _renewedAt.GetValueOrDefault(shard, TimeSpan.MinValue / 4);

    private void Step(WorkerEvent happened)
    {
        if (_worker is null)
            return;
        world.Steps++;
        var commands = new List<WorkerCommand>();
        _worker.Step(happened, new(world.Now + _monotonicOffset, world.Clock.GetUtcNow() + WallOffset), commands);
        LargestPrefetch = Math.Max(LargestPrefetch, _worker.PrefetchedBytes);
        foreach (var command in commands)
            Execute(command);
    }

    /// <summary>Now, or when the process runs again; never once it is dead.</summary>
    private void Happens(bool isEvent, Action action)
    {
        if (_worker is null)
            return;
        if (IsPaused)
            _inbox.Add((isEvent, action));
        else
            action();
    }

    private void Later(TimeSpan after, Func<WorkerEvent?> make, string? shard = null)
    {
        var reading = shard is null ? null : Of(shard);
        world.At(after, () => Happens(true, () =>
        {
            if ((reading is null || _readings.GetValueOrDefault(shard!) == reading) && make() is { } happened)
                Step(happened);
        }));
    }

    /// <summary>A call of Kinesis.</summary>
    private void Call(Func<WorkerEvent> call, Func<KinesisException, WorkerEvent> failed, string? shard = null)
    {
        if (IsCutFromKinesis)
        {
            Later(TimeSpan.FromSeconds(5), () => failed(new(KinesisErrorKind.Transient, "cut off", "Timeout")), shard);
            return;
        }

        Later(world.Latency(), () =>
        {
            try
            {
                return call();
            }
            catch (KinesisException exception)
            {
                return failed(exception);
            }
        }, shard);
    }

    private void Execute(WorkerCommand command)
    {
        switch (command)
        {
            case WorkerCommand.DescribeStream:
                Call(() => new WorkerEvent.StreamDescribed(world.Stream.Describe()), static exception => new WorkerEvent.StreamFailed(true, exception));
                break;
            case WorkerCommand.ListShards:
                Call(() => new WorkerEvent.ShardsListed(world.Stream.ListAll()), static exception => new WorkerEvent.StreamFailed(false, exception));
                break;
            case WorkerCommand.GetIterator get:
                Begun.Add((get.Shard, get.Position));
                Call(() => new WorkerEvent.IteratorReceived(get.Shard, world.Stream.GetIterator(get.Shard, get.Position)), exception => new WorkerEvent.ShardFailed(get.Shard, exception), get.Shard);
                break;
            case WorkerCommand.Read read:
                Call(() => Of(read.Shard).Read(world.Stream, read), exception => new WorkerEvent.ShardFailed(read.Shard, exception), read.Shard);
                break;
            case WorkerCommand.Acquire acquire:
                world.Oracle.OnAcquired(this, acquire.Shard, acquire.Token);
                _readings[acquire.Shard] = new(acquire.Shard, acquire.Start);
                break;
            case WorkerCommand.Publish publish:
                Publish(publish.Shard);
                break;
            case WorkerCommand.Discard discard:
                Of(discard.Shard).Batch = null;
                break;
            case WorkerCommand.Drain drain:
                Drain(drain.Shard, world.Now + TimeSpan.FromSeconds(20));
                break;
            case WorkerCommand.Abandon abandon:
                _readings.Remove(abandon.Shard);
                Later(TimeSpan.FromMilliseconds(1), () => new WorkerEvent.Abandoned(abandon.Shard));
                break;
            case WorkerCommand.Close close:
                _readings.Remove(close.Shard);
                break;
            case WorkerCommand.DelayShard delay:
                Later(delay.Delay, () => new WorkerEvent.ShardDelayElapsed(delay.Shard), delay.Shard);
                break;
            case WorkerCommand.DelayStream delay:
                var turn = _timers[delay.Timer] = _timers.GetValueOrDefault(delay.Timer) + 1;
                Later(delay.Delay, () => _timers[delay.Timer] == turn ? new WorkerEvent.StreamDelayElapsed(delay.Timer) : null);
                break;
            case WorkerCommand.DelayCheckpoint delay:
                Later(delay.Delay, () => new WorkerEvent.CheckpointDue(_readings.Where(reading => reading.Value.Watermark is not null).ToDictionary(reading => reading.Key, reading => reading.Value.Watermark!.Value)));
                break;
            case WorkerCommand.DelayFleet delay:
                Later(delay.Delay, () => new WorkerEvent.FleetDelayElapsed(delay.Timer));
                break;
            case WorkerCommand.DelayLease delay:
                Later(delay.Delay, () => new WorkerEvent.LeaseDelayElapsed(delay.Key, delay.Token));
                break;
            case WorkerCommand.Report report:
                Notices.Add(report.Notice);
                break;
            case WorkerCommand.StopReading:
                _isReadingStopped = true;
                break;
            case WorkerCommand.Finish finish:
                IsFinished = true;
                Failure = finish.Exception;
                Kill();
                break;
            default:
                CallTable(command);
                break;
        }
    }

    private void CallTable(WorkerCommand command)
    {
        var write = command as WorkerCommand.WriteLease;
        var key = write is null ? null : string.Create(CultureInfo.InvariantCulture, $"{write.Seen.Key}/{write.Token}");
        if (key is not null && !_writing.Add(key))
            throw new InvalidOperationException($"I8: {name} has two writes of {key} outstanding.");
        world.Table.Call(this, command, happened => Happens(true, () =>
        {
            if (key is not null)
                _writing.Remove(key);
            Step(happened);
        }));
    }

    private void Publish(string shard)
    {
        var reading = Of(shard);
        var batch = reading.Batch ?? throw new InvalidOperationException("Nothing to publish.");
        reading.Batch = null;
        Later(world.Latency(), Take, shard);

        WorkerEvent? Take()
        {
            if (_isReadingStopped)
                return null; // the stop ended the publication before the pipeline took it
            if (IsSinkDown || reading.Pending > 2000)
            {
                Later(TimeSpan.FromMilliseconds(100), Take, shard); // no room
                return null;
            }

            foreach (var number in batch)
            {
                if (!(number > reading.LastPublished) && reading.LastPublished is not null)
                    throw new InvalidOperationException($"{name} delivered {number} of {shard} again, after {reading.LastPublished}.");
                reading.LastPublished = number;
                reading.Pending++;
            }

            // Handled in the shard's order, some time later; many at once, for speed.
            reading.Taken.Enqueue(batch);
            reading.HandledAt = Max(reading.HandledAt, world.Now) + TimeSpan.FromTicks(batch.Count * (long)world.Random.Next(20_000));
            world.At(reading.HandledAt - world.Now, () => Handle(reading));
            return new WorkerEvent.Published(shard);
        }
    }

    private void Handle(Reading reading) => Happens(false, () =>
    {
        if (_readings.GetValueOrDefault(reading.Shard) != reading)
            return; // abandoned
        if (IsSinkDown)
        {
            world.At(TimeSpan.FromMilliseconds(100), () => Handle(reading));
            return;
        }

        var batch = reading.Taken.Dequeue();
        foreach (var number in batch)
            world.Oracle.OnHandled(this, reading.Shard, number);
        reading.Pending -= batch.Count;
        reading.Watermark = batch[^1];
    });

    private void Drain(string shard, TimeSpan until)
    {
        var reading = Of(shard);
        Later(TimeSpan.Zero, Look, shard);

        WorkerEvent? Look()
        {
            if (reading.Pending == 0 || world.Now > until)
                return new WorkerEvent.Drained(shard, reading.Watermark, reading.Pending == 0);
            Later(TimeSpan.FromMilliseconds(20), Look, shard);
            return null;
        }
    }

    private Reading Of(string shard) => _readings.TryGetValue(shard, out var reading) ? reading : throw new InvalidOperationException($"{name} does not read {shard}.");

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>One reading of a shard, from the acquisition of its lease to its end or loss.</summary>
    private sealed class Reading(string shard, SequenceNumber? start)
    {
        internal string Shard => shard;

        internal List<SequenceNumber>? Batch { get; set; }

        internal Queue<List<SequenceNumber>> Taken { get; } = [];

        internal SequenceNumber? LastPublished { get; set; } = start;

        internal int Pending { get; set; }

        internal SequenceNumber? Watermark { get; set; }

        internal TimeSpan HandledAt { get; set; }

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
