namespace TypedCdc;

/// <summary>A transform broke its rules: it changed an item's key, or returned null.</summary>
public sealed class TransformException : InvalidOperationException
{
    internal TransformException(string message)
        : base(message)
    {
    }
}
