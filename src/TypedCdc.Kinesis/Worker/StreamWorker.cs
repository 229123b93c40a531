using System.Diagnostics;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>
/// The decisions of reading one stream as one synchronous step function, (state, event, now) → commands: which shards are read when, from where, how far they are stored
/// as read, and what follows a failure. It starts no thread and reads no clock, so that a seed replays a run; <see cref="KinesisSource"/> carries the commands out.
/// <para>A child is read only when all its parents have ended, which means: read to the end, everything done, and stored so.</para>
/// </summary>
internal sealed partial class StreamWorker
{
    // A checkpoint that did not move is stored again only when its time of being complete has moved by this much.
    private static readonly TimeSpan IdleStoreSpacing = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ChildlessListDelay = TimeSpan.FromSeconds(1);

    // While a stream is resharded a listing may have a gap for some seconds; a service that never lists the whole range is read all the same.
    private const int ToleratedListings = 6;

    private readonly WorkerSettings _settings;
    private readonly Random _random;
    private readonly Backoff _streamBackoff;
    private readonly ReadRoom _room;
    private readonly Dictionary<string, ShardEntry> _shards = new(StringComparer.Ordinal);   // in the order of listing

    private KinesisStreamSummary? _stream;   // null until it was described
    private bool _hasBegun;                  // what is stored was looked at once
    private bool _isDescribing;              // a DescribeStreamSummary is under way
    private bool _mustDescribeAgain;         // something happened since it was asked
    private bool _isListing;                 // a ListShards is under way
    private bool _mustListAgain;             // something happened since it was asked
    private int _incompleteListings;         // in a row
    private readonly HashSet<string> _progressToRead = new(StringComparer.Ordinal);

    internal StreamWorker(WorkerSettings settings, Random random)
    {
        _settings = settings;
        _random = random;
        _streamBackoff = new(random);
        _room = new(settings.PrefetchBytes);
    }

    /// <summary>The bytes read, or being read, that the pipeline has not taken.</summary>
    internal long PrefetchedBytes => _room.Used;

    /// <summary>One step.</summary>
    /// <param name="happened">What happened.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What is to be done is added here, in order.</param>
    internal void Step(WorkerEvent happened, WorkerTime now, List<WorkerCommand> commands)
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
                if (!_isStopping)
                {
                    StepWhileReading(happened, now, commands);
                }

