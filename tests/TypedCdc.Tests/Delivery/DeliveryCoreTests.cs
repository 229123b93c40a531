using TypedCdc.Delivery;

namespace TypedCdc.Tests.Delivery;

public class DeliveryCoreTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_record_is_delivered_or_dead_lettered_once_and_a_key_stays_in_order(int seed)
    {
        var simulation = new DeliverySimulation(seed);
        var shards = Enumerable.Range(0, 3).Select(index => new ShardState(new("stream", $"shard-{index}"))).ToArray();

        // Keys of their own for each shard, as in Kinesis.
        var published = shards.Select((shard, index) => simulation.Publish(shard, 300, keys: 20 + index, first: (ulong)(1 + (index * 10_000)))).ToArray();
        simulation.Run();

        for (var subscriber = 1; subscriber < simulation.Policies.Count; subscriber++)
        {
            var expected = published.SelectMany(records => records).Where(record => record.Subscribers.Contains(subscriber)).Select(record => record.SequenceNumber).Order();
            var delivered = simulation.Delivered[subscriber].Values.SelectMany(list => list).ToArray();
            Assert.Equal(expected, delivered.Concat(simulation.DeadLetters[subscriber]).Order());

            foreach (var shard in published)
            {
                var shardNumbers = shard.Select(record => record.SequenceNumber).ToHashSet();
                foreach (var key in simulation.Delivered[subscriber].Values)
                {
                    var ofShard = key.Where(shardNumbers.Contains).ToArray();
                    Assert.Equal(ofShard.Order(), ofShard);
                }
            }
        }

        Assert.Equal(published.SelectMany(records => records).Count(record => record.Unreadable is not null), simulation.DeadLetters[0].Count);
        Assert.All(shards, shard => Assert.Equal(published[Array.IndexOf(shards, shard)][^1].SequenceNumber, simulation.Watermarks[shard]));
        Assert.All(shards, shard => Assert.Contains(shard, simulation.Drained));
        Assert.Equal(0, simulation.Core.InFlightRecords);
        Assert.Equal(0, simulation.Core.InFlightBytes);
        Assert.Equal(900, simulation.Statistics.Events);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_watermark_is_the_contiguous_prefix_of_what_is_done(int seed)
    {
        var simulation = new DeliverySimulation(seed);
        var shard = new ShardState(new("stream", "shard"));
        var published = simulation.Publish(shard, 400, keys: 30, first: 1);

        // After any number of steps, as if the process died there.
        for (var pause = 0; pause < 200; pause++)
        {
            simulation.Run(most: 5);
            var prefix = published.TakeWhile(simulation.IsDone).LastOrDefault();
            if (simulation.Watermarks.TryGetValue(shard, out var watermark))
            {
                Assert.Equal(prefix?.SequenceNumber, watermark);
            }
            else
            {
                Assert.Null(prefix);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_in_flight_stays_within_the_budget(int seed)
    {
        var simulation = new DeliverySimulation(seed);
        for (var index = 0; index < 4; index++)
        {
            simulation.Publish(new(new("stream", $"shard-{index}")), 300, keys: 50, first: (ulong)(1 + (index * 1_000)));
        }

        simulation.Run();

        // One batch larger than the budget goes alone.
        Assert.InRange(simulation.MostRecordsInFlight, 1, Math.Max(simulation.RecordLimit, 20));
    }

    [Fact]
    public void A_seed_replays_a_run()
    {
        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));

        static string Run(int seed)
        {
            var simulation = new DeliverySimulation(seed);
            simulation.Publish(new(new("stream", "shard")), 200, keys: 10, first: 1);
            simulation.Run();
            return simulation.Log;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void An_abandoned_shard_acknowledges_nothing_more_and_the_next_reading_is_whole(int seed)
    {
        var simulation = new DeliverySimulation(seed, failureRate: 0);
        var lost = new ShardState(new("stream", "shard"));
        simulation.Publish(lost, 300, keys: 20, first: 1);
        simulation.Run(most: 120);
        var watermark = simulation.Watermarks.GetValueOrDefault(lost);
        simulation.Plan(simulation.Now, new DeliveryEvent.ShardAbandoned(lost));
        var again = new ShardState(lost.Id);
        var resumed = simulation.Publish(again, 300, keys: 20, first: 10_000);
        simulation.Run(most: 1);
        simulation.Run();

        Assert.Equal(watermark, simulation.Watermarks.GetValueOrDefault(lost));
        Assert.Equal(resumed[^1].SequenceNumber, simulation.Watermarks[again]);
        Assert.Equal(0, simulation.Core.InFlightRecords);
        for (var subscriber = 1; subscriber < simulation.Policies.Count; subscriber++)
        {
            var delivered = simulation.Delivered[subscriber].Values.SelectMany(list => list).ToHashSet();
            Assert.All(resumed.Where(record => record.Subscribers.Contains(subscriber)), record => Assert.Contains(record.SequenceNumber, delivered));
        }
    }

    [Fact]
    public void A_failure_policy_that_stops_leaves_the_watermark_before_the_record()
    {
        var core = Core(new());
        var shard = new ShardState(new("stream", "shard"));
        var commands = Arrive(core, shard, 5);
        var work = commands.OfType<DeliveryCommand.Run>().Single().Work;

        commands.Clear();
        core.Step(new DeliveryEvent.WorkCompleted(work, new(3, [new(2, new InvalidOperationException(), 5, FailureAction.Stop)])), default, commands);

        Assert.Equal(new SequenceNumber(2), shard.Watermark);
        Assert.Equal("handler", commands.OfType<DeliveryCommand.Halt>().Single().Subscriber);
        Assert.Empty(commands.OfType<DeliveryCommand.Run>());
        Assert.True(core.IsHalted);
    }

    [Fact]
    public void A_dead_letter_that_is_not_stored_yet_holds_its_lane_and_the_watermark()
    {
        var core = Core(new());
        var shard = new ShardState(new("stream", "shard"));
        var commands = Arrive(core, shard, 5);
        var work = commands.OfType<DeliveryCommand.Run>().Single().Work;

        commands.Clear();
        core.Step(new DeliveryEvent.WorkCompleted(work, new(1, [new(0, new InvalidOperationException(), 5, FailureAction.DeadLetter)])), default, commands);
        Assert.Null(shard.Watermark);
        Assert.Empty(commands.OfType<DeliveryCommand.Run>());
        Assert.Single(commands.OfType<DeliveryCommand.StoreDeadLetters>());

        commands.Clear();
        core.Step(new DeliveryEvent.DeadLettersStored(work), default, commands);
        Assert.Equal(new SequenceNumber(1), shard.Watermark);
        Assert.Equal(4, commands.OfType<DeliveryCommand.Run>().Single().Work.Records.Count);
    }

    [Fact]
    public void The_breaker_opens_before_the_dead_letter_that_is_one_too_many()
    {
        var core = Core(new() { ConsecutiveDeadLetters = 2 });
        var shard = new ShardState(new("stream", "shard"));
        var commands = Arrive(core, shard, 5);
        for (var record = 0; record < 2; record++)
        {
            var work = commands.OfType<DeliveryCommand.Run>().Single().Work;
            commands.Clear();
            core.Step(new DeliveryEvent.WorkCompleted(work, new(1, [new(0, new InvalidOperationException(), 5, FailureAction.DeadLetter)])), default, commands);
            commands.Clear();
            core.Step(new DeliveryEvent.DeadLettersStored(work), default, commands);
        }

        var last = commands.OfType<DeliveryCommand.Run>().Single().Work;
        commands.Clear();
        core.Step(new DeliveryEvent.WorkCompleted(last, new(1, [new(0, new InvalidOperationException(), 5, FailureAction.DeadLetter)])), default, commands);

        Assert.Empty(commands.OfType<DeliveryCommand.StoreDeadLetters>());
        Assert.Contains("more than 2 records in a row", commands.OfType<DeliveryCommand.Halt>().Single().Reason, StringComparison.Ordinal);
        Assert.Equal(new SequenceNumber(2), shard.Watermark);
    }

    [Fact]
    public void The_breaker_s_ratio_looks_at_its_window_only()
    {
        var breaker = new CircuitBreaker(new() { ConsecutiveDeadLetters = null, DeadLetterRatio = 0.5, MinimumRecords = 10, Window = TimeSpan.FromSeconds(60) });
        for (var record = 0; record < 9; record++)
        {
            Assert.Null(breaker.OnFailure(TimeSpan.FromSeconds(1)));
        }

        // A minute later they count no more.
        Assert.Null(breaker.OnFailure(TimeSpan.FromSeconds(70)));
        for (var record = 0; record < 8; record++)
        {
            Assert.Null(breaker.OnFailure(TimeSpan.FromSeconds(75)));
        }

        Assert.NotNull(breaker.OnFailure(TimeSpan.FromSeconds(80)));
    }

    private static DeliveryCore Core(CircuitBreakerOptions breaker) => new(
        [new("(all)", 1, 1, int.MaxValue, SpansLanes: false), new("handler", 1, 10, int.MaxValue, SpansLanes: false)],
        new(1_000_000, 1_000),
        breaker,
        new());

    private static List<DeliveryCommand> Arrive(DeliveryCore core, ShardState shard, int count)
    {
        var reservation = new Reservation(count, count);
        var batch = new BatchState(shard, reservation, null);
        for (var index = 0; index < count; index++)
        {
            batch.Records.Add(new()
            {
                Batch = batch,
                Index = index,
                SequenceNumber = new((ulong)index + 1),
                Operation = ChangeOperation.Insert,
                Subscribers = [1],
                SizeBytes = 1,
            });
        }

        var commands = new List<DeliveryCommand>();
        core.Step(new DeliveryEvent.RoomAsked(reservation), default, commands);
        core.Step(new DeliveryEvent.BatchArrived(batch), default, commands);
        return commands;
    }
}
