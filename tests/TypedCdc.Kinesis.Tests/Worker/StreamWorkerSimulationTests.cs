using System.Globalization;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Tests.Fakes;
using Xunit.Abstractions;

namespace TypedCdc.Kinesis.Tests.Worker;

/// <summary>Whole runs of the worker on virtual time: whatever fails and in whatever order, every record is delivered, in its shard's order, parents before children.</summary>
public sealed class StreamWorkerSimulationTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(2);

    // A night's run takes more: TYPEDCDC_SIMULATION_SEEDS=5000.
    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("TYPEDCDC_SIMULATION_SEEDS"), CultureInfo.InvariantCulture, out var seeds) ? seeds : 10;

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    public void Whatever_fails_nothing_is_lost_and_order_holds(int firstSeed)
    {
        for (var seed = firstSeed; seed < firstSeed + Seeds; seed++)
        {
            try
            {
                RunChaos(seed);
            }
            catch (Exception exception)
            {
                output.WriteLine($"seed {seed}");
                throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
            }
        }
    }

    private static void RunChaos(int seed)
    {
        // Sometimes there is room for one read at a time only.
        var run = new Simulation(seed, new("stream") { PrefetchBytes = seed % 3 == 0 ? 1024 * 1024 : 64 * 1024 * 1024 });
        var random = run.Random;
        for (var count = random.Next(1, 6); count > 0; count--)
            run.Stream.AddShard();
        run.Stream.Fails = (_, _) => random.Next(12) == 0
            ? random.Next(3) switch { 0 => KinesisErrorKind.Throttled, 1 => KinesisErrorKind.Transient, _ => null }
            : null;
        // A service that does not name the children is believed when it says the same thing several times: no malformed answers from that one.
        run.Stream.TellsChildren = seed % 2 == 0;
        run.Stream.Malforms = _ => run.Stream.TellsChildren && random.Next(10) == 0;
        run.WriteFails = () => random.Next(10) == 0;
        var downUntil = TimeSpan.Zero;
        run.PipelineIsDown = () => run.Clock.Elapsed < downUntil;

        // What happens to the stream and the process over some minutes.
        for (var count = random.Next(10, 40); count > 0; count--)
        {
            run.At(TimeSpan.FromSeconds(random.Next(1, 600)), () =>
            {
                var open = run.Stream.Shards.Where(shard => shard.IsOpen).ToList();
                var shard = open[random.Next(open.Count)];
                switch (random.Next(14))
                {
                    case 0:
                        run.Stream.Split(shard);
                        break;
                    case 1 when open.Count > 1:
                        run.Stream.Merge(shard, open.First(other => other != shard));
                        break;
                    case 2:
                        run.Crash();
                        run.At(TimeSpan.FromSeconds(random.Next(1, 60)), run.Start);
                        break;
                    case 3:
                        downUntil = run.Clock.Elapsed + TimeSpan.FromMinutes(random.Next(1, 20)); // longer than an iterator lives
                        break;
                    default:
                        run.PutMany(shard, random.Next(1, 250));
                        break;
                }
            });
        }

        run.Start();
        run.Run(TimeSpan.FromMinutes(11));
        Assert.True(run.RunUntilAllDone(Long), "Not everything was delivered.");
        AssertFirstDeliveriesInOrder(run);

        // A stop, and a new start, deliver nothing twice.
        var before = run.Delivered.Count;
        run.WriteFails = static () => false;
        run.Run(TimeSpan.FromMinutes(1));
        run.Stop();
        Assert.True(run.RunUntilFinished(Long), "The stop did not end.");
        Assert.Null(run.Failure);
        before = run.Delivered.Count;
        run.Start();
        run.Run(TimeSpan.FromMinutes(3));
        Assert.Equal(before, run.Delivered.Count);
        // Whoever is alone may read in any case: one read's worth at most.
        Assert.True(run.LargestPrefetch <= Math.Max(run.Settings.PrefetchBytes, 5 * 1024 * 1024), "More was read ahead than allowed.");
        Assert.All(run.Stream.Shards, shard => Assert.True(shard.Throttled < 200, "Read faster than a shard allows."));
    }

    private static void AssertFirstDeliveriesInOrder(Simulation run)
    {
        foreach (var shard in run.Stream.Shards)
        {
            var first = run.Delivered.Where(delivery => delivery.Shard == shard.Id).Select(delivery => delivery.Number).Distinct().ToList();
            Assert.Equal(shard.Records.Select(record => record.Number), first);
        }
    }
}