                break;
        }

        if (!_isStopping)
        {
            while (_room.Next() is { } reader)
            {
                reader.OnRoom(now, commands);
            }
        }
    }

    private void StepWhileReading(WorkerEvent happened, WorkerTime now, List<WorkerCommand> commands)
    {
        switch (happened)
        {
            case WorkerEvent.StreamDescribed described:
                OnDescribed(described.Summary, commands);
                break;
            case WorkerEvent.ShardsListed listed:
                OnListed(listed.Shards, now, commands);
                break;
            case WorkerEvent.StreamFailed failed:
                OnStreamFailed(failed.IsDescription, failed.Exception, commands);
                break;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.Begin }:
                Describe(commands);
                break;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.List } when _streamBackoff.Failures == 0 && !_shards.Values.Any(entry => entry.IsWithoutChildren):
                Describe(commands); // lists the shards, when the stream is still the same
                break;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.List }:
                List(commands);
                break;
            case WorkerEvent.ProgressWritten { Shard: null }:
                _streamBackoff.Succeeded();
                break;
            case WorkerEvent.ProgressNotWritten { Shard: null } notWritten:
                commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(null, notWritten.Exception)));
                commands.Add(new WorkerCommand.DelayStream(StreamTimer.Store, _streamBackoff.Next()));
                break;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.Store }:
                commands.Add(new WorkerCommand.WriteCreatedAt(_stream!.CreatedAt));
                break;
            case WorkerEvent.ProgressRead read:
                OnProgressRead(read, now, commands);
                break;
            case WorkerEvent.ProgressNotRead notRead:
                commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(null, notRead.Exception)));
                _progressToRead.UnionWith(notRead.Shards);
                commands.Add(new WorkerCommand.DelayStream(StreamTimer.Progress, _streamBackoff.Next()));
                break;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.Progress }:
                commands.Add(new WorkerCommand.ReadProgress(_stream!.CreatedAt, [.. _progressToRead]));
                _progressToRead.Clear();
                break;
            case WorkerEvent.CheckpointDue due:
                OnCheckpointDue(due.Watermarks, commands);
                break;
            case WorkerEvent.IteratorReceived received:
                Reader(received.Shard).OnIterator(received.Iterator, now, commands);
                break;
            case WorkerEvent.RecordsRead read:
                Reader(read.Shard).OnRead(read.Summary, _stream!, now, commands);
                AfterReading(read.Shard, commands);
                break;
            case WorkerEvent.Published published:
                Reader(published.Shard).OnPublished(now, commands);
                AfterReading(published.Shard, commands);
                break;
            case WorkerEvent.ShardDelayElapsed elapsed:
                Reader(elapsed.Shard).OnDelayElapsed(_stream!, now, commands);
                AfterReading(elapsed.Shard, commands);
                break;
            case WorkerEvent.ShardFailed failed:
                if (Reader(failed.Shard).OnFailed(failed.Exception, _stream!, now, commands) is { } fatal)
                {
                    Stop(fatal, commands);
                }

                AfterReading(failed.Shard, commands);
                break;
            default:
                throw new UnreachableException(happened.GetType().Name);
        }
    }

    private ShardReader Reader(string shard) => _shards[shard].Reader ?? throw new UnreachableException($"{shard} is not read.");

    private void List(List<WorkerCommand> commands)
    {
        _mustListAgain = _isListing;
        if (!_isListing)
        {
            _isListing = true;
            commands.Add(new WorkerCommand.ListShards());
        }
    }

    private void Describe(List<WorkerCommand> commands)
    {
        _mustDescribeAgain = _isDescribing;
        if (!_isDescribing)
        {
            _isDescribing = true;
            commands.Add(new WorkerCommand.DescribeStream());
        }
    }

    private void OnDescribed(KinesisStreamSummary summary, List<WorkerCommand> commands)
    {
        _isDescribing = false;
        _streamBackoff.Succeeded();
        if (_stream is not null && _stream.CreatedAt != summary.CreatedAt)
        {
            OnReplaced(DataLossReason.Recreated, commands);
            return;
        }

        _stream = summary;
        if (_mustDescribeAgain)
        {
            Describe(commands);
        }
        else
        {
            List(commands);
        }
    }

    /// <summary>The stream that is read does not exist any more. With Skip the worker ends and another one begins as at a start.</summary>
    private void OnReplaced(DataLossReason reason, List<WorkerCommand> commands)
    {
        if (_settings.OnDataLoss == DataLossAction.Fail)
        {
            Lose(reason, commands);
            return;
        }

        commands.Add(new WorkerCommand.Report(new WorkerNotice.StreamReplaced(reason == DataLossReason.Deleted)));
        Stop(new StreamReplacedException(), commands);
    }

    private void OnStreamFailed(bool isDescription, KinesisException exception, List<WorkerCommand> commands)
    {
        _isDescribing &= !isDescription;
        _isListing &= isDescription;
        switch (exception.Kind)
        {
            case KinesisErrorKind.NotFound when _stream is not null && isDescription:
                OnReplaced(DataLossReason.Deleted, commands);
                return;
            case KinesisErrorKind.NotFound when _stream is not null:
                Describe(commands);
                return;
            case KinesisErrorKind.Transient or KinesisErrorKind.Throttled or KinesisErrorKind.ExpiredIterator:
            case KinesisErrorKind.InvalidPosition when _stream is not null:
            case KinesisErrorKind.NotFound when _settings.IsRestart:
                break;
            default:
                Stop(exception, commands);
                return;
        }

        if (_streamBackoff.Failures == 0)
        {
            commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(null, exception)));
        }

        commands.Add(new WorkerCommand.DelayStream(isDescription ? StreamTimer.Begin : StreamTimer.List, _streamBackoff.Next()));
    }

    private void OnListed(IReadOnlyList<KinesisShard> listed, WorkerTime now, List<WorkerCommand> commands)
    {
        _isListing = false;
        if (ShardListing.FindGap(listed) is { } gap && (_incompleteListings++ < ToleratedListings || listed.Count == 0))
        {
            // An answer that leaves out shards would let a child begin before its parent.
            OnStreamFailed(isDescription: false, JsonAnswer.Unreadable("ListShards", gap), commands);
            return;
        }

        _incompleteListings = 0;
        _streamBackoff.Succeeded();
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
            commands.Add(new WorkerCommand.ReadProgress(_stream!.CreatedAt, added));
        }

        StartReady(now, commands);
        if (_mustListAgain)
        {
            List(commands);
            return;
        }

        Answer(names, now, commands);

        var isMissingChildren = _shards.Values.Any(entry => entry.IsWithoutChildren);
        commands.Add(new WorkerCommand.DelayStream(StreamTimer.List, isMissingChildren ? ChildlessListDelay : _settings.ShardListInterval));
    }

    private void OnProgressRead(WorkerEvent.ProgressRead read, WorkerTime now, List<WorkerCommand> commands)
    {
        var start = ShardPosition.TrimHorizon; // what is found later descends from what was read
        var isFirst = !_hasBegun;
        if (isFirst)
        {
            _hasBegun = true;
            commands.Add(new WorkerCommand.DelayCheckpoint(_settings.CheckpointInterval));
            if (read.CreatedAt is null)
            {
                start = _settings.Start;
            }
            else if (read.CreatedAt != _stream!.CreatedAt && !Lose(DataLossReason.Recreated, commands))
            {
                return;
            }

            if (read.CreatedAt != _stream!.CreatedAt)
            {
                commands.Add(new WorkerCommand.WriteCreatedAt(_stream.CreatedAt));
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

    /// <returns>Whether it goes on.</returns>
    private bool Lose(DataLossReason reason, List<WorkerCommand> commands)
    {
        var loss = new KinesisDataLoss(_settings.Stream, null, null, reason);
        commands.Add(new WorkerCommand.Report(new WorkerNotice.DataLost(loss, _settings.OnDataLoss)));
        if (_settings.OnDataLoss == DataLossAction.Skip)
        {
            return true;
        }

        Stop(new KinesisDataLossException(loss), commands);
        return false;
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
            entry.Reader = new(entry.Shard.ShardId, _settings, _room, _random);
            entry.Reader.Begin(entry.Stored, position, entry.Start is null && !entry.Stored.IsEmpty, _stream!, now, commands);
            AfterReading(entry.Shard.ShardId, commands);
        }
    }

    private void AfterReading(string shard, List<WorkerCommand> commands)
    {
        if (_isStopping || _shards[shard].Reader is not { } reader)
        {
            return;
        }

        if (reader.Loss is { } loss)
        {
            Stop(loss, commands);
        }
        else if (reader.Question == ShardQuestion.IsAtEnd)
        {
            List(commands);
        }
        else if (reader.Question != ShardQuestion.None)
        {
            Describe(commands); // which lists the shards when the stream is still the same
        }
    }

    /// <summary>Tells the readers that asked what a listing shows that was made after they had asked.</summary>
    private void Answer(HashSet<string> listed, WorkerTime now, List<WorkerCommand> commands)
    {
        if (_isDescribing)
        {
            return;
        }

        foreach (var entry in _shards.Values.Where(entry => entry.Status == ShardStatus.Reading && entry.Reader is { Question: not ShardQuestion.None }).ToList())
        {
            var shard = entry.Shard.ShardId;
            var isListed = listed.Contains(shard);
            var isClosed = isListed ? !entry.Shard.IsOpen : HasChild(shard);
            entry.Reader!.OnAnswered(isClosed, isListed, _stream!, now, commands);
            AfterReading(shard, commands);
        }
    }

    private bool HasChild(string shard) => _shards.Values.Any(other => ParentsOf(other.Shard).Contains(shard, StringComparer.Ordinal));

    private static IEnumerable<string> ParentsOf(KinesisShard shard)
    {
        if (shard.ParentShardId is not null)
        {
            yield return shard.ParentShardId;
        }

        if (shard.AdjacentParentShardId is not null)
        {
            yield return shard.AdjacentParentShardId;
        }
    }
}
