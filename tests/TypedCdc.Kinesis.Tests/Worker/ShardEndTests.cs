using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Tests.Worker;

/// <summary>A shard is at its end only when the service confirms it; everything else is an answer that cannot be read.</summary>
public sealed class ShardEndTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public void Answer_without_an_iterator_does_not_end_an_open_shard(int malformed)
    {
        var run = new Simulation(seed: 31);
        var shard = run.Stream.AddShard();
        var remaining = malformed;
        run.Stream.Malforms = _ => run.Delivered.Count > 0 && remaining-- > 0;
        run.PutMany(shard, 5);
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        run.PutMany(shard, 337);
        Assert.True(run.RunUntilAllDone(TimeSpan.FromMinutes(20)));
        Assert.Equal(shard.Records.Select(record => record.Number), run.Delivered.Select(delivery => delivery.Number));
        Assert.Equal(malformed, run.Notices.OfType<WorkerNotice.EndNotConfirmed>().Count());
        Assert.DoesNotContain(run.Notices, notice => notice is WorkerNotice.ShardEnded);
        run.Run(TimeSpan.FromSeconds(10)); // a checkpoint
        Assert.False(Assert.Single(run.Stored).Value.IsEnded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Malformed_answer_does_not_end_a_closed_shard_with_records_left(int malformed)
    {
        // The listing confirms that the shard is closed, and there are still records to read.
        var run = new Simulation(seed: 37);
        var parent = run.Stream.AddShard();
        run.PutMany(parent, 50);
        run.PutMany(run.Stream.Split(parent).Left, 10);
        run.Stream.Malforms = _ => malformed-- > 0;
        run.Start();
        Assert.True(run.RunUntilAllDone(10 * Minute));
    }

    [Fact]
    public void Answer_without_an_iterator_says_nothing_of_the_tip()
    {
        // The answer claims to be at the tip, and the process dies before another one: what is stored must not claim that the shard is complete.
        var run = new Simulation(seed: 32, new("stream") { CheckpointInterval = TimeSpan.FromSeconds(1) });
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 20);
        run.Stream.Malforms = _ => true;
        run.Start();
        run.Run(10 * Minute);
        run.Crash();
        run.Stream.Malforms = null;
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
    }

    [Fact]
    public void Closed_shard_whose_children_are_not_named_ends_when_it_is_listed_as_closed()
    {
        var run = new Simulation(seed: 33);
        run.Stream.TellsChildren = false;
        var parent = run.Stream.AddShard();
        run.PutMany(parent, 50);
        var (left, _) = run.Stream.Split(parent);
        run.PutMany(left, 10);
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        Assert.Equal(parent.Id, Assert.Single(run.Notices.OfType<WorkerNotice.ShardEnded>()).Shard);
        Assert.DoesNotContain(run.Notices, notice => notice is WorkerNotice.EndNotConfirmed);
    }

    [Fact]
    public void Shard_that_has_left_retention_ends_when_its_children_are_listed()
    {
        var run = new Simulation(seed: 34);
        var parent = run.Stream.AddShard();
        run.PutMany(parent, 5);
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        run.Run(Minute);
        var (left, _) = run.Stream.Split(parent);
        run.Stream.Remove(parent);
        run.PutMany(left, 10);
        Assert.True(run.Run(10 * Minute, () => run.Delivered.Count == 15));
        Assert.Empty(run.Notices.OfType<WorkerNotice.DataLost>());
        Assert.Equal(parent.Id, Assert.Single(run.Notices.OfType<WorkerNotice.ShardEnded>()).Shard);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void End_that_was_stored_wrongly_is_revoked_at_the_start(bool hasCheckpoint)
    {
        var run = new Simulation(seed: 35);
        var shard = run.Stream.AddShard();
        run.PutMany(shard, hasCheckpoint ? 8 : 0);
        run.Start();
        run.Run(Minute);
        run.Crash();

        // What the released version stored after a malformed answer.
        var (key, progress) = Assert.Single(run.Stored);
        Assert.Equal(hasCheckpoint, progress.Checkpoint is not null);
        run.Stored[key] = progress with { CompleteUntil = ShardProgress.End };
        run.PutMany(shard, 342);

        // Dies as soon as it has found it out; by the next start the shard is closed, and nothing would show it any more.
        run.Start();
        Assert.True(run.Run(Minute, () => run.Stored[key].CompleteUntil == ShardProgress.Unknown));
        run.Crash();
        Assert.Equal(progress.Checkpoint, Assert.Single(run.Notices.OfType<WorkerNotice.EndRevoked>()).Checkpoint);
        run.Stream.Split(shard);
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        Assert.Equal(shard.Records.Select(record => record.Number), run.Delivered.Select(delivery => delivery.Number));
        Assert.Empty(run.Notices.OfType<WorkerNotice.DataLost>());
    }

    [Fact]
    public void Malformed_answer_is_no_proof_of_a_loss()
    {
        // A restart after almost the whole retention reads the checkpoint's own record again; a malformed answer then is not its absence.
        var run = new Simulation(seed: 36);
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 10);
        run.Start();
        run.Run(Minute);
        run.Stop();
        run.RunUntilFinished(Minute);
        run.Run(TimeSpan.FromHours(23.9));
        run.PutMany(shard, 3);
        var malformed = 3;
        run.Stream.Malforms = _ => malformed-- > 0;
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        Assert.Empty(run.Notices.OfType<WorkerNotice.DataLost>());
        Assert.Equal(13, run.Delivered.Count);
    }

    [Fact]
    public void Listing_that_leaves_out_open_shards_is_not_believed()
    {
        KinesisShard[] whole = [Shard("a", 0, UInt128.MaxValue / 2), Shard("b", (UInt128.MaxValue / 2) + 1, UInt128.MaxValue), Shard("closed", 0, UInt128.MaxValue) with { IsOpen = false }];
        Assert.Null(ShardListing.FindGap(whole));
        Assert.NotNull(ShardListing.FindGap([]));
        Assert.NotNull(ShardListing.FindGap(whole[..1]));
        Assert.NotNull(ShardListing.FindGap(whole[1..]));
        Assert.Null(ShardListing.FindGap([new KinesisShard("unknown", null, null, true)]));

        var worker = new StreamWorker(new("stream"), new Random(1));
        var commands = new List<WorkerCommand>();
        worker.Step(new WorkerEvent.Started(), default, commands);
        worker.Step(new WorkerEvent.StreamDescribed(new(VirtualClock.Origin, TimeSpan.FromHours(24))), default, commands);
        commands.Clear();
        worker.Step(new WorkerEvent.ShardsListed(whole[1..]), default, commands);
        Assert.Collection(
            commands,
            command => Assert.IsType<WorkerNotice.Retrying>(Assert.IsType<WorkerCommand.Report>(command).Notice),
            command => Assert.Equal(StreamTimer.List, Assert.IsType<WorkerCommand.DelayStream>(command).Timer));

        static KinesisShard Shard(string id, UInt128 start, UInt128 end) => new(id, null, null, true) { HashKeys = new(start, end) };
    }
}
