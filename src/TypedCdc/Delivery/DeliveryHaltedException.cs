using TypedCdc.Delivery;

namespace TypedCdc;

/// <summary>
/// Delivery stopped on purpose: a failure policy said so, or too many records would have become dead letters (<see cref="CircuitBreakerOptions"/>). The checkpoint
/// stands before the record that did it; a run after the fix goes on there.
/// </summary>
public sealed class DeliveryHaltedException : Exception
{
    internal DeliveryHaltedException(string subscriber, string reason, Exception? innerException)
        : base($"Delivery to '{subscriber}' has stopped: {reason}.", innerException)
    {
        Subscriber = subscriber;
    }

    /// <summary>The handler or sink.</summary>
    public string Subscriber { get; }
}
