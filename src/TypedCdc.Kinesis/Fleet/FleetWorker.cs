using System.Diagnostics;
using TypedCdc.Hosting;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>
/// A worker that shares a stream's shards with others through a lease table, in the protocol of the Kinesis Client Library: it renews what it holds, takes its share, reads a shard only while it holds
/// the lease and only when the shard's parents have ended, and gives everything back when it stops.
/// </summary>
internal sealed partial class FleetWorker(WorkerSettings settings, FleetSettings fleet, Random random) : ReadingWorker(settings, random)
{
    private static readonly TimeSpan ChildlessListDelay = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, HeldLease> _held = new(StringComparer.Ordinal);
    private readonly Backoff _tableBackoff = new(random);

    private bool _isEnsured;         // the table exists
    private bool _hasLeases;         // the leases of the stream exist
    private bool _isStopping;
    private bool _isFinished;
    private Exception? _failure;     // why it stops; null when it was asked to

    /// <summary>The leases that are held now, with their fencing tokens.</summary>
    internal IEnumerable<(string Key, long Token)> Held => _held.Values.Where(lease => lease.Status != HeldStatus.Abandoning).Select(lease => (lease.Key, lease.Token));

    private protected override bool IsStopping => _isStopping;

    private protected override TimeSpan ListDelay => _held.Values.Any(lease => lease.Status == HeldStatus.AwaitingChildren) ? ChildlessListDelay : Settings.ShardListInterval;

    internal override void Step(WorkerEvent happened, WorkerTime now, List<WorkerCommand> commands)
    {
        if (_isFinished)
        {
            return;
        }

        // Before anything else: after a pause of the process, another worker may own what this one held.
        Fence(now, commands);
        switch (happened)
        {
            case WorkerEvent.Started:
                Describe(commands);
                commands.Add(new WorkerCommand.EnsureLeases());
                break;
            case WorkerEvent.StopRequested:
                Stop(null, commands);
                break;
            case WorkerEvent.Faulted faulted:
                Stop(faulted.Exception, commands);
                break;
            case WorkerEvent.Drained drained when _held.TryGetValue(drained.Shard, out var lease) && lease.Status == HeldStatus.Reading:
                OnDrained(lease, drained, now, commands);
                break;
            case WorkerEvent.LeaseWritten { Kind: LeaseWriteKind.Take } taken:
                OnTaken(taken, now, commands);
                break;
            case WorkerEvent.LeaseNotWritten { Kind: LeaseWriteKind.Take } notTaken:
                _taking.Remove(notTaken.Key);
                ReportTable(notTaken.Exception, commands);
                FinishWhenReleased(commands);
                break;
            case WorkerEvent.LeaseWritten written when Find(written.Key, written.Token) is { } lease:
                OnWritten(lease, written, now, commands);
                break;
            case WorkerEvent.LeaseNotWritten not when Find(not.Key, not.Token) is { } lease:
                OnNotWritten(lease, not, commands);
                break;
            case WorkerEvent.LeaseDelayElapsed elapsed when Find(elapsed.Key, elapsed.Token) is { } lease:
                lease.IsDelayed = false;
                Pump(lease, now, commands);
                break;
            case WorkerEvent.FleetDelayElapsed { Timer: FleetTimer.Renew }:
                Renew(now, commands);
                break;
            case WorkerEvent.FleetDelayElapsed { Timer: FleetTimer.Fence }:
                commands.Add(new WorkerCommand.DelayFleet(FleetTimer.Fence, fleet.FenceInterval));
                break;
            case WorkerEvent.Abandoned abandoned:
                _held.Remove(abandoned.Shard);
                FinishWhenReleased(commands);
                break;
            case WorkerEvent.Drained or WorkerEvent.LeaseWritten or WorkerEvent.LeaseNotWritten or WorkerEvent.LeaseDelayElapsed:
                break; // of a lease that is not held any more
            default:
                // What was under way when the stop came is of no use any more.
                if (!_isStopping && !StepReading(happened, now, commands))
                {
                    StepWhileReading(happened, now, commands);
                }

                break;
        }

        GiveRoom(now, commands);
    }

    private protected override ShardReader? FindReader(string shard) =>
        _held.TryGetValue(shard, out var lease) && lease.Status == HeldStatus.Reading ? lease.Reader : null;

    private protected override IEnumerable<ShardReader> Readers() => _held.Values.Where(lease => lease.Status == HeldStatus.Reading).Select(lease => lease.Reader!);

