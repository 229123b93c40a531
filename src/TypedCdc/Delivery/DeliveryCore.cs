using TypedCdc.Observability;

namespace TypedCdc.Delivery;

/// <summary>
/// The decisions of delivery as one synchronous step function, (state, event, now) → commands: what is started when, in which order, what is
/// dead-lettered, when the breaker opens, and how far the watermark goes. It starts no thread and reads no clock, so that a seed replays a run;
/// <see cref="DeliveryEngine"/> is the thin asynchronous shell that carries the commands out.
/// </summary>
internal sealed class DeliveryCore
{
    /// <summary>The index of the subscriber that takes what is not a change record, and refuses it.</summary>
    internal const int Unreadable = 0;

    private readonly SubscriberLanes[] _subscribers;
    private readonly CircuitBreaker[] _breakers;
    private readonly DeliveryLimits _limits;
    private readonly StopPolicy _stop;
    private readonly CdcStatistics _statistics;
    private readonly Queue<Reservation> _waiting = new();   // sources that wait for room, first come first served
    private readonly List<TrackedRecord> _abandoned = [];   // scratch
    private readonly List<ShardState> _touched = [];        // in this step: shards with records that became done; they are advanced once, at its end
    private readonly List<BatchState> _emptied = [];        // in this step: batches that may be done with
    private long _inFlightBytes;
    private int _inFlightRecords;
    private long _ordinal;
    private bool _isHalted;

    internal DeliveryCore(
        IReadOnlyList<LanePolicy> subscribers, DeliveryLimits limits, CircuitBreakerOptions breaker, CdcStatistics statistics, StopPolicy? stop = null)
    {
        _limits = limits;
        _stop = stop ?? StopPolicy.Host;
        _statistics = statistics;
        _subscribers = new SubscriberLanes[subscribers.Count];
        _breakers = new CircuitBreaker[subscribers.Count];
        for (var index = 0; index < subscribers.Count; index++)
        {
            _subscribers[index] = new(index, subscribers[index]);
            _breakers[index] = new(breaker);
        }
    }

    internal long InFlightBytes => _inFlightBytes;

    internal int InFlightRecords => _inFlightRecords;

    internal bool IsHalted => _isHalted;

    /// <summary>How many records a subscriber has not finished.</summary>
    internal int Backlog(int subscriber) => _subscribers[subscriber].Count;

    /// <summary>One step.</summary>
    /// <param name="event">What happened.</param>
    /// <param name="now">Monotonic time since the start.</param>
    /// <param name="commands">What is to be done is added here, in order.</param>
    internal void Step(DeliveryEvent @event, TimeSpan now, List<DeliveryCommand> commands)
    {
        switch (@event)
        {
            case DeliveryEvent.RoomAsked asked:
                _waiting.Enqueue(asked.Reservation);
                AdmitWaiting(commands);
                break;
            case DeliveryEvent.RoomGivenUp givenUp:
                GiveUp(givenUp.Reservation, commands);
                break;
            case DeliveryEvent.BatchArrived arrived:
                Arrive(arrived.Batch, now, commands);
                break;
            case DeliveryEvent.WorkCompleted completed:
                Complete(completed.Work, completed.Outcome, now, commands);
                break;
            case DeliveryEvent.DeadLettersStored stored:
                DeadLettered(stored.Work, commands);
                break;
            case DeliveryEvent.ShardAbandoned abandoned:
                abandoned.Shard.IsAbandoned = true;
                StartAll(commands); // drops what waits in free lanes
                break;
            case DeliveryEvent.Halted:
                _isHalted = true;
                break;
        }

        foreach (var shard in _touched)
        {
            Advance(shard, commands);
        }

        _touched.Clear();
        foreach (var batch in _emptied)
        {
            batch.TryRecycle();
        }

        _emptied.Clear();
    }

    private void Arrive(BatchState batch, TimeSpan now, List<DeliveryCommand> commands)
    {
        batch.Remaining = batch.Records.Count;
        foreach (var record in batch.Records)
        {
            record.Ordinal = _ordinal++;
            record.Remaining = record.Subscribers.Length;
            batch.Shard.Add(record);
            if (record.Unreadable is null)
            {
                _breakers[Unreadable].OnSuccess(now);
            }
        }

        // After all of them are in the shard's order: a record that nobody takes must not move the watermark over its neighbours.
        foreach (var record in batch.Records)
        {
            if (record.IsAbandoned)
            {
                record.Remaining = 0;
            }

            if (record.IsDone)
            {
                Finished(record, commands);
                continue;
            }

            foreach (var subscriber in record.Subscribers)
            {
                _subscribers[subscriber].Enqueue(record);
            }
        }

        Touch(batch.Shard);
        StartAll(commands);
    }

