using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Tests.Worker;

/// <summary>Single behaviours of the worker, on virtual time. "Peer bug N" are the numbered failures of other systems that must not be ours.</summary>
public sealed class StreamWorkerTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Iterator_that_expires_while_the_pipeline_is_full_is_renewed_after_the_last_fetched_record()
    {
        // Peer bug 3: a sink that stalls loses nothing.
        var run = new Simulation(seed: 7);
        var shard = run.Stream.AddShard();
        var isDown = true;
        run.PipelineIsDown = () => isDown;
        run.PutMany(shard, 400);
        run.Start();
        run.Run(TimeSpan.FromMinutes(30));
        run.PutMany(shard, 100);
        isDown = false;
        Assert.True(run.RunUntilAllDone(Minute));
        Assert.Equal(shard.Records.Select(record => record.Number), run.Delivered.Select(delivery => delivery.Number));
        var positions = run.Commands.OfType<WorkerCommand.GetIterator>().Select(get => get.Position).ToList();
        Assert.Equal([ShardPosition.TrimHorizon, ShardPosition.After(shard.Records[399].Number)], positions);
    }

    [Fact]
    public void Restart_after_a_reshard_redelivers_nothing()
    {
        // Peer bug 2: others replay the closed parent's last batch over newer rows of the child.
        var run = new Simulation(seed: 8);
        var parent = run.Stream.AddShard();
        run.PutMany(parent, 50);
        var (left, right) = run.Stream.Split(parent);
        run.PutMany(left, 10);
        run.PutMany(right, 10);
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        run.Run(Minute);
        run.Stop();
        Assert.True(run.RunUntilFinished(Minute));
        for (var restart = 0; restart < 3; restart++)
        {
            run.Start();
            run.Run(Minute);
            run.Crash();
        }

        Assert.Equal(70, run.Delivered.Count);
        Assert.DoesNotContain(run.Notices.OfType<WorkerNotice.ShardBegun>().Skip(3), begun => begun.Shard == parent.Id);
    }

    [Fact]
    public void Child_starts_at_the_oldest_record_and_only_when_both_parents_are_done()
    {
        // Peer bug 24: a closed shard that is partly read is not finished, and a child does not start at LATEST, whatever the start position was.
        var run = new Simulation(seed: 9, new("stream") { Start = ShardPosition.Latest });
        var one = run.Stream.AddShard();
        var other = run.Stream.AddShard();
        run.Start();
        run.Run(Minute);
        run.PutMany(one, 5);
        run.PutMany(other, 3000);
        var child = run.Stream.Merge(one, other);
        run.PutMany(child, 20);
        Assert.True(run.RunUntilAllDone(TimeSpan.FromMinutes(10)));
        var firstOfChild = run.Delivered.FindIndex(delivery => delivery.Shard == child.Id);
        Assert.Equal(3005, firstOfChild);
        Assert.Contains(run.Commands, command => command is WorkerCommand.GetIterator get && get.Shard == child.Id && get.Position == ShardPosition.TrimHorizon);
    }

    [Fact]
    public void Stop_under_load_drains_and_a_second_run_repeats_nothing()
    {
        // Peer bug 16: a stop is not only looked at when idle.
        var run = new Simulation(seed: 10);
        var shard = run.Stream.AddShard();
        for (var second = 0; second < 300; second++)
            run.At(TimeSpan.FromSeconds(second), () => run.PutMany(shard, 200));
        run.Start();
        run.Run(TimeSpan.FromSeconds(30));
        run.Stop();
        var asked = run.Clock.Elapsed;
        Assert.True(run.RunUntilFinished(TimeSpan.FromSeconds(30)));
        Assert.True(run.Clock.Elapsed - asked < TimeSpan.FromSeconds(15), "It read on.");
        Assert.Null(run.Failure);
        Assert.Equal(run.Delivered.Select(delivery => delivery.Number), run.Done.Order());
        run.Start();
        Assert.True(run.Run(TimeSpan.FromMinutes(10), () => run.Done.Count == 60_000));
        Assert.Equal(60_000, run.Delivered.Count);
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(1, 10)]
    [InlineData(2, 15)]
    public void Every_documented_start_position_begins_where_it_says(int start, int expected)
    {
        // Peer bug 26.
        var settings = new WorkerSettings("stream")
        {
            Start = start switch { 0 => ShardPosition.TrimHorizon, 1 => ShardPosition.Latest, _ => ShardPosition.AtTimestamp(VirtualClock.Origin + 2 * Minute) },
        };
        var run = new Simulation(seed: 11, settings);
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 15);
        if (start == 2)
            run.BeginBehindWhatIsThere();
        run.Run(3 * Minute);
        run.PutMany(shard, 5);
        if (start == 1)
            run.BeginBehindWhatIsThere();
        run.Start();
        run.Run(Minute);
        run.PutMany(shard, 10);
        run.Run(Minute);
        Assert.Equal(shard.Records.Select(record => record.Number).TakeLast(expected), run.Delivered.Select(delivery => delivery.Number));
    }

    [Fact]
    public void Latest_is_decided_once_and_what_arrives_while_nobody_reads_is_read_later()
    {
        var run = new Simulation(seed: 12, new("stream") { Start = ShardPosition.Latest });
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 5);
        run.BeginBehindWhatIsThere();
        run.Run(Minute);
        run.Start();
        run.Run(Minute);
        run.Crash();
        run.Run(10 * Minute);
        run.PutMany(shard, 7);
        run.Start();
        run.Run(Minute);
        Assert.Equal(shard.Records.Select(record => record.Number).TakeLast(7), run.Delivered.Select(delivery => delivery.Number));
    }

    [Fact]
    public void Latest_whose_iterator_expired_before_the_first_record_leaves_nothing_out()
    {
        var run = new Simulation(seed: 13, new("stream") { Start = ShardPosition.Latest });
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 5);
        run.BeginBehindWhatIsThere();
        var isOut = false;
        run.Stream.Fails = (operation, _) => isOut && operation == "GetRecords" ? KinesisErrorKind.Transient : null;
        run.Run(Minute);
        run.Start();
        run.Run(Minute);
        isOut = true;
        run.PutMany(shard, 7);
        run.Run(10 * Minute);
        isOut = false;
        run.Run(Minute);
        Assert.Equal(shard.Records.Select(record => record.Number).TakeLast(7), run.Delivered.Select(delivery => delivery.Number));
    }

    [Fact]
    public void Checkpoint_that_was_trimmed_with_unread_records_behind_it_stops_the_source()
    {
        var run = Trimmed(DataLossAction.Fail, out _);
        Assert.True(run.RunUntilFinished(Minute));
        var loss = Assert.IsType<KinesisDataLossException>(run.Failure).Loss;
        Assert.Equal(DataLossReason.Trimmed, loss.Reason);
        Assert.Single(run.Notices.OfType<WorkerNotice.DataLost>());
        Assert.Equal(10, run.Delivered.Count);
    }

    [Fact]
    public void Checkpoint_that_was_trimmed_is_skipped_loudly_when_asked_to()
    {
        var run = Trimmed(DataLossAction.Skip, out var shard);
        run.Run(Minute);
        Assert.False(run.IsFinished);
        Assert.Single(run.Notices.OfType<WorkerNotice.DataLost>());
        Assert.Equal(shard.Records.Skip(shard.FirstKept).Select(record => record.Number), run.Delivered.Skip(10).Select(delivery => delivery.Number));
    }

    [Fact]
    public void Idle_shard_whose_checkpoint_was_trimmed_while_it_was_read_lost_nothing()
    {
        var run = new Simulation(seed: 15);
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 10);
        run.Start();
        run.Run(TimeSpan.FromHours(30));
        run.Stream.Trim();
        Assert.Equal(10, shard.FirstKept);
        run.Crash();
        run.PutMany(shard, 3);
        run.Start();
        run.Run(Minute);
        Assert.Empty(run.Notices.OfType<WorkerNotice.DataLost>());
        Assert.Equal(13, run.Delivered.Count);
    }

    [Fact]
    public void Old_checkpoint_that_is_still_there_proves_that_nothing_is_gone_and_is_not_delivered_again()
    {
        var run = new Simulation(seed: 21);
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 10);
        run.Start();
        run.Run(Minute);
        run.Stop();
        run.RunUntilFinished(Minute);
        run.Run(TimeSpan.FromHours(23.9));
        run.PutMany(shard, 3);
        run.Stream.Trim();
        Assert.Equal(0, shard.FirstKept);
        run.Start();
        run.Run(Minute);
        Assert.Contains(run.Commands, command => command is WorkerCommand.GetIterator get && get.Position == ShardPosition.At(shard.Records[9].Number));
        Assert.Empty(run.Notices.OfType<WorkerNotice.DataLost>());
        Assert.Equal(shard.Records.Select(record => record.Number), run.Delivered.Select(delivery => delivery.Number));
    }

    [Fact]
    public void Closed_shard_whose_last_records_were_given_up_at_a_stop_is_read_again()
    {
        var run = new Simulation(seed: 22);
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 100);
        run.Stream.Split(shard);
        var isDown = false;
        run.PipelineIsDown = () => isDown;
        run.At(TimeSpan.FromMilliseconds(500), () => isDown = run.Delivered.Count > 0);
        run.Start();
        Assert.True(run.Run(Minute, () => isDown || run.Delivered.Count == 100));
        isDown = true;
        run.Stop();
        Assert.True(run.RunUntilFinished(Minute));
        Assert.NotEqual(100, run.Done.Count);
        Assert.All(run.Stored.Values, progress => Assert.False(progress.IsEnded));
        isDown = false;
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
    }

    [Fact]
    public void Stream_that_was_made_again_uses_no_old_checkpoint()
    {
        var run = new Simulation(seed: 16);
        run.PutMany(run.Stream.AddShard(), 10);
        run.Start();
        run.Run(Minute);
        run.Stop();
        run.RunUntilFinished(Minute);
        run.Stream.Recreate(1);
        run.PutMany(run.Stream.Shards[0], 4);
        run.Start();
        Assert.True(run.RunUntilFinished(Minute));
        Assert.Equal(DataLossReason.Recreated, Assert.IsType<KinesisDataLossException>(run.Failure).Loss.Reason);

        run.Settings = run.Settings with { OnDataLoss = DataLossAction.Skip };
        run.Start();
        run.Run(Minute);
        Assert.Equal(run.Stream.Shards[0].Records.Select(record => record.Number), run.Delivered.Skip(10).Select(delivery => delivery.Number));
    }

    [Fact]
    public void Throttled_shard_backs_off_and_loses_nothing()
    {
        var run = new Simulation(seed: 17);
        var shard = run.Stream.AddShard();
        run.Stream.ReadsPerSecond = 1;
        run.PutMany(shard, 500);
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        var refusals = 0;
        run.Stream.Fails = (operation, _) => operation == "GetRecords" && ++refusals > 0 ? KinesisErrorKind.Throttled : null;
        run.Run(10 * Minute);
        // Delays grow to 5–10 s: far fewer attempts than the five a second that it could make.
        Assert.InRange(refusals, 50, 150);
        run.Stream.Fails = null;
        run.PutMany(shard, 5);
        Assert.True(run.RunUntilAllDone(Minute));
        Assert.Equal(505, run.Delivered.Count);
    }

    [Fact]
    public void No_shard_is_read_more_than_five_times_a_second()
    {
        var run = new Simulation(seed: 18) { MaximumLatency = TimeSpan.FromMilliseconds(1) };
        var shard = run.Stream.AddShard();
        for (var tick = 0; tick < 600; tick++)
            run.At(TimeSpan.FromMilliseconds(100 * tick), () => run.PutMany(shard, 3));
        run.Start();
        run.Run(2 * Minute);
        Assert.Equal(0, shard.Throttled);
        Assert.Equal(1800, run.Delivered.Count);
    }

    [Fact]
    public void Denied_access_stops_the_source_and_stores_what_is_done()
    {
        var run = new Simulation(seed: 19);
        var shard = run.Stream.AddShard();
        run.PutMany(shard, 20);
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        run.Stream.Fails = (operation, _) => operation == "GetRecords" ? KinesisErrorKind.Permanent : null;
        Assert.True(run.RunUntilFinished(Minute));
        Assert.Equal(KinesisErrorKind.Permanent, Assert.IsType<KinesisException>(run.Failure).Kind);
        Assert.Equal(shard.Records[^1].Number, Assert.Single(run.Stored).Value.Checkpoint);
    }

    [Fact]
    public void Checkpoint_store_that_fails_at_a_stop_is_tried_again_and_then_said()
    {
        var run = new Simulation(seed: 20);
        run.PutMany(run.Stream.AddShard(), 20);
        run.WriteFails = static () => true;
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        run.Stop();
        Assert.True(run.RunUntilFinished(Minute));
        Assert.IsType<IOException>(run.Failure);
        Assert.Empty(run.Stored);
    }

    private static Simulation Trimmed(DataLossAction action, out FakeShard shard)
    {
        var run = new Simulation(seed: 14, new("stream") { OnDataLoss = action });
        shard = run.Stream.AddShard();
        run.PutMany(shard, 10);
        run.Start();
        run.Run(Minute);
        run.Stop();
        run.RunUntilFinished(Minute);
        run.Run(TimeSpan.FromHours(1));
        run.PutMany(shard, 10);
        run.Run(TimeSpan.FromHours(25));
        run.PutMany(shard, 10);
        run.Stream.Trim();
        Assert.Equal(20, shard.FirstKept);
        run.Start();
        return run;
    }
}
