using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Tests.Worker;

/// <summary>A stream that is deleted, or deleted and created again, while the worker reads it.</summary>
public sealed class ReplacedStreamTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Recreated_stream_is_read_from_its_beginning_when_losses_are_skipped(bool isBusy)
    {
        var run = Reading(seed: 41, DataLossAction.Skip);
        if (isBusy)
            run.PutMany(run.Stream.Shards[0], 2000);
        run.Run(TimeSpan.FromSeconds(2));
        run.Stream.Recreate(2);
        var before = run.Delivered.Count;
        run.PutMany(run.Stream.Shards[0], 20);
        run.PutMany(run.Stream.Shards[1], 20);
        Assert.True(run.RunUntilFinished(10 * Minute));
        Assert.IsType<StreamReplacedException>(run.Failure);

        // The shell begins again.
        run.Settings = run.Settings with { IsRestart = true };
        run.Start();
        Assert.True(run.Run(10 * Minute, () => run.Stream.Shards.SelectMany(shard => shard.Records).All(record => run.Done.Contains(record.Number))));
        Assert.Equal(DataLossReason.Recreated, Assert.Single(run.Notices.OfType<WorkerNotice.DataLost>()).Loss.Reason);
        Assert.True(run.Delivered.Count >= before + 40);
    }

    [Theory]
    [InlineData(false, DataLossReason.Recreated)]
    [InlineData(true, DataLossReason.Deleted)]
    public void Replaced_stream_ends_the_source_with_the_loss_when_losses_fail(bool isDeleted, DataLossReason reason)
    {
        var run = Reading(seed: 42, DataLossAction.Fail);
        Replace(run, isDeleted);
        Assert.True(run.RunUntilFinished(10 * Minute));
        Assert.Equal(reason, Assert.IsType<KinesisDataLossException>(run.Failure).Loss.Reason);
        Assert.Equal(reason, Assert.Single(run.Notices.OfType<WorkerNotice.DataLost>()).Loss.Reason);
    }

    [Fact]
    public void Deleted_stream_is_waited_for_when_losses_are_skipped()
    {
        var run = Reading(seed: 43, DataLossAction.Skip);
        Replace(run, isDeleted: true);
        Assert.True(run.RunUntilFinished(10 * Minute));
        Assert.IsType<StreamReplacedException>(run.Failure);
        Assert.Contains(run.Notices, notice => notice is WorkerNotice.StreamReplaced { IsDeleted: true });
        run.Settings = run.Settings with { IsRestart = true };
        run.Start();
        run.Run(30 * Minute);
        Assert.False(run.IsFinished);
        run.Stream.Recreate(1);
        run.PutMany(run.Stream.Shards[0], 4);
        Assert.True(run.Run(Minute, () => run.Stream.Shards[0].Records.All(record => run.Done.Contains(record.Number))));
    }

    [Fact]
    public void Stream_that_never_existed_ends_the_source()
    {
        var run = new Simulation(seed: 44) { Stream = { IsDeleted = true } };
        run.Start();
        Assert.True(run.RunUntilFinished(Minute));
        Assert.Equal(KinesisErrorKind.NotFound, Assert.IsType<KinesisException>(run.Failure).Kind);
    }

    private static Simulation Reading(int seed, DataLossAction action)
    {
        var run = new Simulation(seed, new("stream") { OnDataLoss = action });
        run.PutMany(run.Stream.AddShard(), 10);
        run.Start();
        Assert.True(run.RunUntilAllDone(Minute));
        run.Run(Minute);
        return run;
    }

    private static void Replace(Simulation run, bool isDeleted)
    {
        if (isDeleted)
            run.Stream.IsDeleted = true;
        else
            run.Stream.Recreate(1);
    }
}