    private protected override void OnShards(IReadOnlyList<KinesisShard> listed, WorkerTime now, List<WorkerCommand> commands)
    {
        _mustAudit = true;
        foreach (var lease in _held.Values.Where(lease => lease.Status == HeldStatus.AwaitingChildren).ToList())
        {
            CreateChildren(lease, now, commands);
        }

        ScanWhenReady(commands);
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
        foreach (var lease in _held.Values)
        {
            switch (lease.Status)
            {
                case HeldStatus.Reading:
                    // A shard at its end is being drained already.
                    if (!lease.Reader!.IsAtEnd)
                    {
                        commands.Add(new WorkerCommand.Drain(lease.Key));
                    }

                    lease.Reader.Stop();
                    break;
                case HeldStatus.Ending or HeldStatus.Abandoning:
                    break;
                default:
                    Release(lease, commands);
                    break;
            }
        }

        FinishWhenReleased(commands);
    }

    private void StepWhileReading(WorkerEvent happened, WorkerTime now, List<WorkerCommand> commands)
    {
        switch (happened)
        {
            case WorkerEvent.LeasesEnsured:
                _tableBackoff.Succeeded();
                _isEnsured = true;
                commands.Add(new WorkerCommand.DelayFleet(FleetTimer.Renew, fleet.RenewInterval));
                commands.Add(new WorkerCommand.DelayFleet(FleetTimer.Fence, fleet.FenceInterval));
                commands.Add(new WorkerCommand.DelayCheckpoint(Settings.CheckpointInterval));
                ScanWhenReady(commands);
                break;
            case WorkerEvent.LeasesScanned scanned:
                OnScanned(scanned.Table, now, commands);
                break;
            case WorkerEvent.LeaseRead read:
                OnParentRead(read, now, commands);
                break;
            case WorkerEvent.LeasesCreated created:
                OnCreated(created, now, commands);
                break;
            case WorkerEvent.LeasesDeleted:
                _isInitializing = false;
                Scan(commands);
                break;
            case WorkerEvent.LeaseCallFailed failed:
                OnCallFailed(failed, commands);
                break;
            case WorkerEvent.FleetDelayElapsed { Timer: FleetTimer.Ensure }:
                commands.Add(new WorkerCommand.EnsureLeases());
                break;
            case WorkerEvent.FleetDelayElapsed { Timer: FleetTimer.Scan }:
                Scan(commands);
                break;
            case WorkerEvent.CheckpointDue due:
                OnCheckpointDue(due.Watermarks, now, commands);
                break;
            default:
                throw new UnreachableException(happened.GetType().Name);
        }
    }

    private HeldLease? Find(string key, long token) =>
        _held.TryGetValue(key, out var lease) && lease.Token == token && lease.Status != HeldStatus.Abandoning ? lease : null;

    /// <summary>A call of the lease table failed that is no write of a held lease: it is repeated, unless nothing helps.</summary>
    private void OnCallFailed(WorkerEvent.LeaseCallFailed failed, List<WorkerCommand> commands)
    {
        if (failed.Exception is CdcConfigurationException or KinesisException { Kind: KinesisErrorKind.Permanent } && !_hasLeases)
        {
            Stop(failed.Exception, commands);
            return;
        }

        ReportTable(failed.Exception, commands);
        switch (failed.Command)
        {
            case WorkerCommand.EnsureLeases:
                commands.Add(new WorkerCommand.DelayFleet(FleetTimer.Ensure, _tableBackoff.Next()));
                break;
            case WorkerCommand.CreateLeases { Parent: { } parent } when _held.TryGetValue(parent, out var lease) && lease.Status == HeldStatus.CreatingChildren:
                lease.Status = HeldStatus.AwaitingChildren;
                commands.Add(new WorkerCommand.DelayStream(StreamTimer.List, _tableBackoff.Next()));
                break;
            case WorkerCommand.ReadLease:
                break; // asked again after the next scan
            default:
                _isScanning = _isInitializing = false;
                commands.Add(new WorkerCommand.DelayFleet(FleetTimer.Scan, _tableBackoff.Next()));
                break;
        }
    }

    private static void ReportTable(Exception exception, List<WorkerCommand> commands) => commands.Add(new WorkerCommand.Report(new WorkerNotice.LeaseTableFailed(exception)));

    private void FinishWhenReleased(List<WorkerCommand> commands)
    {
        if (_isStopping && !_isFinished && _held.Count == 0 && _taking.Count == 0)
        {
            _isFinished = true;
            commands.Add(new WorkerCommand.Finish(_failure));
        }
    }
}
