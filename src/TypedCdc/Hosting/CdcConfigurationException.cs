namespace TypedCdc;

/// <summary>The pipeline is configured in a way that cannot work. The message says how to mend it.</summary>
public sealed class CdcConfigurationException : InvalidOperationException
{
    /// <param name="message">What is wrong and how to mend it.</param>
    public CdcConfigurationException(string message)
        : base(message)
    {
    }
}
