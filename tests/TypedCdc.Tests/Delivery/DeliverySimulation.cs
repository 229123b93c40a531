using System.Globalization;
using System.Text;
using TypedCdc.Delivery;
using TypedCdc.Observability;

namespace TypedCdc.Tests.Delivery;

/// <summary>
/// Drives the delivery core with a simulated world: works end in any order and at any time, fail, are dead-lettered by a store that takes its time; shards are
/// given up and read again. A seed replays it. Virtual time, no threads.
/// </summary>
internal sealed class DeliverySimulation
{
    private readonly Random _random;
    private readonly DeliveryCore _core;
    private readonly LanePolicy[] _policies;
    private readonly DeliveryLimits _limits;
    private readonly List<(TimeSpan At, int Order, DeliveryEvent Event)> _agenda = [];
    private readonly List<string> _log = [];
    private readonly double _failureRate;
    private readonly HashSet<BatchState> _arrived = [];
    private readonly HashSet<TrackedRecord>[] _done; // by subscriber
    private TimeSpan _now;
    private int _order;

    internal DeliverySimulation(int seed, double failureRate = 0.05, StopPolicy? stop = null)
    {
        _random = new(seed);
        _failureRate = failureRate;
        _policies = [
            new("(all)", 1, 256, int.MaxValue, SpansLanes: false),
            new("one-by-one", 1, 4, int.MaxValue, SpansLanes: false),
            new("parallel", _random.Next(2, 9), _random.Next(1, 9), int.MaxValue, SpansLanes: false),
            new("sink", 1, _random.Next(1, 50), 4_000, SpansLanes: true),
            new("parallel-sink", _random.Next(2, 5), _random.Next(1, 50), 4_000, SpansLanes: true),
        ];
        _limits = new(_random.Next(1_000, 20_000), _random.Next(10, 200));
        _core = new(_policies, _limits, new() { ConsecutiveDeadLetters = null, DeadLetterRatio = null }, Statistics, stop);
        _done = [.. _policies.Select(_ => new HashSet<TrackedRecord>())];
        Delivered = [.. _policies.Select(_ => new Dictionary<ulong, List<SequenceNumber>>())];
        DeadLetters = [.. _policies.Select(_ => new HashSet<SequenceNumber>())];
    }

    internal CdcStatistics Statistics { get; } = new();

    /// <summary>By subscriber and key: what it succeeded with, in order.</summary>
    internal Dictionary<ulong, List<SequenceNumber>>[] Delivered { get; }

    internal HashSet<SequenceNumber>[] DeadLetters { get; }

    /// <summary>What some subscriber could not take.</summary>
    internal HashSet<TrackedRecord> Failed { get; } = [];

    internal Dictionary<ShardState, SequenceNumber> Watermarks { get; } = [];

    internal HashSet<ShardState> Drained { get; } = [];

    internal DeliveryCore Core => _core;

    internal IReadOnlyList<LanePolicy> Policies => _policies;

    /// <summary>The commands and events, as text: two runs of a seed must have the same.</summary>
    internal string Log => string.Join('\n', _log);

    internal int MostRecordsInFlight { get; private set; }

    /// <summary>Publishes <paramref name="count"/> records of one shard in batches.</summary>
    internal List<TrackedRecord> Publish(ShardState shard, int count, int keys, ulong first)
    {
        var published = new List<TrackedRecord>();
        var at = _now;
        for (var done = 0; done < count;)
        {
            var size = Math.Min(count - done, _random.Next(1, 20));
            var reservation = new Reservation(size * 100L, size);
            var batch = new BatchState(shard, reservation, null);
            for (var index = 0; index < size; index++, done++)
            {
                var isUnreadable = _random.NextDouble() < 0.02;
                var isUnknown = !isUnreadable && _random.NextDouble() < 0.05;
                batch.Records.Add(new()
                {
                    Batch = batch,
                    Index = index,
                    SequenceNumber = new(first + (ulong)done),
                    KeyHash = (ulong)_random.Next(keys) * 0x9E3779B97F4A7C15,
                    Unreadable = isUnreadable ? new FormatException() : null,
                    Operation = ChangeOperation.Modify,
                    Route = isUnreadable ? null : new TableRoute("t", [], [], Statistics.ForTable("t")),
                    Subscribers = isUnreadable ? [0] : isUnknown ? [] : [1, 2, 3, 4],
                    SizeBytes = 100,
                });
            }

            published.AddRange(batch.Records);
            at += TimeSpan.FromMilliseconds(_random.Next(0, 30));
            Plan(at, new DeliveryEvent.RoomAsked(reservation));
            Waiting.Add(reservation, batch);
        }

        return published;
    }

    private Dictionary<Reservation, BatchState> Waiting { get; } = [];

    internal void Plan(TimeSpan at, DeliveryEvent @event) => _agenda.Add((at, _order++, @event));

    internal TimeSpan Now => _now;

