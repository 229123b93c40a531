using System.Globalization;

namespace TypedCdc;

/// <summary>How one batch handler is called.</summary>
public sealed class BatchHandlerOptions : HandlerOptions
{
    /// <summary>
    /// The most changes of one call. The default value is 500. A call never waits for more to come: it takes what came while the one before it ran.
    /// </summary>
    public int MaximumBatchRecords { get; set; } = 500;

    /// <summary>Whether rows of scans and exports are among the changes. The default value is false: a bootstrap must not mail every customer.</summary>
    public bool IncludeSnapshots { get; set; }

    internal override void Validate(string name)
    {
        base.Validate(name);
        if (MaximumBatchRecords < 1)
        {
            throw new CdcConfigurationException(string.Create(
                CultureInfo.InvariantCulture, $"MaximumBatchRecords of the handler '{name}' is {MaximumBatchRecords}, but must be at least 1."));
        }
    }
}
