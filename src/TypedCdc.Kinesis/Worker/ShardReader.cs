using System.Diagnostics;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>
/// The decisions of reading one shard, as synchronous steps: (state, event, now) → commands. One thing is outstanding at a time: an iterator, a read, a publication or a
/// delay, so that records reach the pipeline in the shard's order.
/// </summary>
internal sealed partial class ShardReader
{
    /// <summary>A shard allows five reads a second (Amazon Kinesis API reference, GetRecords); a little more than a fifth of it, because calls do not all take the same time.</summary>
    internal static readonly TimeSpan ReadSpacing = TimeSpan.FromMilliseconds(210);

    /// <summary>How far this machine's clock and the service's may differ.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(10);

    private const int MaximumLimit = 10_000;

    // What a read should bring: a second's worth of a shard's 2 MB/s.
    private const long TargetBytes = 2 * 1024 * 1024;

    private readonly WorkerSettings _settings;
    private readonly ReadRoom _room;
    private readonly Backoff _backoff;
    private readonly List<Mark> _marks = [];      // what is read and not known to be done, oldest first

    private Phase _phase = Phase.New;
    private ShardPosition _position;              // where to begin while nothing was fetched
    private string? _iterator;                    // null: one must be got first
    private SequenceNumber? _lastFetched;         // where to go on after an iterator was lost; the checkpoint at first
    private DateTimeOffset? _fetchedUntil;        // every record that arrived before this was fetched
    private bool _isResumed;                      // begun from what was stored, so a gap would be a loss
    private bool _isVerifying;                    // the first record read must be the one that was fetched last
    private bool _mustReread;                     // the record at the checkpoint is delivered again
    private bool _hasChildren;                    // the last answer named child shards
    private bool _isAtTip;                        // the last answer was at the shard's tip
    private TimeSpan _nextReadAt;                 // the shard's limit of reads
    private DateTimeOffset _readSentAt;
    private double _recordBytes = 4096;           // a moving average of what was seen
    private long _taken;                          // of the room
    private ShardProgress _progress;              // what is known to be done

    internal ShardReader(string shard, WorkerSettings settings, ReadRoom room, Random random)
    {
        Shard = shard;
        _settings = settings;
        _room = room;
        _backoff = new(random);
    }

    private enum Phase
    {
        New,
        GettingIterator,
        Delayed,
        WaitingForRoom,
        Reading,
        Publishing,
        Asking,
        Ended,
    }

    internal string Shard { get; }

    /// <summary>Whether a closed shard was read to its end; a drain has been asked for then.</summary>
    internal bool IsAtEnd => _phase == Phase.Ended && Loss is null;

    /// <summary>The loss that it stopped at; null while there is none.</summary>
    internal KinesisDataLossException? Loss { get; private set; }

    /// <summary>What a read takes of the room: the records, and the answer that carries them as base64.</summary>
    internal long WantedBytes => Math.Min((long)(Limit * _recordBytes), TargetBytes) * 7 / 3;

    private int Limit => (int)Math.Clamp(TargetBytes / _recordBytes, 1, MaximumLimit);

    /// <summary>Begins behind the checkpoint, or at a position where there is none.</summary>
    /// <param name="progress">What is stored of the shard.</param>
    /// <param name="position">Where to begin without a checkpoint.</param>
    /// <param name="isResumed">Whether the shard was read before, so that a gap would be a loss.</param>
    /// <param name="mustReread">Whether the checkpoint's own record is read again: it may be an aggregate of which another consumer has done a part.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="now">The time.</param>
    /// <param name="commands">What is to be done is added here.</param>
    internal void Begin(
        ShardProgress progress, ShardPosition position, bool isResumed, bool mustReread, KinesisStreamSummary stream, WorkerTime now, List<WorkerCommand> commands)
    {
        _mustReread = mustReread;
        _progress = progress;
        _lastFetched = progress.Checkpoint;
        _fetchedUntil = progress.CompleteUntil;
        _position = position;
        _isResumed = isResumed;
        commands.Add(new WorkerCommand.Report(new WorkerNotice.ShardBegun(
            Shard, _lastFetched is not { } last ? position : mustReread ? ShardPosition.At(last) : ShardPosition.After(last))));
        GetIterator(stream, now, commands);
    }

    internal void OnIterator(string iterator, WorkerTime now, List<WorkerCommand> commands)
    {
        Debug.Assert(_phase == Phase.GettingIterator, "An iterator comes only when it was asked for.");
        _iterator = iterator;
        ReadWhenDue(now, TimeSpan.Zero, commands);
    }

