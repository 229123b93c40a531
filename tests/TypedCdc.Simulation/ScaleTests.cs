using System.Globalization;
using Xunit.Abstractions;

namespace TypedCdc.Simulation;

/// <summary>How long a large fleet takes to share its shards, and what it asks of the lease table. The large run: TYPEDCDC_SIMULATION_SCALE=10000x200.</summary>
public sealed class ScaleTests(ITestOutputHelper output)
{
    [Fact]
    public void Large_fleet_converges_after_its_start_and_after_losing_a_tenth_of_its_workers()
    {
        var scale = (Environment.GetEnvironmentVariable("TYPEDCDC_SIMULATION_SCALE") ?? "600x20").Split('x').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        var world = new World(1, new("stream") { IdleDelay = TimeSpan.FromSeconds(60), ShardListInterval = TimeSpan.FromMinutes(10) });
        world.Table.MaximumStaleness = TimeSpan.Zero;
        for (var shard = 0; shard < scale[0]; shard++)
            world.Stream.AddShard();
        for (var worker = 0; worker < scale[1]; worker++)
            world.At(TimeSpan.FromSeconds(world.Random.NextDouble() * 5), () => world.StartWorker());
        Report("start", limit: TimeSpan.FromMinutes(5));
        world.Run(TimeSpan.FromMinutes(1));
        foreach (var worker in world.Workers.Take(scale[1] / 10))
            worker.Kill();
        Report("a tenth of the workers killed", limit: TimeSpan.FromMinutes(5));

        void Report(string what, TimeSpan limit)
        {
            var (at, requests) = (world.Now, world.Table.Requests);
            Assert.True(world.Run(limit, () => world.Steps % 1000 == 0 && world.Alive.Sum(worker => worker.Held.Count()) == scale[0]), $"{what}: not all leases are held.");
            var took = world.Now - at;
            output.WriteLine(FormattableString.Invariant(
                $"{scale[0]} shards, {scale[1]} workers, {what}: all leases held after {took.TotalSeconds:F1} s, {(world.Table.Requests - requests) / took.TotalSeconds:F0} requests/s, most {world.Alive.Max(worker => worker.Held.Count())} on one worker"));
        }
    }
}
