using TypedCdc.Delivery;

namespace TypedCdc.Tests.Delivery;

/// <summary>Records out of one KPL aggregate have one sequence number: a checkpoint that said it too early would lose the rest of them.</summary>
public class SharedSequenceNumberTests
{
    [Fact]
    public void The_watermark_reaches_a_shared_number_when_all_that_have_it_are_done()
    {
        var shard = new ShardState(new("stream", "shard"));
        var batch = new BatchState(shard, new(0, 5), null);
        var records = new ulong[] { 1, 2, 2, 2, 3 }.Select((number, ordinal) => new TrackedRecord
        {
            Batch = batch,
            SequenceNumber = new(number),
            Subscribers = [0],
            Ordinal = ordinal,
            Remaining = 1,
        }).ToList();
        records.ForEach(shard.Add);

        var seen = new List<SequenceNumber?>();
        foreach (var index in new[] { 0, 2, 1, 3, 4 })
        {
            records[index].Remaining = 0;
            shard.TryAdvance([]);
            seen.Add(shard.Watermark);
        }

        Assert.Equal([new(1), new(1), new(1), new(2), new(3)], seen.Select(watermark => watermark!.Value));
    }
}
