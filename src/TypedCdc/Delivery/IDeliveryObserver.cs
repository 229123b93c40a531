namespace TypedCdc.Delivery;

/// <summary>Watches delivery, and may make attempts fail: for tests.</summary>
internal interface IDeliveryObserver
{
    /// <summary>Called before each attempt of a subscriber. What it throws is the attempt's failure.</summary>
    ValueTask BeforeAttemptAsync(string subscriber, CancellationToken cancellationToken);

    /// <summary>A work has ended.</summary>
    void OnCompleted(string subscriber, Work work, WorkOutcome outcome);
}
