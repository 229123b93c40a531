using System.Globalization;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Fleet;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Simulation;

/// <summary>Knows what was put and what was handled, and checks the invariants at every step.</summary>
internal sealed class Oracle(World world)
{
    private readonly Dictionary<string, ShardRecord> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Worker, long Token)> _acquired = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Key, long Token), string> _takes = [];
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);
    private long _put;
    private long _handled;

    /// <summary>Records that a start position leaves out: a checkpoint may pass them.</summary>
    internal HashSet<SequenceNumber> NotToBeRead { get; } = [];

    internal bool IsAllHandled => _handled + NotToBeRead.Count >= _put;

    internal long Duplicates { get; private set; }

    internal void OnPut(FakeShard shard, SequenceNumber number)
    {
        _put++;
        Of(shard.Id).Put.Add(number);
    }

    /// <summary>The stream was recreated: what was put before no longer counts.</summary>
    internal void Forget()
    {
        _shards.Clear();
        _acquired.Clear();
        _begun.Clear();
        NotToBeRead.Clear();
        _put = _handled = 0;
    }

    internal void OnDeleted(string key) => _deleted.Add(key);

    /// <summary>I9: the token that sinks see is the counter that this worker's take gave the lease, and no other acquisition has it.</summary>
    internal void OnAcquired(SimulatedWorker worker, string shard, long token)
    {
        if (!_takes.TryGetValue((shard, token), out var taker) || taker != worker.Name)
            throw Violated("I9", $"{worker.Name} reads {shard} with token {token}, which is {taker ?? "nobody"}'s.");
    }

    /// <summary>A write was accepted.</summary>
    internal void OnWritten(SimulatedWorker worker, WorkerCommand.WriteLease write, Lease before, Lease after, TimeSpan begun)
    {
        var key = after.Key;
        if (after.Counter != before.Counter + 1)
            throw Violated("I3", $"{write.Kind} of {key} went from counter {before.Counter} to {after.Counter}.");
        if (write.Kind == LeaseWriteKind.Take)
        {
            if (_acquired.TryGetValue(key, out var earlier) && earlier.Token >= after.Counter)
                throw Violated("I9", $"{key} was taken with counter {after.Counter}, after {earlier.Token}.");
            _acquired[key] = (worker.Name, after.Counter);
            _takes.Add((key, after.Counter), worker.Name);
            worker.OnRenewed(key, begun);
            return;
        }

        if (_acquired.TryGetValue(key, out var owner) && (owner.Worker != worker.Name || owner.Token != write.Token))
            throw Violated("I3", $"{worker.Name} (token {write.Token}) wrote {write.Kind} of {key}, which {owner.Worker} holds with token {owner.Token}.");
        worker.OnRenewed(key, begun);
        if (write.Kind == LeaseWriteKind.Checkpoint)
            OnCheckpoint(worker, key, before, after);
    }

    /// <summary>A record was handled.</summary>
    internal void OnHandled(SimulatedWorker worker, string shard, SequenceNumber number)
    {
        // I4: nothing is handled by a worker that may have lost the lease.
        if (world.Now - worker.RenewedAt(shard) > world.FailoverTime)
            throw Violated("I4", $"{worker.Name} handled a record of {shard} {world.Now - worker.RenewedAt(shard)} after its last renewal.");
        CheckLineage(shard);
        var record = Of(shard);
        if (!record.Handled.Add(number))
        {
            Duplicates++;
            return;
        }

        _handled++;
        // First deliveries are in the shard's order.
        if (record.Last is { } last && number < last)
            throw Violated("order", $"{number} of {shard} came first after {last}.");
        record.Last = number;
    }

    private void OnCheckpoint(SimulatedWorker worker, string key, Lease before, Lease after)
    {
        if (after.Checkpoint.CompareTo(before.Checkpoint) < 0)
            throw Violated("I2", $"{worker.Name} took the checkpoint of {key} from {before.Checkpoint} back to {after.Checkpoint}.");
        var shard = world.Stream.AllShards.First(shard => shard.Id == key);
        if (after.Checkpoint.IsEnd)
        {
            if (shard.IsOpen || Undone(key, null) is not null)
                throw Violated("I1", $"{worker.Name} stored {key} as ended, and it is not.");
            // I6: the children have their leases (or had: those that are done with are deleted).
            foreach (var child in world.Stream.AllShards.Where(child => child.Parents.Contains(shard)))
            {
                if (world.Table.Find(child.Id) is null && !_deleted.Contains(child.Id))
                    throw Violated("I6", $"{key} ended before its child {child.Id} had a lease.");
            }
        }
        else if (Undone(key, after.Checkpoint.Number) is { } undone)
        {
            throw Violated("I1", $"{worker.Name} stored {key} at {after.Checkpoint}, and {undone} is not handled.");
        }
    }

    /// <summary>I5: nothing of a child before everything of all its parents is handled.</summary>
    private void CheckLineage(string child)
    {
        if (!_begun.Add(child))
            return; // its parents take no more records
        foreach (var parent in world.Stream.AllShards.First(shard => shard.Id == child).Parents)
        {
            if (Undone(parent.Id, null) is { } undone)
                throw Violated("I5", $"{child} was read before {undone} of its parent {parent.Id} was handled.");
        }
    }

    private SequenceNumber? Undone(string shard, SequenceNumber? through)
    {
        var record = Of(shard);
        if (record.Handled.Count == record.Put.Count)
            return null;
        // What is before the first that is undone stays done.
        while (record.DoneCount < record.Put.Count && (record.Handled.Contains(record.Put[record.DoneCount]) || NotToBeRead.Contains(record.Put[record.DoneCount])))
            record.DoneCount++;
        return record.DoneCount == record.Put.Count || (through is { } last && record.Put[record.DoneCount] > last) ? null : record.Put[record.DoneCount];
    }

    private ShardRecord Of(string shard)
    {
        if (!_shards.TryGetValue(shard, out var record))
            _shards.Add(shard, record = new());
        return record;
    }

    private InvalidOperationException Violated(string invariant, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{invariant} at {world.Now}: {what}"));

    private sealed class ShardRecord
    {
        internal List<SequenceNumber> Put { get; } = [];

        internal HashSet<SequenceNumber> Handled { get; } = [];

        internal int DoneCount { get; set; }

        internal SequenceNumber? Last { get; set; }
    }
}
