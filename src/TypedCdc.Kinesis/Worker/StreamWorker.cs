using System.Diagnostics;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>
/// A worker that reads all shards of a stream alone: which shards are read when, from where, how far they are stored as read, and what follows a failure.
/// <para>A child is read only when all its parents have ended, which means: read to the end, everything done, and stored so.</para>
/// </summary>
internal sealed partial class StreamWorker(WorkerSettings settings, Random random) : ReadingWorker(settings, random)
{
    // A checkpoint that did not move is stored again only when its time of being complete has moved by this much.
    internal static readonly TimeSpan IdleStoreSpacing = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ChildlessListDelay = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, ShardEntry> _shards = new(StringComparer.Ordinal);   // in the order of listing
    private readonly HashSet<string> _progressToRead = new(StringComparer.Ordinal);

    private bool _hasBegun;                  // what is stored was looked at once

    private protected override bool IsStopping => _isStopping;

    private protected override TimeSpan ListDelay => _shards.Values.Any(entry => entry.IsWithoutChildren) ? ChildlessListDelay : Settings.ShardListInterval;

    internal override void Step(WorkerEvent happened, WorkerTime now, List<WorkerCommand> commands)
    {
        if (_isFinished)
        {
            return;
        }

        switch (happened)
        {
            case WorkerEvent.Started:
                Describe(commands);
                break;
            case WorkerEvent.StopRequested:
                Stop(null, commands);
                break;
            case WorkerEvent.Faulted faulted:
                Stop(faulted.Exception, commands);
                break;
            case WorkerEvent.Drained drained:
                OnDrained(_shards[drained.Shard], drained, commands);
                break;
            case WorkerEvent.ProgressWritten { Shard: { } shard }:
                OnStored(_shards[shard], now, commands);
                break;
            case WorkerEvent.ProgressNotWritten { Shard: { } shard } notWritten:
                OnNotStored(_shards[shard], notWritten.Exception, commands);
                break;
            case WorkerEvent.ShardDelayElapsed elapsed when _shards[elapsed.Shard].Final is not null:
                Store(_shards[elapsed.Shard], commands);
                break;
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

    private protected override ShardReader? FindReader(string shard) => _shards.TryGetValue(shard, out var entry) ? entry.Reader : null;

    private protected override IEnumerable<ShardReader> Readers() =>
        _shards.Values.Where(entry => entry.Status == ShardStatus.Reading).Select(entry => entry.Reader).OfType<ShardReader>();

    private void StepWhileReading(WorkerEvent happened, WorkerTime now, List<WorkerCommand> commands)
    {
        switch (happened)
        {
            case WorkerEvent.ProgressWritten { Shard: null }:
                StreamBackoff.Succeeded();
                break;
            case WorkerEvent.ProgressNotWritten { Shard: null } notWritten:
                commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(null, notWritten.Exception)));
                commands.Add(new WorkerCommand.DelayStream(StreamTimer.Store, StreamBackoff.Next()));
                break;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.Store }:
                commands.Add(new WorkerCommand.WriteCreatedAt(Stream!.CreatedAt));
                break;
            case WorkerEvent.ProgressRead read:
                OnProgressRead(read, now, commands);
                break;
            case WorkerEvent.ProgressNotRead notRead:
                commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(null, notRead.Exception)));
                _progressToRead.UnionWith(notRead.Shards);
                commands.Add(new WorkerCommand.DelayStream(StreamTimer.Progress, StreamBackoff.Next()));
                break;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.Progress }:
                commands.Add(new WorkerCommand.ReadProgress(Stream!.CreatedAt, [.. _progressToRead]));
                _progressToRead.Clear();
                break;
            case WorkerEvent.CheckpointDue due:
                OnCheckpointDue(due.Watermarks, commands);
                break;
            default:
                throw new UnreachableException(happened.GetType().Name);
        }
    }

    private protected override void OnShards(IReadOnlyList<KinesisShard> listed, WorkerTime now, List<WorkerCommand> commands)
    {
        var added = new List<string>();
        foreach (var shard in listed)
        {
            if (_shards.TryGetValue(shard.ShardId, out var known))
            {
                known.Shard = shard;
            }
            else
            {
                _shards.Add(shard.ShardId, new(shard));
                added.Add(shard.ShardId);
            }

            foreach (var parent in ParentsOf(shard))
            {
                if (_shards.TryGetValue(parent, out var entry))
                {
                    entry.IsWithoutChildren = false;
                }
            }
        }

        // What has ended here and is listed no more will not come back.
        var names = listed.Select(shard => shard.ShardId).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _shards.Values.Where(entry => entry.Status == ShardStatus.Ended && !names.Contains(entry.Shard.ShardId)).ToList())
        {
            _shards.Remove(gone.Shard.ShardId);
        }

        if (added.Count > 0 || !_hasBegun)
        {
            commands.Add(new WorkerCommand.ReadProgress(Stream!.CreatedAt, added));
        }

        StartReady(now, commands);
    }

    private void OnProgressRead(WorkerEvent.ProgressRead read, WorkerTime now, List<WorkerCommand> commands)
    {
        var start = ShardPosition.TrimHorizon; // what is found later descends from what was read
        var isFirst = !_hasBegun;
        if (isFirst)
        {
            _hasBegun = true;
            commands.Add(new WorkerCommand.DelayCheckpoint(Settings.CheckpointInterval));
            if (read.CreatedAt is null)
            {
                start = Settings.Start;
            }
            else if (read.CreatedAt != Stream!.CreatedAt && !Lose(DataLossReason.Recreated, commands))
            {
                return;
            }

            if (read.CreatedAt != Stream!.CreatedAt)
            {
                commands.Add(new WorkerCommand.WriteCreatedAt(Stream!.CreatedAt));
            }
        }

        foreach (var entry in _shards.Values.Where(entry => entry.Status == ShardStatus.Unknown))
        {
            // Shards that were listed after the question are asked about by another one.
            if (!read.Shards.TryGetValue(entry.Shard.ShardId, out var progress))
            {
                continue;
            }

            entry.Stored = progress;
            entry.Status = progress.IsEnded ? ShardStatus.Ended : ShardStatus.WaitingForParents;
            if (progress.IsEnded && entry.Shard.IsOpen)
            {
                RevokeEnd(entry, commands);
            }
            else if (start.Kind != ShardPositionKind.TrimHorizon && progress.IsEmpty)
            {
                BeginAt(start, entry, now, commands);
            }
        }

        StartReady(now, commands);
    }

    /// <summary>
    /// A first start that is not at the oldest record is stored before anything is read: after a crash it is not decided anew, which would leave out what came between.
    /// </summary>
    private void BeginAt(ShardPosition start, ShardEntry entry, WorkerTime now, List<WorkerCommand> commands)
    {
        var isLatest = start.Kind == ShardPositionKind.Latest;
        entry.Start = start;
        entry.Status = ShardStatus.Beginning;
        entry.Final = new(null, isLatest && !entry.Shard.IsOpen ? ShardProgress.End : isLatest ? now.Wall : start.Timestamp);
        Store(entry, commands);
    }

    /// <summary>
    /// The released version took a malformed answer for the end of a shard. Stored before anything is read: the shard may be closed by the next start, and then nothing would show it any more.
    /// </summary>
    private void RevokeEnd(ShardEntry entry, List<WorkerCommand> commands)
    {
        commands.Add(new WorkerCommand.Report(new WorkerNotice.EndRevoked(entry.Shard.ShardId, entry.Stored.Checkpoint)));
        entry.Status = ShardStatus.Beginning;
        entry.Final = new(entry.Stored.Checkpoint, ShardProgress.Unknown);
        Store(entry, commands);
    }

    private void StartReady(WorkerTime now, List<WorkerCommand> commands)
    {
        foreach (var entry in _shards.Values)
        {
            // A parent that is not listed is older than the stream's retention.
            if (_isStopping || entry.Status != ShardStatus.WaitingForParents
                || !ParentsOf(entry.Shard).All(parent => !_shards.TryGetValue(parent, out var known) || known.Status == ShardStatus.Ended))
            {
                continue;
            }

            var position = entry.Start
                ?? (entry.Stored.CompleteUntil is { } until && until > ShardProgress.Unknown ? ShardPosition.AtTimestamp(until) : ShardPosition.TrimHorizon);
            entry.Status = ShardStatus.Reading;
            entry.Reader = new(entry.Shard.ShardId, Settings, Room, Random);
            entry.Reader.Begin(entry.Stored, position, entry.Start is null && !entry.Stored.IsEmpty, mustReread: false, Stream!, now, commands);
            AfterReading(entry.Shard.ShardId, commands);
        }
    }
}
