using System.Globalization;
using System.Text;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Simulation;

/// <summary>A stream, a lease table and workers on one virtual clock. All that is random comes from one seed, so that a seed replays a run. What is wrong at any moment throws at that moment.</summary>
internal sealed class World
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _queue = new();
    private long _order;
    private int _names;

    internal World(int seed, WorkerSettings? settings = null)
    {
        Seed = seed;
        Random = new(seed);
        Settings = settings ?? new WorkerSettings("stream") { IdleDelay = TimeSpan.FromSeconds(1), ShardListInterval = TimeSpan.FromSeconds(30) };
        Stream = new("stream", Clock);
        Oracle = new(this);
        Table = new(this);
    }

    internal int Seed { get; }

    internal Random Random { get; }

    internal VirtualClock Clock { get; } = new();

    internal TimeSpan Now => Clock.Elapsed;

    internal WorkerSettings Settings { get; set; }

    internal TimeSpan FailoverTime { get; set; } = TimeSpan.FromSeconds(10);

    internal TimeSpan MaximumLatency { get; set; } = TimeSpan.FromMilliseconds(60);

    internal FakeStream Stream { get; }

    internal SimulatedTable Table { get; }

    internal Oracle Oracle { get; }

    internal List<SimulatedWorker> Workers { get; } = [];

    internal IEnumerable<SimulatedWorker> Alive => Workers.Where(worker => worker.IsAlive);

    internal long Steps { get; set; }

    internal SimulatedWorker StartWorker(string? name = null)
    {
        var worker = new SimulatedWorker(this, name ?? string.Create(CultureInfo.InvariantCulture, $"worker-{++_names}"));
        Workers.Add(worker);
        worker.Start();
        return worker;
    }

    internal void Put(FakeShard shard, int count)
    {
        for (var index = 0; index < count; index++)
            Oracle.OnPut(shard, Stream.Put(shard, Encoding.ASCII.GetBytes("{\"n\":" + index.ToString(CultureInfo.InvariantCulture) + "}")));
    }

    internal TimeSpan Latency() => TimeSpan.FromTicks(1 + (long)(Random.NextDouble() * MaximumLatency.Ticks));

    /// <summary>Does something at a time from now, whatever the workers are doing.</summary>
    internal void At(TimeSpan after, Action action) => _queue.Enqueue(action, (Now + (after > TimeSpan.Zero ? after : TimeSpan.Zero), _order++));

    internal void Run(TimeSpan duration) => Run(duration, static () => false);

    /// <summary>Lets time pass until something is so.</summary>
    /// <returns>Whether it came to be so.</returns>
    internal bool Run(TimeSpan limit, Func<bool> until)
    {
        var end = Now + limit;
        var standing = 0;
        while (!until())
        {
            if (!_queue.TryPeek(out var action, out var due) || due.At > end)
            {
                Clock.Elapsed = end;
                return until();
            }

            _queue.Dequeue();
            standing = due.At > Now ? 0 : standing + 1;
            if (standing > 200_000)
                throw new InvalidOperationException("Time stands still.");
            Clock.Elapsed = due.At;
            action();
        }

        return true;
    }

    internal bool RunUntilAllHandled(TimeSpan limit) => Run(limit, () => Oracle.IsAllHandled);
}
