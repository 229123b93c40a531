namespace TypedCdc;

/// <summary>
/// What happens when a subscriber fails. Three kinds are told apart: <em>transient</em> failures (connections, time-outs, throttling, SQLSTATE classes 08, 40, 53 and 57, and 25006)
/// are retried indefinitely under back-pressure; <em>permanent</em> ones (a record that does not fit the model, a row that the sink refused) are not retried at all;
/// anything else is retried <see cref="MaximumAttempts"/> times and is permanent then.
/// </summary>
public sealed class FailureOptions
{
    /// <summary>
    /// How often something that is neither known as transient nor as permanent is tried, the first time included; null for without end.
    /// The default value is 5 for handlers: a bug fails each time, a hiccup does not. It is null for sinks: a sink says by
    /// <see cref="RejectedRecordsException"/> what it can never write, so anything else is taken as an outage and the checkpoint stands still.
    /// </summary>
    public int? MaximumAttempts { get; set; } = 5;

    /// <summary>The wait before the second attempt; it doubles with each further one, with jitter. The default value is 200 ms: about the time a failover of a connection takes.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between two attempts. The default value is 30 s: an outage that ends is noticed within half a minute.</summary>
    public TimeSpan MaximumDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What becomes of a record that fails for good. The default value is <see cref="FailureAction.DeadLetter"/>.</summary>
    public FailureAction OnPermanent { get; set; } = FailureAction.DeadLetter;

    /// <summary>Says of further exceptions that they are transient, such as those of a client library of your own. The default value is null: none.</summary>
    public Func<Exception, bool>? IsTransient { get; set; }

    /// <summary>Says of further exceptions that they are permanent, so that no attempt is wasted on them. The default value is null: none.</summary>
    public Func<Exception, bool>? IsPermanent { get; set; }

    internal void Validate(string subscriber)
    {
        if (MaximumAttempts is < 1)
        {
            throw new CdcConfigurationException($"MaximumAttempts of '{subscriber}' must be at least 1 (the first attempt counts), or null for without end.");
        }

        if (BaseDelay < TimeSpan.Zero || MaximumDelay < BaseDelay || MaximumDelay > TimeSpan.FromHours(24))
        {
            throw new CdcConfigurationException(
                $"The delays of '{subscriber}' do not fit together: BaseDelay must not be negative, and MaximumDelay must be at least BaseDelay and at most a day.");
        }
    }

    internal FailureOptions Clone() => (FailureOptions)MemberwiseClone();
}