    private void Complete(Work work, WorkOutcome outcome, TimeSpan now, List<DeliveryCommand> commands)
    {
        var lanes = _subscribers[work.Subscriber];
        var breaker = _breakers[work.Subscriber];
        var failure = 0;
        var completed = outcome.Completed;
        for (var index = 0; index < completed; index++)
        {
            if (failure == outcome.Failures.Count || outcome.Failures[failure].Index != index)
            {
                breaker.OnSuccess(now);
                Acknowledge(work.Records[index], commands);
                continue;
            }

            var failed = outcome.Failures[failure++];
            if (failed.Action == FailureAction.Skip)
            {
                commands.Add(new DeliveryCommand.ReportSkipped(work, failed));
                work.Show(index);
                Acknowledge(work.Records[index], commands);
                continue;
            }

            string? tripped = null;
            if (failed.Action == FailureAction.DeadLetter && _stop.HasDeadLetters)
            {
                tripped = breaker.OnFailure(now);
                if (tripped is null)
                {
                    (work.DeadLetters ??= []).Add(failed);
                    work.Show(index);
                    continue;
                }
            }

            var reason = tripped
                ?? (failed.Exception is IStopsDelivery ? "this worker must not go on"
                    : failed.Action == FailureAction.Stop ? "the failure policy says to stop at a record that cannot be delivered" : "there is no dead-letter store");
            if (_stop.Scope == StopScope.Shard)
            {
                var record = work.Records[index];
                work.Show(index);
                if (!record.IsAbandoned)
                {
                    commands.Add(new DeliveryCommand.ReportCut(work, failed, reason));
                }

                record.Shard.Cut(record.Ordinal);
                Acknowledge(record, commands); // out of the way; a cut record counts as nothing
                continue;
            }

            // The lane stays held, and neither this record nor what stands behind it is acknowledged.
            _isHalted = true;
            commands.Add(new DeliveryCommand.Halt(lanes.Policy.Name, reason, failed.Exception));
            return;
        }

        lanes.Complete(work, completed);
        if (work.DeadLetters is { Count: > 0 })
        {
            commands.Add(new DeliveryCommand.StoreDeadLetters(work));
            return; // the lanes are free when the dead letters are durable
        }

        lanes.Release(work);
        StartAll(commands);
    }

    private void DeadLettered(Work work, List<DeliveryCommand> commands)
    {
        foreach (var failure in work.DeadLetters!)
        {
            var record = work.Records[failure.Index];
            record.IsDeadLettered = true;
            Acknowledge(record, commands);
        }

        work.DeadLetters = null;
        _subscribers[work.Subscriber].Release(work);
        StartAll(commands);
    }

    /// <summary>One subscriber is done with a record.</summary>
    private void Acknowledge(TrackedRecord record, List<DeliveryCommand> commands)
    {
        if (--record.Remaining == 0)
        {
            Finished(record, commands);
            Touch(record.Shard);
        }
    }

    private void Touch(ShardState shard)
    {
        // A work's records are of one shard or of a few.
        if (!_touched.Contains(shard))
        {
            _touched.Add(shard);
        }
    }

    private void Finished(TrackedRecord record, List<DeliveryCommand> commands)
    {
        if (!record.IsAbandoned)
        {
            _statistics.OnFinished(record);
        }

        if (record.Unreadable is not null)
        {
            record.Shard.UnreadableSettled();
        }

        if (record.Activity is not null)
        {
            record.Batch.IsShown = true;
            commands.Add(new DeliveryCommand.EndRecord(record));
        }

        var batch = record.Batch;
        if (--batch.Remaining == 0)
        {
            commands.Add(new DeliveryCommand.Release(batch));
            GiveBack(batch.Reservation);
            _emptied.Add(batch);
            AdmitWaiting(commands);
        }
    }

    private void Advance(ShardState shard, List<DeliveryCommand> commands)
    {
        if (shard.TryAdvance(_emptied))
        {
            commands.Add(new DeliveryCommand.Advance(shard, shard.Watermark!.Value));
        }

        if (shard.IsDrained)
        {
            commands.Add(new DeliveryCommand.Drained(shard));
        }
    }

    private void StartAll(List<DeliveryCommand> commands)
    {
        if (_isHalted)
        {
            return;
        }

        foreach (var subscriber in _subscribers)
        {
            while (subscriber.TryStart(_abandoned) is { } work)
            {
                commands.Add(new DeliveryCommand.Run(work));
            }
        }

        if (_abandoned.Count > 0)
        {
            var dropped = _abandoned.ToArray();
            _abandoned.Clear();
            foreach (var record in dropped)
            {
                Acknowledge(record, commands);
            }
        }
    }

    private void AdmitWaiting(List<DeliveryCommand> commands)
    {
        while (_waiting.TryPeek(out var first))
        {
            if (first.State == ReservationState.Waiting)
            {
                // A batch larger than the whole budget goes when nothing else is in flight; else it would wait for ever.
                var fits = _inFlightRecords == 0
                    || (_inFlightBytes + first.Bytes <= _limits.MaximumBytes && _inFlightRecords + first.Records <= _limits.MaximumRecords);
                if (!fits)
                {
                    return;
                }

                first.State = ReservationState.Admitted;
                _inFlightBytes += first.Bytes;
                _inFlightRecords += first.Records;
                commands.Add(new DeliveryCommand.Admit(first));
            }

            _waiting.Dequeue();
        }
    }

    private void GiveUp(Reservation reservation, List<DeliveryCommand> commands)
    {
        if (reservation.State == ReservationState.Admitted)
        {
            GiveBack(reservation);
        }

        reservation.State = ReservationState.Cancelled;
        AdmitWaiting(commands);
    }

    private void GiveBack(Reservation reservation)
    {
        _inFlightBytes -= reservation.Bytes;
        _inFlightRecords -= reservation.Records;
    }
}