    /// <summary>Runs until nothing is planned any more, or <paramref name="most"/> steps.</summary>
    internal void Run(int most = int.MaxValue)
    {
        var commands = new List<DeliveryCommand>();
        for (var step = 0; step < most && _agenda.Count > 0; step++)
        {
            var next = _agenda.MinBy(planned => (planned.At, planned.Order));
            _agenda.Remove(next);
            _now = next.At;
            commands.Clear();
            Record(next.Event);
            _core.Step(next.Event, _now, commands);
            _log.Add(string.Create(CultureInfo.InvariantCulture, $"{_now.TotalMilliseconds} {next.Event.GetType().Name}"));
            foreach (var command in commands)
            {
                Carry(command);
            }

            MostRecordsInFlight = Math.Max(MostRecordsInFlight, _core.InFlightRecords);
        }
    }

    internal int RecordLimit => _limits.MaximumRecords;

    private void Carry(DeliveryCommand command)
    {
        _log.Add(Describe(command));
        switch (command)
        {
            case DeliveryCommand.Admit admit:
                // Batches of one shard arrive in its order: a source does not ask again before it was let in, so the order of asking is the order of arriving.
                Plan(_now, new DeliveryEvent.BatchArrived(Waiting[admit.Reservation]));
                break;
            case DeliveryCommand.Run run:
                Plan(_now + TimeSpan.FromMilliseconds(_random.Next(1, 200)), new DeliveryEvent.WorkCompleted(run.Work, Execute(run.Work)));
                break;
            case DeliveryCommand.StoreDeadLetters store:
                Plan(_now + TimeSpan.FromMilliseconds(_random.Next(1, 500)), new DeliveryEvent.DeadLettersStored(store.Work));
                break;
            case DeliveryCommand.Advance advance:
                Assert.True(!Watermarks.TryGetValue(advance.Shard, out var before) || before < advance.Watermark, "A watermark went back.");
                Watermarks[advance.Shard] = advance.Watermark;
                break;
            case DeliveryCommand.Drained drained:
                Drained.Add(drained.Shard);
                break;
        }
    }

    /// <summary>By the world's own account, and not the core's: every subscriber has taken the record, or its dead letter is stored.</summary>
    internal bool IsDone(TrackedRecord record) => _arrived.Contains(record.Batch)
        && Array.TrueForAll(record.Subscribers, subscriber => _done[subscriber].Contains(record));

    private void Record(DeliveryEvent @event)
    {
        switch (@event)
        {
            case DeliveryEvent.BatchArrived arrived:
                _arrived.Add(arrived.Batch);
                break;
            case DeliveryEvent.WorkCompleted completed:
                var failed = completed.Outcome.Failures.Select(failure => failure.Index).ToHashSet();
                for (var index = 0; index < completed.Outcome.Completed; index++)
                {
                    if (failed.Contains(index))
                    {
                        Failed.Add(completed.Work.Records[index]);
                        continue;
                    }

                    var record = completed.Work.Records[index];
                    _done[completed.Work.Subscriber].Add(record);
                    if (!Delivered[completed.Work.Subscriber].TryGetValue(record.KeyHash, out var list))
                    {
                        Delivered[completed.Work.Subscriber].Add(record.KeyHash, list = []);
                    }

                    list.Add(record.SequenceNumber);
                }

                break;
            case DeliveryEvent.DeadLettersStored stored:
                foreach (var letter in stored.Work.DeadLetters!)
                {
                    _done[stored.Work.Subscriber].Add(stored.Work.Records[letter.Index]);
                    DeadLetters[stored.Work.Subscriber].Add(stored.Work.Records[letter.Index].SequenceNumber);
                }

                break;
        }
    }

    private WorkOutcome Execute(Work work)
    {
        var lanes = _policies[work.Subscriber];
        if (work.Subscriber == DeliveryCore.Unreadable)
        {
            return new(work.Records.Count, [.. work.Records.Select((_, index) => new RecordFailure(index, new FormatException(), 1, FailureAction.DeadLetter))]);
        }

        var failures = new List<RecordFailure>();
        for (var index = 0; index < work.Records.Count; index++)
        {
            if (_random.NextDouble() < _failureRate)
            {
                failures.Add(new(index, new InvalidOperationException(), 5, FailureAction.DeadLetter));
                if (!lanes.SpansLanes)
                {
                    return new(index + 1, failures);
                }

                continue;
            }

        }

        return new(work.Records.Count, failures);
    }

    private string Describe(DeliveryCommand command) => command switch
    {
        DeliveryCommand.Run run => new StringBuilder("run ").Append(run.Work.Subscriber).Append(": ")
            .AppendJoin(',', run.Work.Records.Select(record => record.Ordinal)).ToString(),
        DeliveryCommand.Advance advance => $"advance {advance.Shard.Id} {advance.Watermark}",
        _ => command.GetType().Name,
    };
}
