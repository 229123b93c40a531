namespace TypedCdc.Delivery;

/// <summary>What the delivery core wants done.</summary>
internal abstract record DeliveryCommand
{
    private DeliveryCommand()
    {
    }

    /// <summary>The reservation is admitted: wake its source.</summary>
    internal sealed record Admit(Reservation Reservation) : DeliveryCommand;

    /// <summary>Run the work, then report <see cref="DeliveryEvent.WorkCompleted"/>.</summary>
    internal sealed record Run(Work Work) : DeliveryCommand;

    /// <summary>Store <see cref="Work.DeadLetters"/> durably, then report <see cref="DeliveryEvent.DeadLettersStored"/>.</summary>
    internal sealed record StoreDeadLetters(Work Work) : DeliveryCommand;

    /// <summary>Say aloud that a record was skipped.</summary>
    internal sealed record ReportSkipped(Work Work, RecordFailure Failure) : DeliveryCommand;

    /// <summary>Say aloud that the shard was cut before a record (<see cref="StopScope.Shard"/>).</summary>
    internal sealed record ReportCut(Work Work, RecordFailure Failure, string Reason) : DeliveryCommand;

    /// <summary>The shard's watermark is now this.</summary>
    internal sealed record Advance(ShardState Shard, SequenceNumber Watermark) : DeliveryCommand;

    /// <summary>Everything published of the shard is acknowledged.</summary>
    internal sealed record Drained(ShardState Shard) : DeliveryCommand;

    /// <summary>The record is done; said only where its span waits to be ended.</summary>
    internal sealed record EndRecord(TrackedRecord Record) : DeliveryCommand;

    /// <summary>The batch's buffer is free.</summary>
    internal sealed record Release(BatchState Batch) : DeliveryCommand;

    /// <summary>Delivery stops here: nothing more is started, no checkpoint moves.</summary>
    internal sealed record Halt(string Subscriber, string Reason, Exception? Exception) : DeliveryCommand;
}
