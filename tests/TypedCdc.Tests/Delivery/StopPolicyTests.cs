using TypedCdc.Delivery;

namespace TypedCdc.Tests.Delivery;

/// <summary>A function has nobody to stop: its shard is cut before the record that failed, and the answer says from where on it wants the records again.</summary>
public class StopPolicyTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_cut_shard_is_delivered_exactly_up_to_its_first_failure(int seed)
    {
        var simulation = new DeliverySimulation(seed, failureRate: 0.004, new(StopScope.Shard, HasDeadLetters: false));
        var shards = Enumerable.Range(0, 3).Select(index => new ShardState(new("stream", $"shard-{index}"))).ToArray();
        var published = shards.Select((shard, index) => simulation.Publish(shard, 120, keys: 20, first: (ulong)(1 + (index * 10_000)))).ToArray();
        simulation.Run();

        Assert.False(simulation.Core.IsHalted);
        Assert.Equal(0, simulation.Core.InFlightRecords);
        Assert.Empty(simulation.DeadLetters.SelectMany(letters => letters));
        for (var index = 0; index < shards.Length; index++)
        {
            var records = published[index];
            var first = records.FindIndex(simulation.Failed.Contains);
            var whole = records[..(first < 0 ? records.Count : first)];
            Assert.Equal(whole.Count, shards[index].AcknowledgedCount);
            Assert.Equal(whole.LastOrDefault()?.SequenceNumber, shards[index].Watermark);
            Assert.Contains(shards[index], simulation.Drained);
            for (var subscriber = 1; subscriber < simulation.Policies.Count; subscriber++)
            {
                var ofShard = records.Select(record => record.SequenceNumber).ToHashSet();
                var delivered = simulation.Delivered[subscriber].Values.Select(key => key.Where(ofShard.Contains).ToArray()).ToArray();
                Assert.All(delivered, key => Assert.Equal(key.Distinct().Order(), key));
                Assert.Superset(
                    whole.Where(record => record.Subscribers.Contains(subscriber)).Select(record => record.SequenceNumber).ToHashSet(),
                    delivered.SelectMany(key => key).ToHashSet());
            }
        }
    }

    [Fact]
    public void The_seeds_cut_some_shards_and_spare_others()
    {
        // Or the test above would prove nothing.
        var cut = 0;
        var spared = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var simulation = new DeliverySimulation(seed, failureRate: 0.004, new(StopScope.Shard, HasDeadLetters: false));
            var shard = new ShardState(new("stream", "shard"));
            simulation.Publish(shard, 60, keys: 20, first: 1);
            simulation.Run();
            cut += shard.AcknowledgedCount < 60 ? 1 : 0;
            spared += shard.AcknowledgedCount == 60 ? 1 : 0;
        }

        Assert.InRange(cut, 3, 17);
        Assert.InRange(spared, 3, 17);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void With_a_store_a_cut_shard_has_nothing_to_cut(int seed)
    {
        var simulation = new DeliverySimulation(seed, failureRate: 0.05, new(StopScope.Shard, HasDeadLetters: true));
        var shard = new ShardState(new("stream", "shard"));
        simulation.Publish(shard, 120, keys: 20, first: 1);
        simulation.Run();

        Assert.Equal(120, shard.AcknowledgedCount);
        Assert.NotEmpty(simulation.DeadLetters.SelectMany(letters => letters));
    }
}
