using System.Diagnostics;
using System.Globalization;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Worker;
using Xunit.Abstractions;

namespace TypedCdc.Simulation;

/// <summary>
/// Random mixes of everything that can go wrong, one a seed, with the invariants checked at every step. A longer run: TYPEDCDC_SIMULATION_SEEDS=50000; one seed again:
/// TYPEDCDC_SIMULATION_SEED=17.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Chaos = TimeSpan.FromMinutes(2);

    [Fact]
    public void Whatever_happens_to_a_fleet_nothing_is_lost_and_the_invariants_hold()
    {
        var one = Number("TYPEDCDC_SIMULATION_SEED");
        var first = one ?? 1;
        var count = one is null ? Number("TYPEDCDC_SIMULATION_SEEDS") ?? 2_000 : 1;
        var watch = Stopwatch.StartNew();
        long steps = 0, duplicates = 0, requests = 0;
        Parallel.For(first, first + count, new() { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var world = new World(seed, Settings(seed));
            try
            {
                RunChaos(world);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
            }

            Interlocked.Add(ref steps, world.Steps);
            Interlocked.Add(ref duplicates, world.Oracle.Duplicates);
            Interlocked.Add(ref requests, world.Table.Requests);
        });
        output.WriteLine(FormattableString.Invariant($"seeds {first} to {first + count - 1}: {steps} steps, {requests} requests of the lease table, {duplicates} duplicates, {watch.Elapsed.TotalSeconds:F1} s"));
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static WorkerSettings Settings(int seed) => new("stream")
    {
        IdleDelay = TimeSpan.FromSeconds(1),
        ShardListInterval = TimeSpan.FromSeconds(seed % 2 == 0 ? 20 : 60),
        CheckpointInterval = TimeSpan.FromSeconds(1 + (seed % 5)),
        PrefetchBytes = seed % 3 == 0 ? 1024 * 1024 : 64 * 1024 * 1024,
    };

    private static void RunChaos(World world)
    {
        var random = world.Random;
        for (var count = random.Next(1, 5); count > 0; count--)
            world.Stream.AddShard();
        world.Stream.TellsChildren = world.Seed % 4 != 0;
        var faultRate = random.Next(4) * 0.02;
        world.Stream.Fails = (_, _) => random.NextDouble() < faultRate ? random.Next(2) == 0 ? KinesisErrorKind.Throttled : KinesisErrorKind.Transient : null;
        world.Stream.Malforms = _ => world.Stream.TellsChildren && random.NextDouble() < faultRate;
        world.Table.Fails = (_, _) => random.NextDouble() < faultRate ? (TableFault)random.Next(4) : null;
        for (var count = random.Next(1, 4); count > 0; count--)
            world.At(TimeSpan.FromSeconds(random.NextDouble() * 3), () => StartWorker(world));
        for (var count = random.Next(8, 30); count > 0; count--)
            world.At(Chaos * random.NextDouble(), () => Happen(world));
        world.Run(Chaos);

        // All is well again, and everything is handled in time.
        world.Stream.Fails = null;
        world.Stream.Malforms = null;
        world.Table.Fails = null;
        foreach (var worker in world.Alive.ToList())
        {
            worker.IsCutFromKinesis = worker.IsCutFromTable = worker.IsSinkDown = false;
            if (worker.IsPaused)
                worker.Resume();
        }

        if (!world.Alive.Any())
            world.StartWorker();
        Assert.True(world.RunUntilAllHandled(TimeSpan.FromMinutes(10)), "Not everything was handled.");

        // A graceful stop of all gives every lease back, and the next run delivers nothing again.
        world.Run(TimeSpan.FromSeconds(30)); // leases of killed workers expire
        foreach (var worker in world.Alive.ToList())
            worker.Stop();
        Assert.True(world.Run(TimeSpan.FromSeconds(25), () => !world.Alive.Any()), "The stop did not end.");
        Assert.All(world.Workers.Where(worker => worker.IsFinished), worker => Assert.Null(worker.Failure));
        var owned = world.Table.Rows.FirstOrDefault(row => row.Owner is not null && !row.Checkpoint.IsEnd);
        Assert.True(owned is null, $"{owned?.Owner} still owns {owned?.Key}: {string.Join(", ", world.Workers.FirstOrDefault(worker => worker.Name == owned?.Owner)?.Notices.TakeLast(6) ?? [])}");
        var duplicates = world.Oracle.Duplicates;
        world.StartWorker();
        world.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(duplicates, world.Oracle.Duplicates);
        Assert.All(world.Workers, worker => Assert.True(worker.LargestPrefetch <= Math.Max(world.Settings.PrefetchBytes, 5 * 1024 * 1024), "More was read ahead than allowed."));
    }

    private static void StartWorker(World world)
    {
        var worker = world.StartWorker();
        worker.WallOffset = world.Random.Next(6) == 0 ? TimeSpan.FromMinutes(world.Random.Next(-9, 9)) : TimeSpan.Zero;
    }

    private static void Happen(World world)
    {
        var random = world.Random;
        var open = world.Stream.Shards.Where(shard => shard.IsOpen).ToList();
        var shard = open[random.Next(open.Count)];
        var alive = world.Alive.ToList();
        var worker = alive.Count > 0 ? alive[random.Next(alive.Count)] : null;
        switch (random.Next(20))
        {
            case 0:
                world.Stream.Split(shard);
                break;
            case 1 when open.Count > 1:
                world.Stream.Merge(shard, open.First(other => other != shard));
                break;
            case 2 when worker is not null:
                worker.Kill();
                world.At(TimeSpan.FromSeconds(random.Next(1, 30)), () => StartWorker(world));
                break;
            case 3 when worker is { IsPaused: false }:
                worker.Pause();
                world.At(TimeSpan.FromSeconds(random.Next(1, 40)), () => Resume(worker));
                break;
            case 4 when worker is not null:
                worker.IsCutFromTable = true;
                world.At(TimeSpan.FromSeconds(random.Next(1, 40)), () => worker.IsCutFromTable = false);
                break;
            case 5 when worker is not null:
                worker.IsCutFromKinesis = true;
                world.At(TimeSpan.FromSeconds(random.Next(1, 40)), () => worker.IsCutFromKinesis = false);
                break;
            case 6 when worker is not null:
                worker.Stop();
                world.At(TimeSpan.FromSeconds(random.Next(1, 10)), () => StartWorker(world));
                break;
            case 7 when worker is not null:
                worker.IsSinkDown = true;
                world.At(TimeSpan.FromSeconds(random.Next(1, 60)), () => worker.IsSinkDown = false);
                break;
            case 8 when alive.Count < 6:
                StartWorker(world);
                break;
            default:
                world.Put(shard, random.Next(1, 150));
                break;
        }
    }

    private static void Resume(SimulatedWorker worker)
    {
        if (worker.IsPaused)
            worker.Resume();
    }
}
