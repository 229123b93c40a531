using TypedCdc.Hosting;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>The half of a worker that holds leases: it renews and checkpoints them, reads their shards, ends them, gives them back, and stops at once when one is lost.</summary>
internal sealed partial class FleetWorker
{
    private const int ReleaseAttempts = 5;

    private bool _isRecreated;       // the leases of an earlier stream of the name were deleted

    private TimeSpan _fenceAt = TimeSpan.MaxValue; // no lease that is held expires before

    /// <summary>A lease that was not renewed for the failover time may be another worker's by now.</summary>
    private void Fence(WorkerTime now, List<WorkerCommand> commands)
    {
        if (now.Elapsed < _fenceAt)
        {
            return;
        }

        _fenceAt = TimeSpan.MaxValue;
        foreach (var lease in _held.Values.Where(lease => lease.Status != HeldStatus.Abandoning))
        {
            if (now.Elapsed - lease.RenewedAt >= fleet.FenceTime)
            {
                Lose(lease, LeaseLossReason.Expired, to: null, commands);
            }
            else
            {
                FenceBy(lease);
            }
        }
    }

    private void FenceBy(HeldLease lease)
    {
        var at = lease.RenewedAt + fleet.FenceTime;
        _fenceAt = at < _fenceAt ? at : _fenceAt;
    }

    private void Renew(WorkerTime now, List<WorkerCommand> commands)
    {
        foreach (var lease in _held.Values)
        {
            lease.MustRenew = true;
            Pump(lease, now, commands);
        }

        commands.Add(new WorkerCommand.DelayFleet(FleetTimer.Renew, fleet.RenewInterval));
    }

    /// <summary>Makes the next write of a lease, if there is one and none is outstanding.</summary>
    private void Pump(HeldLease lease, WorkerTime now, List<WorkerCommand> commands)
    {
        if (lease.Writing is not null || lease.IsDelayed || lease.Status == HeldStatus.Abandoning)
        {
            return;
        }

        if (lease.Wanted is not null)
        {
            lease.MustRenew = false; // a checkpoint renews as well
            Write(lease, LeaseWriteKind.Checkpoint, now, commands);
        }
        else if (lease.Status == HeldStatus.Releasing)
        {
            Write(lease, LeaseWriteKind.Evict, now, commands);
        }
        else if (lease.MustRenew)
        {
            lease.MustRenew = false;
            Write(lease, LeaseWriteKind.Renew, now, commands);
        }
    }

    private static void Write(HeldLease lease, LeaseWriteKind kind, WorkerTime now, List<WorkerCommand> commands)
    {
        lease.Writing = kind;
        lease.WriteBegunAt = now.Elapsed;
        commands.Add(new WorkerCommand.WriteLease(lease.Row, lease.Token, kind, kind == LeaseWriteKind.Checkpoint ? lease.Wanted : null));
    }

    private void OnWritten(HeldLease lease, WorkerEvent.LeaseWritten written, WorkerTime now, List<WorkerCommand> commands)
    {
        lease.Writing = null;
        var row = written.Write.Row;
        if (!written.Write.IsDone)
        {
            // A write whose answer was lost: the row is mine, one counter further.
            if (lease.UncertainSince is not { } since || row is null || row.Counter != lease.Row.Counter + 1 || (row.Owner ?? fleet.WorkerId) != fleet.WorkerId)
            {
                Lose(lease, row is null ? LeaseLossReason.Deleted : LeaseLossReason.Taken, row?.Owner, commands);
                return;
            }

            lease.RenewedAt = since;
        }
        else
        {
            lease.RenewedAt = lease.WriteBegunAt;
        }

        lease.UncertainSince = null;
        lease.Failures = 0;
        _tableBackoff.Succeeded();
        if (row?.Owner is null)
        {
            if (lease.Status == HeldStatus.Releasing)
            {
                Released(lease, commands);
            }
            else
            {
                Lose(lease, LeaseLossReason.Taken, to: null, commands); // evicted by another
            }

            return;
        }

        lease.Row = row;
        if (lease.Wanted is { } wanted && row.Checkpoint == wanted.Checkpoint && row.CompleteUntil == wanted.CompleteUntil)
        {
            lease.Wanted = null;
        }

        if (lease.Status == HeldStatus.Ending && row.Checkpoint.IsEnd)
        {
            Ended(lease, commands);
            return;
        }

        Pump(lease, now, commands);
    }

