namespace TypedCdc.Sql.Tests.Watermarks;

/// <summary>The rules of intervals against an oracle that knows nothing of them: what was applied, and what is in the dead letters.</summary>
public sealed class WatermarkPropertyTests
{
    [Fact]
    public async Task Nothing_is_left_out_that_was_not_applied_whatever_happens()
    {
        var replayed = 0;
        for (var seed = 1; seed <= 400; seed++)
        {
            var random = new Random(seed);
            var simulation = new ReadingSimulation(seed, count: 60, isPlain: false);
            var log = new List<string>();
            for (var readings = 0; readings < 8; readings++)
            {
                switch (random.Next(8))
                {
                    case 0:
                        simulation.RewindOnPurpose();
                        log.Add("rewound");
                        break;
                    case 1:
                        simulation.Recreate();
                        log.Add("made anew");
                        break;
                    case 2:
                        simulation.Unfit = simulation.Unfit == UnfitValue.Fail ? UnfitValue.NullAndReport : UnfitValue.Fail;
                        log.Add("another model");
                        break;
                    case 3:
                        await simulation.WriteFromFormerOwnerAsync();
                        log.Add("former owner");
                        break;
                }

                var isWhole = await simulation.ReadAsync(crashAfter: random.Next(1, 30));
                log.Add(isWhole ? "whole" : "crash");
                Assert.True(simulation.FindLost(isWhole) is not { } lost, $"Seed {seed}, {string.Join(", ", log)}: lost {simulation.FindLost(isWhole)}.");
            }

            Assert.True(await simulation.ReadAsync(crashAfter: int.MaxValue));
            Assert.True(simulation.FindLost(all: true) is null, $"Seed {seed}, {string.Join(", ", log)}: lost {simulation.FindLost(all: true)}.");
            replayed += simulation.Crashes;
        }

        Assert.True(replayed > 400, $"Only {replayed} crashes.");
    }

    [Fact]
    public async Task A_replay_after_crashes_writes_nothing_twice()
    {
        var crashes = 0;
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var simulation = new ReadingSimulation(seed, count: 60, isPlain: true);
            while (!await simulation.ReadAsync(crashAfter: random.Next(1, 12)))
            {
                Assert.True(simulation.Crashes < 500, $"Seed {seed}: the replays come no further.");
            }

            crashes += simulation.Crashes;
            Assert.True(simulation.Times.All(time => simulation.Database.CountWrites(time) == 1), $"Seed {seed}.");
            Assert.Null(simulation.FindLost(all: true));
        }

        Assert.True(crashes > 200, $"Only {crashes} crashes.");
    }
}
