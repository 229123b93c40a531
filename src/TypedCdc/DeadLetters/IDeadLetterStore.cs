namespace TypedCdc.DeadLetters;

/// <summary>
/// Keeps what could not be delivered. A checkpoint passes a dead letter only when <see cref="StoreAsync"/> has returned; while the store fails, delivery of the keys
/// concerned waits.
/// </summary>
public interface IDeadLetterStore
{
    /// <summary>
    /// Called once before the first write: create what must be there. An exception is taken for an outage and the call is repeated, with an alarm, until it succeeds; what no waiting
    /// mends (a wrong password, a missing right) is to be a <see cref="CdcConfigurationException"/>, which ends the start.
    /// </summary>
    ValueTask StartAsync(CancellationToken cancellationToken) => default;

    /// <summary>Stores. When it returns, all of them are durable. May be called again with the same after a failure.</summary>
    ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken);
}
