using TypedCdc.Hosting;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>The half of a worker that looks at the lease table: it observes which leases expire, takes its share, and repairs what is missing.</summary>
internal sealed partial class FleetWorker
{
    private readonly Dictionary<string, Observation> _observed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lastCounters = new(StringComparer.Ordinal); // of rows that do not exist any more, too
    private readonly Dictionary<string, (LeaseTakeReason Reason, string? From, TimeSpan BegunAt)> _taking = new(StringComparer.Ordinal);

    // As many leases as a worker takes in its first round; twice as many in each that follows at once.
    private const int FirstTakeLimit = 16;

    private int _takeLimit = FirstTakeLimit;
    private bool _isTakingMore;      // the limit left leases for the next round
    private bool _isScanning;
    private bool _isInitializing;    // leases are being created, or those of an earlier stream deleted
    private bool _mustAudit;         // the shards were listed since the last audit
    private string? _refusal;        // why leases are not taken; null where they are

    private void ScanWhenReady(List<WorkerCommand> commands)
    {
        if (!_hasLeases && !_isInitializing && _isEnsured && Listed.Count > 0)
        {
            Scan(commands);
        }
    }

    private void Scan(List<WorkerCommand> commands)
    {
        if (!_isScanning)
        {
            _isScanning = true;
            commands.Add(new WorkerCommand.ScanLeases());
        }
    }

    private void OnScanned(LeaseTable table, WorkerTime now, List<WorkerCommand> commands)
    {
        _isScanning = false;
        _tableBackoff.Succeeded();
        if (table.Refusal is { } refusal && !_hasLeases)
        {
            Stop(new CdcConfigurationException(refusal), commands);
            return;
        }

        var leases = table.Leases.ToDictionary(lease => lease.Key, StringComparer.Ordinal);
        Observe(leases, now);
        if (!_hasLeases && !Initialize(leases, now, commands))
        {
            return;
        }

        if (table.Refusal != _refusal)
        {
            _refusal = table.Refusal;
            if (_refusal is not null)
            {
                commands.Add(new WorkerCommand.Report(new WorkerNotice.TakingRefused(_refusal)));
            }
        }

        var live = table.Leases.Where(lease => !lease.Checkpoint.IsEnd).ToList();
        LoseStolen(leases, commands);
        AskParents(leases, commands);
        if (_refusal is null)
        {
            Take(live, now, commands);
            Audit(leases, live, now, commands);
        }

        var workers = live.Select(lease => lease.Owner).OfType<string>().Append(fleet.WorkerId).Distinct(StringComparer.Ordinal).Count();
        var interval = _isTakingMore ? fleet.LeastScanInterval : fleet.ScanInterval(table.Leases.Count, workers);
        commands.Add(new WorkerCommand.DelayFleet(FleetTimer.Scan, interval * (0.9 + (Random.NextDouble() / 5))));
    }

    /// <summary>A lease has expired when its counter was seen to stand still for the failover time, on this worker's own monotonic clock.</summary>
    private void Observe(Dictionary<string, Lease> leases, WorkerTime now)
    {
        foreach (var key in _observed.Keys.Where(key => !leases.ContainsKey(key)).ToList())
        {
            _observed.Remove(key);
        }

        foreach (var lease in leases.Values)
        {
            _lastCounters[lease.Key] = Math.Max(lease.Counter, _lastCounters.GetValueOrDefault(lease.Key));
            if (!_observed.TryGetValue(lease.Key, out var seen) || seen.Counter != lease.Counter || seen.Owner != lease.Owner)
            {
                _observed[lease.Key] = new(lease.Counter, lease.Owner, now.Elapsed);
            }
        }
    }

    /// <returns>Whether the leases of the stream exist; else they are being created.</returns>
    private bool Initialize(Dictionary<string, Lease> leases, WorkerTime now, List<WorkerCommand> commands)
    {
        if (leases.Values.Any(lease => lease.StreamCreatedAt is { } created && created.ToUnixTimeMilliseconds() != Stream!.CreatedAt.ToUnixTimeMilliseconds()))
        {
            // The checkpoints are another stream's. What is scanned may be old, and show them again.
            if (_isRecreated || Lose(DataLossReason.Recreated, commands))
            {
                _isRecreated = _isInitializing = true;
                commands.Add(new WorkerCommand.DeleteLeases([.. leases.Values.Where(lease => lease.StreamCreatedAt != Stream!.CreatedAt)]));
            }

            return false;
        }

        if (leases.Count == 0)
        {
            _isInitializing = true;
            commands.Add(new WorkerCommand.CreateLeases(LeaseAudit.Initial(Listed, _isRecreated ? ShardPosition.TrimHorizon : Settings.Start, Stream!, now), Parent: null));
            return false;
        }

        _hasLeases = true;
        return true;
    }