    private void OnNotWritten(HeldLease lease, WorkerEvent.LeaseNotWritten not, List<WorkerCommand> commands)
    {
        lease.Writing = null;
        lease.UncertainSince ??= lease.WriteBegunAt;
        ReportTable(not.Exception, commands);
        if (lease.Status == HeldStatus.Releasing && ++lease.Failures >= ReleaseAttempts)
        {
            Released(lease, commands); // it expires by itself
            return;
        }

        lease.MustRenew |= not.Kind == LeaseWriteKind.Renew;
        lease.IsDelayed = true;
        commands.Add(new WorkerCommand.DelayLease(lease.Key, lease.Token, fleet.FailoverTime / 40 * (0.5 + Random.NextDouble())));
    }

    /// <summary>Asks for the parents of leases that wait, when the table shows none of them as being read: what it shows may be old, so that each is read consistently.</summary>
    private void AskParents(Dictionary<string, Lease> leases, List<WorkerCommand> commands)
    {
        foreach (var lease in _held.Values.Where(lease => lease.Status == HeldStatus.WaitingForParents))
        {
            if (lease.OpenParents.All(parent => !leases.TryGetValue(parent, out var row) || row.Checkpoint.IsEnd))
            {
                AskParents(lease, commands);
            }
        }
    }

    private static void AskParents(HeldLease lease, List<WorkerCommand> commands)
    {
        foreach (var parent in lease.OpenParents)
        {
            commands.Add(new WorkerCommand.ReadLease(parent));
        }
    }

    private void OnParentRead(WorkerEvent.LeaseRead read, WorkerTime now, List<WorkerCommand> commands)
    {
        if (read.Row is { Checkpoint.IsEnd: false })
        {
            return;
        }

        foreach (var lease in _held.Values.Where(lease => lease.Status == HeldStatus.WaitingForParents && lease.OpenParents.Remove(read.Key)).ToList())
        {
            BeginWhenParentsEnded(lease, now, commands);
        }
    }

    private void BeginWhenParentsEnded(HeldLease lease, WorkerTime now, List<WorkerCommand> commands)
    {
        if (lease.OpenParents.Count > 0)
        {
            if (!lease.HasAskedParents)
            {
                lease.HasAskedParents = true;
                AskParents(lease, commands);
            }

            return;
        }

        var row = lease.Row;
        var isNumber = row.Checkpoint.Kind == LeaseCheckpointKind.Number;
        var position = row.Checkpoint.Kind switch
        {
            LeaseCheckpointKind.AtTimestamp => row.StartAt is { } at ? ShardPosition.AtTimestamp(at) : Settings.Start.Kind == ShardPositionKind.AtTimestamp ? Settings.Start : ShardPosition.TrimHorizon,
            LeaseCheckpointKind.Latest => row.StartAt is { } at ? ShardPosition.AtTimestamp(at) : ShardPosition.Latest,
            _ => ShardPosition.TrimHorizon,
        };
        var progress = isNumber ? new ShardProgress(row.Checkpoint.Number, row.IsCheckpointOwn ? row.CompleteUntil : null)
            : new ShardProgress(null, position.Kind == ShardPositionKind.AtTimestamp ? position.Timestamp : null);
        lease.Status = HeldStatus.Reading;
        lease.Reader = new(lease.Key, Settings, Room, Random);
        commands.Add(new WorkerCommand.Acquire(lease.Key, lease.Token, row.IsCheckpointOwn ? progress.Checkpoint : null));
        lease.Reader.Begin(progress, position, isResumed: isNumber, mustReread: isNumber && !row.IsCheckpointOwn, Stream!, now, commands);
        AfterReading(lease.Key, commands);
    }

    private void OnCheckpointDue(IReadOnlyDictionary<string, SequenceNumber> watermarks, WorkerTime now, List<WorkerCommand> commands)
    {
        foreach (var lease in _held.Values.Where(lease => lease.Status == HeldStatus.Reading))
        {
            // Without a watermark nothing of this reading is done, and a checkpoint of another consumer may lie within its record.
            if (watermarks.TryGetValue(lease.Key, out var watermark))
            {
                Want(lease, lease.Reader!.Advance(watermark));
                Pump(lease, now, commands);
            }
        }

        commands.Add(new WorkerCommand.DelayCheckpoint(Settings.CheckpointInterval));
    }

