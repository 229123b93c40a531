using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>
/// What every worker of a stream does, as a synchronous step function, (state, event, now) → commands: it describes the stream, lists its shards, and leads the readers of those that it reads. Which
/// shards these are, and where progress is stored, is decided by what derives from it. It starts no thread and reads no clock, so that a seed replays a run.
/// </summary>
internal abstract class ReadingWorker
{
    // While a stream is resharded a listing may have a gap for some seconds; a service that never lists the whole range is read all the same.
    private const int ToleratedListings = 6;

    private bool _isDescribing;              // a DescribeStreamSummary is under way
    private bool _mustDescribeAgain;         // something happened since it was asked
    private bool _isListing;                 // a ListShards is under way
    private bool _mustListAgain;             // something happened since it was asked
    private int _incompleteListings;         // in a row

    private protected ReadingWorker(WorkerSettings settings, Random random)
    {
        Settings = settings;
        Random = random;
        StreamBackoff = new(random);
        Room = new(settings.PrefetchBytes);
    }

    /// <summary>The bytes read, or being read, that the pipeline has not taken.</summary>
    internal long PrefetchedBytes => Room.Used;

    private protected WorkerSettings Settings { get; }

    private protected Random Random { get; }

    private protected Backoff StreamBackoff { get; }

    private protected ReadRoom Room { get; }

    /// <summary>Null until it was described.</summary>
    private protected KinesisStreamSummary? Stream { get; private set; }

    /// <summary>The shards of the last listing.</summary>
    private protected IReadOnlyDictionary<string, KinesisShard> Listed { get; private set; } = new Dictionary<string, KinesisShard>(StringComparer.Ordinal);

    private protected abstract bool IsStopping { get; }

    /// <summary>How long the next listing waits; <see cref="WorkerSettings.ShardListInterval"/> unless something is missing.</summary>
    private protected abstract TimeSpan ListDelay { get; }

    /// <summary>One step.</summary>
    /// <param name="happened">What happened.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What is to be done is added here, in order.</param>
    internal abstract void Step(WorkerEvent happened, WorkerTime now, List<WorkerCommand> commands);

    /// <summary>The reader of a shard; null where the shard is not read, or not any more.</summary>
    private protected abstract ShardReader? FindReader(string shard);

    private protected abstract IEnumerable<ShardReader> Readers();

    /// <summary>The shards were listed.</summary>
    private protected abstract void OnShards(IReadOnlyList<KinesisShard> listed, WorkerTime now, List<WorkerCommand> commands);

    private protected abstract void Stop(Exception? failure, List<WorkerCommand> commands);

    private protected static IEnumerable<string> ParentsOf(KinesisShard shard)
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

    private protected bool HasChild(string shard) => Listed.Values.Any(other => ParentsOf(other).Contains(shard, StringComparer.Ordinal));

    /// <returns>Whether the event is one of the stream's or of a shard's reading.</returns>
    private protected bool StepReading(WorkerEvent happened, WorkerTime now, List<WorkerCommand> commands)
    {
        switch (happened)
        {
            case WorkerEvent.StreamDescribed described:
                OnDescribed(described.Summary, commands);
                return true;
            case WorkerEvent.ShardsListed listed:
                OnListed(listed.Shards, now, commands);
                return true;
            case WorkerEvent.StreamFailed failed:
                OnStreamFailed(failed.IsDescription, failed.Exception, commands);
                return true;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.Begin }:
                Describe(commands);
                return true;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.List } when StreamBackoff.Failures == 0 && ListDelay == Settings.ShardListInterval:
                Describe(commands); // lists the shards, when the stream is still the same
                return true;
            case WorkerEvent.StreamDelayElapsed { Timer: StreamTimer.List }:
                List(commands);
                return true;
            case WorkerEvent.IteratorReceived received:
                FindReader(received.Shard)?.OnIterator(received.Iterator, now, commands);
                return true;
            case WorkerEvent.RecordsRead read:
                FindReader(read.Shard)?.OnRead(read.Summary, Stream!, now, commands);
                AfterReading(read.Shard, commands);
                return true;
            case WorkerEvent.Published published:
                FindReader(published.Shard)?.OnPublished(now, commands);
                AfterReading(published.Shard, commands);
                return true;
            case WorkerEvent.ShardDelayElapsed elapsed:
                FindReader(elapsed.Shard)?.OnDelayElapsed(Stream!, now, commands);
                AfterReading(elapsed.Shard, commands);
                return true;
            case WorkerEvent.ShardFailed failed:
                if (FindReader(failed.Shard)?.OnFailed(failed.Exception, Stream!, now, commands) is { } fatal)
                {
                    Stop(fatal, commands);
                }