    internal void OnDelayElapsed(KinesisStreamSummary stream, WorkerTime now, List<WorkerCommand> commands)
    {
        Debug.Assert(_phase == Phase.Delayed, "One thing is outstanding at a time.");
        if (_iterator is null)
        {
            GetIterator(stream, now, commands);
        }
        else
        {
            ReadWhenDue(now, TimeSpan.Zero, commands);
        }
    }

    /// <summary>The room that was asked for is there.</summary>
    internal void OnRoom(WorkerTime now, List<WorkerCommand> commands)
    {
        Debug.Assert(_phase == Phase.WaitingForRoom, "Room is given to who asked.");
        _taken = WantedBytes;
        _phase = Phase.Reading;
        _nextReadAt = now.Elapsed + ReadSpacing;
        _readSentAt = now.Wall;
        commands.Add(new WorkerCommand.Read(Shard, _iterator!, Limit, _mustReread ? null : _lastFetched));
    }

    internal void OnRead(ReadSummary read, KinesisStreamSummary stream, WorkerTime now, List<WorkerCommand> commands)
    {
        Debug.Assert(_phase == Phase.Reading, "Records come only when they were asked for.");
        if (read.IsWhole || read.Returned > 0)
        {
            _endAnswers = 0;
            _backoff.Succeeded();
        }

        if (read.Returned > 0)
        {
            _recordBytes = Math.Max(1, (_recordBytes + (double)read.Bytes / read.Returned) / 2);
        }

        if (_isVerifying && !Verify(read, stream, now, commands))
        {
            return;
        }

        _iterator = read.Next;
        _hasChildren = read.HasChildren;
        _isAtTip = read.IsWhole && read.BehindLatest == TimeSpan.Zero;
        var until = _isAtTip ? _readSentAt : read.LastArrival;
        if (until > (_fetchedUntil ?? DateTimeOffset.MinValue))
        {
            _fetchedUntil = until;
        }

        if (read.New > 0)
        {
            _mustReread = false;
            _lastFetched = read.Last;
            _marks.Add(new(read.Last!.Value, _fetchedUntil));
            _room.Change(read.Bytes - _taken);
            _taken = read.Bytes;
            _phase = Phase.Publishing;
            commands.Add(new WorkerCommand.Publish(Shard));
            return;
        }

        if (_marks.Count > 0)
        {
            _marks[^1] = _marks[^1] with { Until = _fetchedUntil };
        }
        else
        {
            _progress = _progress with { CompleteUntil = _fetchedUntil };
        }

        commands.Add(new WorkerCommand.Discard(Shard));
        GiveRoomBack();
        Continue(now, read.Returned == 0 && !(read.BehindLatest > TimeSpan.Zero) ? _settings.IdleDelay : TimeSpan.Zero, commands);
    }

    internal void OnPublished(WorkerTime now, List<WorkerCommand> commands)
    {
        Debug.Assert(_phase == Phase.Publishing, "Only what was to be published was.");
        GiveRoomBack();
        Continue(now, TimeSpan.Zero, commands);
    }

    /// <summary>GetShardIterator or GetRecords failed.</summary>
    /// <returns>Null when it goes on; else why it cannot.</returns>
    internal Exception? OnFailed(KinesisException exception, KinesisStreamSummary stream, WorkerTime now, List<WorkerCommand> commands)
    {
        var wasReading = _phase == Phase.Reading;
        GiveRoomBack();
        if (wasReading)
        {
            commands.Add(new WorkerCommand.Discard(Shard));
        }

        switch (exception.Kind)
        {
            case KinesisErrorKind.ExpiredIterator:
                _iterator = null;
                GetIterator(stream, now, commands);
                return null;

            case KinesisErrorKind.InvalidPosition when wasReading:
                // An iterator that the service does not take is worth no more than an expired one.
                _iterator = null;
                goto case KinesisErrorKind.Transient;

            case KinesisErrorKind.InvalidPosition when _lastFetched is not null:
                // Of this stream, or of an earlier one of its name?
                Ask(ShardQuestion.IsPositionLost, exception);
                return null;

            case KinesisErrorKind.NotFound:
                Ask(ShardQuestion.IsGone, exception);
                return null;

            case KinesisErrorKind.Transient:
            case KinesisErrorKind.Throttled:
                if (_backoff.Failures == 0)
                {
                    commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(Shard, exception)));
                }

                Delay(_backoff.Next(), commands);
                return null;

