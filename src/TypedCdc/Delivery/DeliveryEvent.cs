namespace TypedCdc.Delivery;

/// <summary>What can happen to the delivery core.</summary>
internal abstract record DeliveryEvent
{
    private DeliveryEvent()
    {
    }

    /// <summary>A source wants to publish.</summary>
    internal sealed record RoomAsked(Reservation Reservation) : DeliveryEvent;

    /// <summary>It does not want to any more.</summary>
    internal sealed record RoomGivenUp(Reservation Reservation) : DeliveryEvent;

    /// <summary>An admitted batch, parsed and routed.</summary>
    internal sealed record BatchArrived(BatchState Batch) : DeliveryEvent;

    /// <summary>A work has ended.</summary>
    internal sealed record WorkCompleted(Work Work, WorkOutcome Outcome) : DeliveryEvent;

    /// <summary>A work's dead letters are durable.</summary>
    internal sealed record DeadLettersStored(Work Work) : DeliveryEvent;

    /// <summary>A shard's lease is lost.</summary>
    internal sealed record ShardAbandoned(ShardState Shard) : DeliveryEvent;

    /// <summary>Nothing more is to be started.</summary>
    internal sealed record Halted : DeliveryEvent;
}