                AfterReading(failed.Shard, commands);
                return true;
            default:
                return false;
        }
    }

    private protected void GiveRoom(WorkerTime now, List<WorkerCommand> commands)
    {
        while (!IsStopping && Room.Next() is { } reader)
        {
            reader.OnRoom(now, commands);
        }
    }

    private protected void Describe(List<WorkerCommand> commands)
    {
        _mustDescribeAgain = _isDescribing;
        if (!_isDescribing)
        {
            _isDescribing = true;
            commands.Add(new WorkerCommand.DescribeStream());
        }
    }

    private protected void List(List<WorkerCommand> commands)
    {
        _mustListAgain = _isListing;
        if (!_isListing)
        {
            _isListing = true;
            commands.Add(new WorkerCommand.ListShards());
        }
    }

    private protected void AfterReading(string shard, List<WorkerCommand> commands)
    {
        if (IsStopping || FindReader(shard) is not { } reader)
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

    /// <returns>Whether it goes on.</returns>
    private protected bool Lose(DataLossReason reason, List<WorkerCommand> commands)
    {
        var loss = new KinesisDataLoss(Settings.Stream, null, null, reason);
        commands.Add(new WorkerCommand.Report(new WorkerNotice.DataLost(loss, Settings.OnDataLoss)));
        if (Settings.OnDataLoss == DataLossAction.Skip)
        {
            return true;
        }

        Stop(new KinesisDataLossException(loss), commands);
        return false;
    }

    private void OnDescribed(KinesisStreamSummary summary, List<WorkerCommand> commands)
    {
        _isDescribing = false;
        StreamBackoff.Succeeded();
        if (Stream is not null && Stream.CreatedAt != summary.CreatedAt)
        {
            OnReplaced(DataLossReason.Recreated, commands);
            return;
        }

        Stream = summary;
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
        if (Settings.OnDataLoss == DataLossAction.Fail)
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
            case KinesisErrorKind.NotFound when Stream is not null && isDescription:
                OnReplaced(DataLossReason.Deleted, commands);
                return;
            case KinesisErrorKind.NotFound when Stream is not null:
                Describe(commands);
                return;
            case KinesisErrorKind.Transient or KinesisErrorKind.Throttled or KinesisErrorKind.ExpiredIterator:
            case KinesisErrorKind.InvalidPosition when Stream is not null:
            case KinesisErrorKind.NotFound when Settings.IsRestart:
                break;
            default:
                Stop(exception, commands);
                return;
        }

        if (StreamBackoff.Failures == 0)
        {
            commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(null, exception)));
        }

        commands.Add(new WorkerCommand.DelayStream(isDescription ? StreamTimer.Begin : StreamTimer.List, StreamBackoff.Next()));
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
        StreamBackoff.Succeeded();
        Listed = listed.ToDictionary(shard => shard.ShardId, StringComparer.Ordinal);
        OnShards(listed, now, commands);
        if (_mustListAgain)
        {
            List(commands);
            return;
        }

        Answer(now, commands);
        commands.Add(new WorkerCommand.DelayStream(StreamTimer.List, ListDelay));
    }

    /// <summary>Tells the readers that asked what a listing shows that was made after they had asked.</summary>
    private void Answer(WorkerTime now, List<WorkerCommand> commands)
    {
        if (_isDescribing)
        {
            return;
        }

        foreach (var reader in Readers().Where(reader => reader.Question != ShardQuestion.None).ToList())
        {
            var isListed = Listed.TryGetValue(reader.Shard, out var shard);
            reader.OnAnswered(isListed ? !shard!.IsOpen : HasChild(reader.Shard), isListed, Stream!, now, commands);
            AfterReading(reader.Shard, commands);
        }
    }
}
