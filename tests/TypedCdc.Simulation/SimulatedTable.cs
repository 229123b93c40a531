using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Simulation;

/// <summary>The lease table: the product's store in memory, whose scans are a little old, behind calls that may fail before or after they have done their work. Each write is checked.</summary>
internal sealed class SimulatedTable(World world)
{
    private readonly InMemoryLeaseStore _store = new();
    private readonly List<(TimeSpan At, IReadOnlyList<Lease> Rows)> _history = [];

    /// <summary>How old a scan may be.</summary>
    internal TimeSpan MaximumStaleness { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Makes a call fail; null where it does not.</summary>
    internal Func<SimulatedWorker, WorkerCommand, TableFault?>? Fails { get; set; }

    internal string? Refusal { get; set; }

    internal long Requests { get; private set; }

    internal IReadOnlyList<Lease> Rows => Result(_store.ListAsync(default)).Leases;

    internal Lease? Find(string key) => Result(_store.ReadAsync(key, default));

    /// <summary>Somebody deletes a row by hand.</summary>
    internal void Delete(string key)
    {
        if (Find(key) is { } row)
        {
            Result(_store.DeleteAsync(row, default));
            world.Oracle.OnDeleted(key);
            Remember();
        }
    }

    /// <summary>Another program, such as a worker of the KCL, changes a row.</summary>
    internal void Write(Lease row)
    {
        Delete(row.Key);
        Result(_store.CreateAsync(row, default));
        Remember();
    }

    /// <summary>Carries a command out, and brings its event, or the failure of the call, to the worker.</summary>
    internal void Call(SimulatedWorker worker, WorkerCommand command, Action<WorkerEvent> answer)
    {
        Requests++;
        var fault = worker.IsCutFromTable ? TableFault.Unreachable : Fails?.Invoke(worker, command);
        var begun = world.Now;
        switch (fault)
        {
            case null:
                world.At(world.Latency(), () =>
                {
                    var happened = Execute(worker, command, begun);
                    world.At(world.Latency(), () => answer(happened));
                });
                break;
            case TableFault.Throttled:
                world.At(world.Latency(), () => answer(Failed(command)));
                break;
            case TableFault.Unreachable:
                world.At(world.FailoverTime / 5, () => answer(Failed(command)));
                break;
            case TableFault.AnswerLost:
                world.At(world.Latency(), () => Execute(worker, command, begun));
                world.At(world.FailoverTime / 5, () => answer(Failed(command)));
                break;
            case TableFault.AppliedLate:
                // After the caller has given up, and perhaps tried again.
                world.At(world.FailoverTime / 5, () => answer(Failed(command)));
                world.At((world.FailoverTime / 5) * (1 + world.Random.NextDouble()), () => Execute(worker, command, begun));
                break;
        }
    }

    private static WorkerEvent Failed(WorkerCommand command) => command is WorkerCommand.WriteLease write
        ? new WorkerEvent.LeaseNotWritten(write.Seen.Key, write.Token, write.Kind, new IOException("made to fail"))
        : new WorkerEvent.LeaseCallFailed(command, new IOException("made to fail"));

    private WorkerEvent Execute(SimulatedWorker worker, WorkerCommand command, TimeSpan begun)
    {
        switch (command)
        {
            case WorkerCommand.EnsureLeases:
                return new WorkerEvent.LeasesEnsured();
            case WorkerCommand.ScanLeases:
                return new WorkerEvent.LeasesScanned(new(Old(), Refusal));
            case WorkerCommand.ReadLease read:
                return new WorkerEvent.LeaseRead(read.Key, Find(read.Key));
            case WorkerCommand.CreateLeases create:
                var created = Result(LeaseCalls.CreateAsync(_store, create.Leases, default));
                Remember();
                return new WorkerEvent.LeasesCreated(create.Parent, created);
            case WorkerCommand.DeleteLeases delete:
                foreach (var lease in delete.Leases)
                {
                    if (Result(_store.DeleteAsync(lease, default)))
                        world.Oracle.OnDeleted(lease.Key);
                }

                Remember();
                return new WorkerEvent.LeasesDeleted();
            case WorkerCommand.WriteLease write:
                var before = Find(write.Seen.Key);
                var result = Result(write.Kind switch
                {
                    LeaseWriteKind.Take => _store.TakeAsync(write.Seen, worker.Name, default),
                    LeaseWriteKind.Renew => _store.RenewAsync(write.Seen, default),
                    LeaseWriteKind.Checkpoint => _store.CheckpointAsync(write.Seen, write.Changed!, default),
                    _ => _store.EvictAsync(write.Seen, default),
                });
                if (result.IsDone)
                {
                    Remember();
                    world.Oracle.OnWritten(worker, write, before!, result.Row!, begun);
                }

                return new WorkerEvent.LeaseWritten(write.Seen.Key, write.Token, write.Kind, result);
            default:
                throw new InvalidOperationException(command.GetType().Name);
        }
    }

    /// <summary>The rows as they were a moment ago.</summary>
    private IReadOnlyList<Lease> Old()
    {
        if (MaximumStaleness == TimeSpan.Zero)
            return Rows;
        var at = world.Now - (MaximumStaleness * world.Random.NextDouble());
        var index = _history.FindLastIndex(then => then.At <= at);
        return index < 0 ? [] : _history[index].Rows;
    }

    private void Remember()
    {
        if (MaximumStaleness == TimeSpan.Zero)
            return;
        if (_history.Count > 64 && _history.FindLastIndex(then => then.At <= world.Now - MaximumStaleness) is var first and > 0)
            _history.RemoveRange(0, first);
        _history.Add((world.Now, Rows));
    }

    // The store in memory completes at once.
    private static T Result<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : throw new InvalidOperationException("Not at once.");
}

/// <summary>How a call of the lease table fails.</summary>
internal enum TableFault
{
    /// <summary>Refused at once; nothing was done.</summary>
    Throttled,

    /// <summary>No answer; nothing was done.</summary>
    Unreachable,

    /// <summary>Done, and no answer.</summary>
    AnswerLost,

    /// <summary>No answer, and done later.</summary>
    AppliedLate,
}
