using TypedCdc.Hosting;
using TypedCdc.Kinesis;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Simulation;

/// <summary>What can happen to a fleet, one thing at a time. The invariants are checked at every step of each.</summary>
public sealed class ScenarioTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Killed_worker_is_taken_over_within_the_bound_and_replayed_from_its_checkpoint(int seed)
    {
        var world = Started(seed, workers: 2, shards: 4);
        foreach (var shard in world.Stream.Shards)
            world.Put(shard, 100);
        Assert.True(world.RunUntilAllHandled(Minute));
        world.Run(10 * Second);
        var killed = world.Workers[0];
        var lost = killed.Held.ToList();
        Assert.NotEmpty(lost);
        killed.Kill();
        var at = world.Now;
        Assert.True(world.Run(Minute, () => lost.All(world.Workers[1].Held.Contains)));
        Assert.True(world.Now - at <= 15 * Second, $"Taken over after {world.Now - at}.");
        world.Run(5 * Second);
        Assert.Equal(0, world.Oracle.Duplicates); // all of it was stored
    }

    [Fact]
    public void Paused_worker_loses_its_leases_and_stores_nothing_afterwards()
    {
        var world = Started(4, workers: 2, shards: 2);
        world.Run(5 * Second);
        var paused = world.Workers[0];
        foreach (var shard in world.Stream.Shards)
            world.Put(shard, 500);
        world.Run(Second);
        var held = paused.Held.ToList();
        paused.Pause();
        world.Run(30 * Second);
        Assert.All(held, key => Assert.Contains(key, world.Workers[1].Held));
        paused.Resume();
        Assert.Equal(held.Order(StringComparer.Ordinal), paused.Notices.OfType<WorkerNotice.LeaseLost>().Select(lost => lost.Key).Order(StringComparer.Ordinal));
        Assert.True(world.RunUntilAllHandled(Minute));
    }

    [Fact]
    public void Graceful_stop_hands_over_in_less_than_two_seconds_without_a_duplicate()
    {
        var world = Started(5, workers: 2, shards: 6);
        for (var second = 0; second < 60; second++)
        {
            world.At(TimeSpan.FromSeconds(second), () =>
            {
                foreach (var shard in world.Stream.Shards)
                    world.Put(shard, 20);
            });
        }

        world.Run(20 * Second);
        var duplicates = world.Oracle.Duplicates; // of the steals at the start
        var at = world.Now;
        world.Workers[0].Stop();
        Assert.True(world.Run(Minute, () => world.Workers[1].Held.Count() == 6));
        Assert.True(world.Now - at < 2 * Second, $"Handed over after {world.Now - at}.");
        Assert.True(world.RunUntilAllHandled(2 * Minute));
        Assert.Equal(duplicates, world.Oracle.Duplicates);
    }

    [Fact]
    public void Leases_are_shared_evenly_and_then_stay_where_they_are()
    {
        var world = Started(6, workers: 1, shards: 10);
        world.Run(10 * Second);
        Assert.Equal(10, world.Workers[0].Held.Count());
        world.StartWorker();
        world.StartWorker();
        world.Run(Minute);
        Assert.All(world.Workers, worker => Assert.InRange(worker.Held.Count(), 2, 4));
        Assert.Equal(10, world.Workers.Sum(worker => worker.Held.Count()));
        var takes = Takes(world);
        world.Run(30 * Minute);
        Assert.Equal(takes, Takes(world));
        // One at a time: 6 leases moved, with 6 steals.
        Assert.InRange(world.Workers.SelectMany(worker => worker.Notices).OfType<WorkerNotice.LeaseTaken>().Count(taken => taken.Reason == LeaseTakeReason.Steal), 6, 8);

        static int Takes(World world) => world.Workers.SelectMany(worker => worker.Notices).Count(notice => notice is WorkerNotice.LeaseTaken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whole_lineage_of_reshards_is_consumed(bool tellsChildren)
    {
        var world = Started(7, workers: 2, shards: 2);
        world.Stream.TellsChildren = tellsChildren;
        var (one, other) = (world.Stream.Shards[0], world.Stream.Shards[1]);
        world.Put(one, 10);
        world.Put(other, 3000); // the slow parent
        var merged = world.Stream.Merge(one, other);
        world.Put(merged, 50);
        var (left, right) = world.Stream.Split(merged); // two reshards in a row; merged is closed when it is found
        world.Stream.Split(left);                       // an empty parent
        world.Put(right, 10);
        foreach (var shard in world.Stream.Shards.Where(shard => shard.IsOpen))
            world.Put(shard, 20);
        Assert.True(world.RunUntilAllHandled(10 * Minute));
        world.Run(2 * Minute);
        // What has ended, and whose children have begun, is removed from the table; the rest are the open shards and the parents of those without a record.
        Assert.DoesNotContain(world.Table.Rows, row => row.Key == one.Id || row.Key == other.Id);
        Assert.Equal(
            world.Stream.Shards.Where(shard => shard.IsOpen).Select(shard => shard.Id),
            world.Table.Rows.Where(row => !row.Checkpoint.IsEnd).Select(row => row.Key));
        Assert.DoesNotContain(world.Workers.SelectMany(worker => worker.Notices), notice => notice is WorkerNotice.LeasesRepaired);
        Assert.Equal(0, world.Oracle.Duplicates);
    }

    [Fact]
    public void Worker_that_is_cut_off_from_the_table_fences_itself_and_is_taken_over()
    {
        var world = Started(8, workers: 2, shards: 2);
        world.Run(5 * Second);
        var cut = world.Workers[0];
        var held = cut.Held.ToList();
        cut.IsCutFromTable = true;
        var at = world.Now;
        Assert.True(world.Run(Minute, () => !cut.Held.Any()));
        Assert.True(world.Now - at <= world.FailoverTime);
        Assert.All(cut.Notices.OfType<WorkerNotice.LeaseLost>(), lost => Assert.Equal(LeaseLossReason.Expired, lost.Reason));
        Assert.Contains(cut.Notices, notice => notice is WorkerNotice.LeaseTableFailed);
        Assert.True(world.Run(Minute, () => held.All(world.Workers[1].Held.Contains)));
        cut.IsCutFromTable = false;
        Assert.True(world.Run(Minute, () => cut.Held.Count() == 1));
    }

    [Fact]
    public void Worker_that_is_cut_off_from_Kinesis_keeps_its_leases_and_reports_it()
    {
        var world = Started(9, workers: 2, shards: 2);
        world.Run(5 * Second);
        var cut = world.Workers[0];
        var held = cut.Held.ToList();
        cut.IsCutFromKinesis = true;
        foreach (var shard in world.Stream.Shards)
            world.Put(shard, 10);
        world.Run(2 * Minute);
        Assert.Equal(held, cut.Held);
        Assert.Contains(cut.Notices, notice => notice is WorkerNotice.Retrying);
        cut.IsCutFromKinesis = false;
        Assert.True(world.RunUntilAllHandled(Minute));
    }

    [Fact]
    public void Answers_that_are_lost_cost_no_lease()
    {
        var world = Started(10, workers: 2, shards: 4);
        world.Run(5 * Second);
        var turns = new Dictionary<string, int>(StringComparer.Ordinal);
        world.Table.Fails = (_, command) => command is WorkerCommand.WriteLease write && (turns[write.Seen.Key] = turns.GetValueOrDefault(write.Seen.Key) + 1) % 3 == 0 ? TableFault.AnswerLost : null;
        for (var second = 0; second < 60; second++)
            world.At(TimeSpan.FromSeconds(second), () => world.Put(world.Stream.Shards[0], 5));
        world.Run(2 * Minute);
        Assert.DoesNotContain(world.Workers.SelectMany(worker => worker.Notices), notice => notice is WorkerNotice.LeaseLost);
        Assert.True(world.RunUntilAllHandled(Minute));
    }

    [Fact]
    public void Throttled_table_delays_and_loses_nothing()
    {
        var world = Started(11, workers: 2, shards: 4);
        world.Run(5 * Second);
        world.Table.Fails = (_, _) => world.Random.Next(3) == 0 ? TableFault.Throttled : null;
        foreach (var shard in world.Stream.Shards)
            world.Put(shard, 200);
        world.Run(5 * Minute);
        Assert.DoesNotContain(world.Workers.SelectMany(worker => worker.Notices), notice => notice is WorkerNotice.LeaseLost);
        Assert.True(world.Oracle.IsAllHandled);
    }

    [Fact]
    public void Deleted_lease_is_noticed_and_created_again_loudly()
    {
        var world = Started(12, workers: 2, shards: 2);
        world.Put(world.Stream.Shards[0], 30);
        Assert.True(world.RunUntilAllHandled(Minute));
        world.Run(10 * Second);
        var key = world.Stream.Shards[0].Id;
        var owner = world.Workers.Single(worker => worker.Held.Contains(key));
        world.Table.Delete(key);
        world.Put(world.Stream.Shards[0], 5);
        Assert.True(world.Run(3 * Minute, () => world.Workers.SelectMany(worker => worker.Notices).Any(notice => notice is WorkerNotice.LeasesRepaired)));
        Assert.True(world.RunUntilAllHandled(Minute));
        world.Run(20 * Second);
        Assert.True(world.Table.Find(key)!.Checkpoint.HasBegun);
        Assert.Contains(owner.Notices, notice => notice is WorkerNotice.LeaseLost { Reason: LeaseLossReason.Deleted });
        Assert.Contains(world.Workers.SelectMany(worker => worker.Notices), notice => notice is WorkerNotice.LeasesRepaired repaired && repaired.Keys.Contains(key));
    }

    [Fact]
    public void Clocks_that_are_an_hour_wrong_have_no_effect()
    {
        var world = Started(13, workers: 3, shards: 6);
        world.Workers[0].WallOffset = TimeSpan.FromHours(1);
        world.Workers[1].WallOffset = TimeSpan.FromHours(-1);
        world.Run(Minute);
        foreach (var shard in world.Stream.Shards)
            world.Put(shard, 100);
        Assert.True(world.RunUntilAllHandled(Minute));
        world.Run(10 * Minute);
        Assert.All(world.Workers, worker => Assert.Equal(2, worker.Held.Count()));
        Assert.DoesNotContain(world.Workers.SelectMany(worker => worker.Notices), notice => notice is WorkerNotice.LeaseTaken { Reason: LeaseTakeReason.Expired });
    }

    [Fact]
    public void Slow_sink_bounds_the_memory_and_keeps_the_leases()
    {
        var world = Started(14, workers: 1, shards: 4);
        foreach (var shard in world.Stream.Shards)
            world.Put(shard, 20_000);
        world.Run(2 * Second);
        world.Workers[0].IsSinkDown = true;
        world.Run(20 * Minute);
        Assert.Equal(4, world.Workers[0].Held.Count());
        Assert.True(world.Workers[0].LargestPrefetch <= world.Settings.PrefetchBytes);
        world.Workers[0].IsSinkDown = false;
        Assert.True(world.RunUntilAllHandled(20 * Minute));
        Assert.Equal(0, world.Oracle.Duplicates);
    }

    [Fact]
    public void Latest_is_decided_once_for_the_whole_fleet()
    {
        var world = new World(15, Settings() with { Start = ShardPosition.Latest });
        var shard = world.Stream.AddShard();
        world.Put(shard, 20);
        world.Oracle.NotToBeRead.UnionWith(shard.Records.Select(record => record.Number));
        world.Run(Minute);
        world.StartWorker();
        world.Run(5 * Second);
        world.Workers[0].Kill(); // before any checkpoint
        world.Put(shard, 7);
        world.Run(Minute);
        world.StartWorker();
        Assert.True(world.RunUntilAllHandled(Minute));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Table_of_another_implementation_is_taken_over_and_a_record_that_may_be_half_done_is_read_again(int subSequenceNumber)
    {
        var world = new World(16);
        var shard = world.Stream.AddShard();
        world.Put(shard, 20);
        world.Oracle.NotToBeRead.UnionWith(shard.Records.Take(9).Select(record => record.Number));
        var checkpoint = shard.Records[9].Number;
        world.Table.Write(new(shard.Id) { Owner = "java-worker", Counter = 812, Checkpoint = LeaseCheckpoint.After(checkpoint), CheckpointSubSequenceNumber = subSequenceNumber, OwnerSwitches = 3 });
        var worker = world.StartWorker();
        Assert.True(world.RunUntilAllHandled(Minute)); // the record at the checkpoint too
        Assert.Equal(ShardPosition.At(checkpoint), worker.Begun[0].Position);
        world.Run(10 * Second);
        var row = world.Table.Find(shard.Id)!;
        Assert.Equal((LeaseCheckpoint.After(shard.Records[^1].Number), 0, 0), (row.Checkpoint, row.CheckpointSubSequenceNumber, row.OwnerSwitches));
        Assert.True(row.Counter > 812);
    }

    [Fact]
    public void Table_of_a_native_fleet_is_refused_at_the_start_and_no_more_taken_from_when_it_becomes_one()
    {
        var world = new World(17);
        world.Stream.AddShard();
        world.Table.Refusal = "KCL 3";
        var refused = world.StartWorker();
        Assert.True(world.Run(Minute, () => refused.IsFinished));
        Assert.Equal("KCL 3", Assert.IsType<CdcConfigurationException>(refused.Failure).Message);
        Assert.Empty(world.Table.Rows);

        world.Table.Refusal = null;
        world.Stream.AddShard();
        var one = world.StartWorker();
        Assert.True(world.Run(Minute, () => one.Held.Count() == 2));
        world.Table.Refusal = "KCL 3";
        world.Run(10 * Second);
        Assert.Contains(one.Notices, notice => notice is WorkerNotice.TakingRefused);
        world.Stream.AddShard();
        world.Run(2 * Minute);
        Assert.Equal(2, one.Held.Count());  // it keeps what it has, and takes nothing more
        Assert.Equal(2, world.Table.Rows.Count);
    }

    [Theory]
    [InlineData(DataLossAction.Fail)]
    [InlineData(DataLossAction.Skip)]
    public void Stream_that_was_recreated_uses_no_old_checkpoint(DataLossAction action)
    {
        var world = Started(18, workers: 2, shards: 2, Settings() with { OnDataLoss = action });
        world.Put(world.Stream.Shards[0], 10);
        Assert.True(world.RunUntilAllHandled(Minute));
        world.Run(10 * Second);
        foreach (var worker in world.Workers)
            worker.Stop();
        Assert.True(world.Run(Minute, () => !world.Alive.Any()));
        world.Run(Second);
        world.Stream.Recreate(1);
        world.Oracle.Forget();
        world.Put(world.Stream.Shards[0], 4);
        var again = world.StartWorker();
        if (action == DataLossAction.Fail)
        {
            Assert.True(world.Run(Minute, () => again.IsFinished));
            Assert.Equal(DataLossReason.Recreated, Assert.IsType<KinesisDataLossException>(again.Failure).Loss.Reason);
            return;
        }

        Assert.True(world.RunUntilAllHandled(Minute));
        Assert.Equal(DataLossReason.Recreated, Assert.Single(again.Notices.OfType<WorkerNotice.DataLost>()).Loss.Reason);
        Assert.Equal(world.Stream.Shards.Select(shard => shard.Id), world.Table.Rows.Select(row => row.Key));
    }

    [Fact]
    public void Expired_iterator_and_throttled_reads_keep_the_lease_and_leave_no_gap()
    {
        var world = Started(19, workers: 1, shards: 1);
        var shard = world.Stream.Shards[0];
        world.Put(shard, 50);
        world.Run(5 * Second);
        world.Workers[0].IsSinkDown = true;
        world.Put(shard, 4000);
        world.Run(12 * Minute); // iterators live for five
        world.Workers[0].IsSinkDown = false;
        world.Stream.ReadsPerSecond = 1;
        Assert.True(world.RunUntilAllHandled(10 * Minute));
        Assert.Equal(0, world.Oracle.Duplicates);
        Assert.DoesNotContain(world.Workers[0].Notices, notice => notice is WorkerNotice.LeaseLost);
    }

    private static WorkerSettings Settings() => new("stream") { IdleDelay = Second, ShardListInterval = 30 * Second };

    private static World Started(int seed, int workers, int shards, WorkerSettings? settings = null)
    {
        var world = new World(seed, settings ?? Settings());
        for (; shards > 0; shards--)
            world.Stream.AddShard();
        for (; workers > 0; workers--)
            world.StartWorker();
        world.Run(TimeSpan.FromSeconds(10));
        world.Workers.ForEach(worker => worker.Notices.Clear());
        return world;
    }
}
