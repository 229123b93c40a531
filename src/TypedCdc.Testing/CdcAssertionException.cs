namespace TypedCdc.Testing;

/// <summary>Something that a test expected did not happen. The message shows what did.</summary>
public sealed class CdcAssertionException : Exception
{
    internal CdcAssertionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
