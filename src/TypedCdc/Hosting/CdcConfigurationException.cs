namespace TypedCdc;

/// <summary>The pipeline is configured in a way that cannot work. The message says how to fix it.</summary>
public sealed class CdcConfigurationException : InvalidOperationException
{
    /// <param name="message">What is wrong and how to fix it.</param>
    public CdcConfigurationException(string message)
        : base(message)
    {
    }

    /// <param name="message">What is wrong and how to fix it.</param>
    /// <param name="innerException">What was found.</param>
    public CdcConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