    private static void Want(HeldLease lease, ShardProgress progress)
    {
        if (progress.Checkpoint is not { } number)
        {
            return;
        }

        var until = progress.CompleteUntil is { } instant ? DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds()) : (DateTimeOffset?)null;
        var checkpoint = LeaseCheckpoint.After(number);
        if (checkpoint != lease.Row.Checkpoint || !lease.Row.IsCheckpointOwn || until - (lease.Row.CompleteUntil ?? DateTimeOffset.MinValue) >= StreamWorker.IdleStoreSpacing)
        {
            lease.Wanted = lease.Row with { Checkpoint = checkpoint, OwnCheckpoint = number, CompleteUntil = until ?? lease.Row.CompleteUntil };
        }
    }

    private void OnDrained(HeldLease lease, WorkerEvent.Drained drained, WorkerTime now, List<WorkerCommand> commands)
    {
        var reader = lease.Reader!;
        if (drained.Watermark is not null)
        {
            Want(lease, reader.Advance(drained.Watermark));
        }

        reader.Stop();
        if (!drained.IsComplete)
        {
            commands.Add(new WorkerCommand.Report(new WorkerNotice.NotDrained(lease.Key)));
        }

        if (reader.IsAtEnd && drained.IsComplete && !_isStopping)
        {
            lease.Status = HeldStatus.AwaitingChildren;
            Pump(lease, now, commands);
            List(commands);
            return;
        }

        Release(lease, commands);
        Pump(lease, now, commands);
    }

    private void CreateChildren(HeldLease lease, WorkerTime now, List<WorkerCommand> commands)
    {
        var children = LeaseAudit.ChildrenOf(lease.Key, Listed, Stream!, now);
        lease.Children = [.. children.Select(child => child.Lease.Key)];
        if (children.Count > 0)
        {
            lease.Status = HeldStatus.CreatingChildren;
            commands.Add(new WorkerCommand.CreateLeases(children, lease.Key));
        }
        else if (!Listed.ContainsKey(lease.Key))
        {
            End(lease, now, commands); // it has left retention, and its children too
        }
    }

    /// <summary>The last step of a shard's end: its children's leases exist.</summary>
    private void End(HeldLease lease, WorkerTime now, List<WorkerCommand> commands)
    {
        lease.Status = HeldStatus.Ending;
        lease.Wanted = (lease.Wanted ?? lease.Row) with { Checkpoint = LeaseCheckpoint.ShardEnd, Children = lease.Children };
        Pump(lease, now, commands);
    }

    private void Ended(HeldLease lease, List<WorkerCommand> commands)
    {
        _held.Remove(lease.Key);
        commands.Add(new WorkerCommand.Close(lease.Key));
        commands.Add(new WorkerCommand.Report(new WorkerNotice.ShardEnded(lease.Key)));
        foreach (var child in _held.Values.Where(child => child.Status == HeldStatus.WaitingForParents && child.OpenParents.Contains(lease.Key)))
        {
            commands.Add(new WorkerCommand.ReadLease(lease.Key));
            break;
        }

        FinishWhenReleased(commands);
        if (!_isStopping)
        {
            Scan(commands); // for the children
        }
    }

    private void Release(HeldLease lease, List<WorkerCommand> commands)
    {
        lease.Status = HeldStatus.Releasing;
        lease.MustRenew = false;
        if (lease.Writing is null && !lease.IsDelayed && lease.Wanted is null)
        {
            lease.Writing = LeaseWriteKind.Evict;
            commands.Add(new WorkerCommand.WriteLease(lease.Row, lease.Token, LeaseWriteKind.Evict));
        }
    }

    private void Released(HeldLease lease, List<WorkerCommand> commands)
    {
        _held.Remove(lease.Key);
        commands.Add(new WorkerCommand.Close(lease.Key));
        commands.Add(new WorkerCommand.Report(new WorkerNotice.LeaseReleased(lease.Key)));
        FinishWhenReleased(commands);
    }

    private void Lose(HeldLease lease, LeaseLossReason reason, string? to, List<WorkerCommand> commands)
    {
        lease.Status = HeldStatus.Abandoning;
        commands.Add(new WorkerCommand.Report(new WorkerNotice.LeaseLost(lease.Key, reason, to)));
        if (lease.Reader is { } reader)
        {
            Room.Remove(reader);
            reader.Stop();
        }

        commands.Add(new WorkerCommand.Abandon(lease.Key));
    }
}
