namespace TypedCdc.Delivery;

/// <summary>Lets go of what may be disposable, in whichever way: users' own sinks, stores and archives.</summary>
internal static class Disposal
{
    /// <summary>Disposes an object, asynchronously where it can.</summary>
    /// <param name="instance">The object; null for none.</param>
    internal static ValueTask DisposeAsync(object? instance)
    {
        switch (instance)
        {
            case IAsyncDisposable disposable:
                return disposable.DisposeAsync();
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }

        return default;
    }
}
