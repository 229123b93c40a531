using System.Diagnostics;

namespace TypedCdc.Kinesis.Worker;

/// <summary>The half of a worker that stores how far shards were read, ends them, and stops.</summary>
internal sealed partial class StreamWorker
{
    private const int StoreAttempts = 5;

    private bool _isStopping;
    private bool _isFinished;
    private Exception? _failure;     // why it stops; null when it was asked to

    private void OnCheckpointDue(IReadOnlyDictionary<string, SequenceNumber> watermarks, List<WorkerCommand> commands)
    {
        foreach (var entry in _shards.Values)
        {
            if (entry.Reader is not { } reader || entry.Status != ShardStatus.Reading || entry.Storing is not null)
            {
                continue;
            }

            var progress = reader.Advance(watermarks.TryGetValue(entry.Shard.ShardId, out var watermark) ? watermark : null);
            if (progress.Checkpoint != entry.Stored.Checkpoint || MovedEnough(entry.Stored.CompleteUntil, progress.CompleteUntil))
            {
                Store(entry, progress, commands);
            }
        }

        commands.Add(new WorkerCommand.DelayCheckpoint(Settings.CheckpointInterval));

        static bool MovedEnough(DateTimeOffset? stored, DateTimeOffset? now) => now is not null && (stored is null || now - stored >= IdleStoreSpacing);
    }

    private void OnDrained(ShardEntry entry, WorkerEvent.Drained drained, List<WorkerCommand> commands)
    {
        var reader = entry.Reader!;
        var progress = reader.Advance(drained.Watermark);
        if (!drained.IsComplete)
        {
            commands.Add(new WorkerCommand.Report(new WorkerNotice.NotDrained(entry.Shard.ShardId)));
        }
        else if (reader.IsAtEnd)
        {
            progress = progress with { CompleteUntil = ShardProgress.End };
        }

        reader.Stop();
        entry.Status = ShardStatus.Closing;
        entry.Final = progress;
        Store(entry, commands);
    }

    /// <summary>Stores what must be stored before the shard's status changes; once that is stored, changes it.</summary>
    private void Store(ShardEntry entry, List<WorkerCommand> commands)
    {
        // One write a shard at a time: what is under way comes back here.
        if (entry.Storing is null)
        {
            Store(entry, entry.Final!.Value, commands);
        }
    }

    private void Store(ShardEntry entry, ShardProgress progress, List<WorkerCommand> commands)
    {
        Debug.Assert(entry.Storing is null, "One write a shard is outstanding at a time.");
        entry.Storing = progress;
        commands.Add(new WorkerCommand.WriteProgress(Stream!.CreatedAt, entry.Shard.ShardId, progress));
    }

    private void OnStored(ShardEntry entry, WorkerTime now, List<WorkerCommand> commands)
    {
        entry.Stored = entry.Storing!.Value;
        entry.Storing = null;
        entry.StoreFailures = 0;
        if (entry.Final is not { } final)
        {
            return;
        }

        if (final != entry.Stored)
        {
            Store(entry, commands);
        }
        else if (entry.Status == ShardStatus.Beginning)
        {
            entry.Final = null;
            entry.Status = entry.Stored.IsEnded ? ShardStatus.Ended : ShardStatus.WaitingForParents;
            StartReady(now, commands);
        }
        else
        {
            Close(entry, now, commands);
        }
    }

    private void OnNotStored(ShardEntry entry, Exception exception, List<WorkerCommand> commands)
    {
        entry.Storing = null;
        if (entry.StoreFailures++ == 0)
        {
            commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(entry.Shard.ShardId, exception)));
        }

        if (entry.Status is not (ShardStatus.Beginning or ShardStatus.Closing))
        {
            return; // the next checkpoint tries again
        }

        if (!_isStopping || (entry.Status == ShardStatus.Closing && entry.StoreFailures < StoreAttempts))
        {
            commands.Add(new WorkerCommand.DelayShard(entry.Shard.ShardId, TimeSpan.FromMilliseconds(200 * Math.Min(entry.StoreFailures, 50))));
            return;
        }

        // Nothing is lost: what was not stored is read again.
        _failure ??= exception;
        entry.Status = ShardStatus.Stopped;
        commands.Add(new WorkerCommand.Close(entry.Shard.ShardId));
        FinishWhenClosed(commands);
    }

    private void Close(ShardEntry entry, WorkerTime now, List<WorkerCommand> commands)
    {
        commands.Add(new WorkerCommand.Close(entry.Shard.ShardId));
        entry.Reader = null;
        entry.Final = null;
        if (entry.Stored.IsEnded)
        {
            entry.Status = ShardStatus.Ended;
            commands.Add(new WorkerCommand.Report(new WorkerNotice.ShardEnded(entry.Shard.ShardId)));
        }
        else
        {
            entry.Status = ShardStatus.Stopped;
        }

        if (_isStopping)
        {
            FinishWhenClosed(commands);
            return;
        }

        entry.IsWithoutChildren = !HasChild(entry.Shard.ShardId);
        StartReady(now, commands);
        List(commands);
    }

    private protected override void Stop(Exception? failure, List<WorkerCommand> commands)
    {
        _failure ??= failure;
        if (_isStopping)
        {
            return;
        }

        _isStopping = true;
        commands.Add(new WorkerCommand.StopReading());
        foreach (var entry in _shards.Values)
        {
            if (entry.Reader is { } reader && entry.Status == ShardStatus.Reading)
            {
                // A shard at its end is being drained already.
                if (!reader.IsAtEnd)
                {
                    commands.Add(new WorkerCommand.Drain(entry.Shard.ShardId));
                }

                reader.Stop();
            }
            else if (entry.Status == ShardStatus.Closing)
            {
                Store(entry, commands); // a delay before the next attempt ends with the reading
            }
        }

        FinishWhenClosed(commands);
    }

    private void FinishWhenClosed(List<WorkerCommand> commands)
    {
        if (!_isFinished && !_shards.Values.Any(entry => entry.Status is ShardStatus.Reading or ShardStatus.Closing))
        {
            _isFinished = true;
            commands.Add(new WorkerCommand.Finish(_failure));
        }
    }
}