    /// <summary>A lease that shows another owner and a higher counter was taken: its reading stops now, and not only when its renewal fails.</summary>
    private void LoseStolen(Dictionary<string, Lease> leases, List<WorkerCommand> commands)
    {
        foreach (var lease in _held.Values)
        {
            if (lease.Status != HeldStatus.Abandoning && leases.TryGetValue(lease.Key, out var row) && row.Counter > lease.Row.Counter && row.Owner is { } owner && owner != fleet.WorkerId)
            {
                Lose(lease, LeaseLossReason.Taken, owner, commands);
            }
        }
    }

    private void Take(List<Lease> live, WorkerTime now, List<WorkerCommand> commands)
    {
        _isTakingMore = false;
        var plan = TakePlan.Make(
            live,
            lease => now.Elapsed - _observed[lease.Key].Since > fleet.FailoverTime,
            fleet.WorkerId,
            _takeLimit,
            lease => _held.ContainsKey(lease.Key) || _taking.ContainsKey(lease.Key),
            Random);
        _isTakingMore = plan.Count == _takeLimit;
        _takeLimit = _isTakingMore ? _takeLimit * 2 : FirstTakeLimit;
        foreach (var (lease, reason) in plan)
        {
            _taking[lease.Key] = (reason, lease.Owner, now.Elapsed);
            commands.Add(new WorkerCommand.WriteLease(lease, Token: 0, LeaseWriteKind.Take));
        }
    }

    private void OnTaken(WorkerEvent.LeaseWritten taken, WorkerTime now, List<WorkerCommand> commands)
    {
        if (!_taking.Remove(taken.Key, out var taking) || !taken.Write.IsDone || taken.Write.Row is not { } row)
        {
            FinishWhenReleased(commands);
            return; // another worker was faster
        }

        var lease = new HeldLease(row, taking.BegunAt);
        _held.Add(row.Key, lease);
        FenceBy(lease);
        commands.Add(new WorkerCommand.Report(new WorkerNotice.LeaseTaken(row.Key, taking.Reason, taking.From)));
        if (_isStopping || row.Checkpoint.IsEnd)
        {
            Release(lease, commands);
        }
        else if (now.Elapsed - lease.RenewedAt >= fleet.FenceTime)
        {
            Lose(lease, LeaseLossReason.Expired, to: null, commands);
        }
        else
        {
            BeginWhenParentsEnded(lease, now, commands);
        }
    }

    /// <summary>The worker that holds the first lease repairs the table for all.</summary>
    private void Audit(Dictionary<string, Lease> leases, List<Lease> live, WorkerTime now, List<WorkerCommand> commands)
    {
        if (!_mustAudit || (live.MinBy(lease => lease.Key, StringComparer.Ordinal) is { } first && !_held.ContainsKey(first.Key)))
        {
            return;
        }

        _mustAudit = false;
        if (LeaseAudit.Missing(Listed, leases, _lastCounters, Stream!, now) is { Count: > 0 } missing)
        {
            commands.Add(new WorkerCommand.CreateLeases(missing, Parent: null));
        }
        else if (LeaseAudit.Finished(Listed, leases) is { Count: > 0 } finished)
        {
            commands.Add(new WorkerCommand.DeleteLeases(finished));
        }
    }

    private void OnCreated(WorkerEvent.LeasesCreated created, WorkerTime now, List<WorkerCommand> commands)
    {
        if (created.Parent is { } parent)
        {
            if (_held.TryGetValue(parent, out var lease) && lease.Status == HeldStatus.CreatingChildren)
            {
                End(lease, now, commands);
            }

            return;
        }

        if (_isInitializing)
        {
            _isInitializing = false;
        }
        else if (created.Created.Count > 0)
        {
            commands.Add(new WorkerCommand.Report(new WorkerNotice.LeasesRepaired([.. created.Created.Select(lease => lease.Key)])));
        }

        Scan(commands);
    }

    private readonly record struct Observation(long Counter, string? Owner, TimeSpan Since);
}
