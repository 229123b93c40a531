namespace TypedCdc;

/// <summary>How a function answers, and how much time it leaves for that.</summary>
public sealed class CdcFunctionOptions
{
    /// <summary>How Lambda is told that not every record was delivered. The default value is <see cref="FailureAnswer.BatchItemFailures"/>.</summary>
    public FailureAnswer FailureAnswer { get; set; }

    /// <summary>
    /// How long before Lambda's deadline <see cref="CdcFunction.RunAsync(CancellationToken)"/> gives up what is not delivered, so that the answer still arrives. The default value is
    /// 500 ms: the answer itself takes a few. What is given up comes again.
    /// </summary>
    public TimeSpan DeadlineMargin { get; set; } = TimeSpan.FromMilliseconds(500);

    internal void Validate()
    {
        if (DeadlineMargin < TimeSpan.Zero || DeadlineMargin > TimeSpan.FromMinutes(15))
        {
            throw new CdcConfigurationException("CdcFunctionOptions.DeadlineMargin must not be negative, nor longer than the 15 minutes that a function may run.");
        }
    }
}
