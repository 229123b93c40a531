using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>
/// The half of a reader that asks before it draws a conclusion: a shard is at its end only when the service confirms it, and a checkpoint is lost only when the stream is still the same.
/// </summary>
internal sealed partial class ShardReader
{
    // AWS names the child shards at the end of a shard. A service that does not has to give the same answer this often in a row, or one malformed answer would end a closed shard with records left.
    private const int EndAnswersWithoutChildren = 5;

    private KinesisException? _cause; // of the question; null for an answer without an iterator
    private int _endAnswers;          // answers in a row without an iterator, child shards and records, while the shard is listed as closed

    /// <summary>What the worker has to find out; the reader waits until then.</summary>
    internal ShardQuestion Question { get; private set; }

    /// <summary>The answer to <see cref="Question"/>; the stream is still the one that is read.</summary>
    /// <param name="isClosed">Whether the service confirms that the shard takes no more records.</param>
    /// <param name="isListed">Whether the service still has the shard.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="now">The time.</param>
    /// <param name="commands">What is to be done is added here.</param>
    internal void OnAnswered(bool isClosed, bool isListed, KinesisStreamSummary stream, WorkerTime now, List<WorkerCommand> commands)
    {
        var question = Question;
        Question = ShardQuestion.None;
        switch (question)
        {
            case ShardQuestion.IsPositionLost:
                OnLoss(DataLossReason.UnknownCheckpoint, stream, now, commands);
                break;
            case ShardQuestion.IsAtEnd when isClosed && ++_endAnswers < EndAnswersWithoutChildren:
                Delay(_backoff.Next(), commands);
                break;
            case ShardQuestion.IsAtEnd when isClosed && _isVerifying:
                // Read again from the last record up to the end, and the record is missing.
                OnLoss(DataLossReason.Trimmed, stream, now, commands);
                break;
            case ShardQuestion.IsAtEnd when isClosed:
                End(commands);
                break;
            case ShardQuestion.IsAtEnd:
                commands.Add(new WorkerCommand.Report(new WorkerNotice.EndNotConfirmed(Shard)));
                Delay(_backoff.Next(), commands);
                break;
            case ShardQuestion.IsGone when isClosed && !isListed:
                OnGone(commands);
                break;
            default:
                // The service lists the shard and does not know it: it contradicts itself for now.
                _iterator = null;
                commands.Add(new WorkerCommand.Report(new WorkerNotice.Retrying(Shard, _cause!)));
                Delay(_backoff.Next(), commands);
                break;
        }
    }

    private void Ask(ShardQuestion question, KinesisException? exception)
    {
        _phase = Phase.Asking;
        _cause = exception;
        Question = question;
    }

    private void End(List<WorkerCommand> commands)
    {
        _phase = Phase.Ended;
        commands.Add(new WorkerCommand.Drain(Shard));
    }

    /// <summary>The shard has left retention. Where the last read was at its tip it was complete; else records may be lost.</summary>
    private void OnGone(List<WorkerCommand> commands)
    {
        if (!_isAtTip && !ReportLoss(DataLossReason.Trimmed, commands))
        {
            return;
        }

        End(commands);
    }

    /// <returns>Whether it goes on.</returns>
    private bool ReportLoss(DataLossReason reason, List<WorkerCommand> commands)
    {
        var loss = new KinesisDataLoss(_settings.Stream, Shard, _lastFetched, reason);
        commands.Add(new WorkerCommand.Report(new WorkerNotice.DataLost(loss, _settings.OnDataLoss)));
        if (_settings.OnDataLoss == DataLossAction.Skip)
        {
            return true;
        }

        Loss = new(loss);
        _phase = Phase.Ended;
        return false;
    }
}