            default:
                return exception;
        }
    }

    /// <summary>What may be stored, once the watermark is known.</summary>
    internal ShardProgress Advance(SequenceNumber? watermark)
    {
        if (watermark is { } done && !(_progress.Checkpoint >= done))
        {
            _progress = _progress with { Checkpoint = done };
        }

        while (_marks.Count > 0 && _marks[0].Last <= _progress.Checkpoint)
        {
            _progress = _progress with { CompleteUntil = _marks[0].Until };
            _marks.RemoveAt(0);
        }

        return _progress;
    }

    /// <summary>Nothing is read any more.</summary>
    internal void Stop() => GiveRoomBack();

    private void GetIterator(KinesisStreamSummary stream, WorkerTime now, List<WorkerCommand> commands)
    {
        var mayBeTrimmed = _fetchedUntil is not { } until || now.Wall - until > stream.Retention - ClockMargin;
        ShardPosition position;
        if (_lastFetched is { } last)
        {
            // Where records may have been trimmed, the last one is read again: only that it is still there proves that nothing behind it is gone.
            // An idle shard's checkpoint may be trimmed without a loss; then its time of being complete is recent.
            _isVerifying = mayBeTrimmed || _mustReread;
            position = _isVerifying ? ShardPosition.At(last) : ShardPosition.After(last);
        }
        else if (_position.Kind == ShardPositionKind.TrimHorizon || (_position.Kind == ShardPositionKind.Latest && _phase == Phase.New) || _fetchedUntil is null)
        {
            position = _position;
        }
        else if (mayBeTrimmed && _isResumed)
        {
            OnLoss(DataLossReason.Trimmed, stream, now, commands);
            return;
        }
        else
        {
            // Nothing was fetched yet, and LATEST asked twice would leave out what came between.
            position = ShardPosition.AtTimestamp(_fetchedUntil.Value);
        }

        _phase = Phase.GettingIterator;
        commands.Add(new WorkerCommand.GetIterator(Shard, position));
    }

    /// <returns>False where the records were lost and the answer is not to be used.</returns>
    private bool Verify(ReadSummary read, KinesisStreamSummary stream, WorkerTime now, List<WorkerCommand> commands)
    {
        if (read.First == _lastFetched)
        {
            _isVerifying = false;
            return true;
        }

        if (read.First is null && (read.Next is null ? !read.HasChildren : read.BehindLatest != TimeSpan.Zero))
        {
            return true; // nothing seen yet
        }

        GiveRoomBack();
        commands.Add(new WorkerCommand.Discard(Shard));
        OnLoss(read.First < _lastFetched ? DataLossReason.UnknownCheckpoint : DataLossReason.Trimmed, stream, now, commands);
        return false;
    }

    /// <returns>Null when it goes on; else the error to stop with.</returns>
    private KinesisDataLossException? OnLoss(DataLossReason reason, KinesisStreamSummary stream, WorkerTime now, List<WorkerCommand> commands)
    {
        if (!ReportLoss(reason, commands))
        {
            return Loss;
        }

        _position = ShardPosition.TrimHorizon;
        _progress = default;
        _lastFetched = null;
        _fetchedUntil = null;
        _isResumed = _isVerifying = _mustReread = false;
        _iterator = null;
        GetIterator(stream, now, commands);
        return null;
    }

    private void Continue(WorkerTime now, TimeSpan rest, List<WorkerCommand> commands)
    {
        if (_iterator is not null)
        {
            ReadWhenDue(now, rest, commands);
        }
        else if (_hasChildren)
        {
            End(commands);
        }
        else
        {
            Ask(ShardQuestion.IsAtEnd, exception: null);
        }
    }

    private void ReadWhenDue(WorkerTime now, TimeSpan rest, List<WorkerCommand> commands)
    {
        var due = _nextReadAt - now.Elapsed;
        var delay = due > rest ? due : rest;
        if (delay > TimeSpan.Zero)
        {
            Delay(delay, commands);
            return;
        }

        _phase = Phase.WaitingForRoom;
        if (_room.TryTake(this, WantedBytes))
        {
            OnRoom(now, commands);
        }
    }

    private void Delay(TimeSpan delay, List<WorkerCommand> commands)
    {
        _phase = Phase.Delayed;
        commands.Add(new WorkerCommand.DelayShard(Shard, delay));
    }

    private void GiveRoomBack()
    {
        _room.Change(-_taken);
        _taken = 0;
    }

    /// <summary>Once <see cref="Last"/> is done, every record that arrived before <see cref="Until"/> is.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Mark(SequenceNumber Last, DateTimeOffset? Until);
}
