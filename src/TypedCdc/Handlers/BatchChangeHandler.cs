namespace TypedCdc;

/// <summary>
/// Derive from this to be called with many changes at once. Comes from dependency injection, in a scope of its own for every call. A key's changes are in order, within a call and
/// from call to call. A call that keeps failing is halved until the changes that fail stand alone; a handler that knows them says so by
/// <see cref="RejectedRecordsException"/>.
/// </summary>
/// <typeparam name="T">The model.</typeparam>
public abstract class BatchChangeHandler<T>
{
    /// <summary>Takes changes. When it returns, all of them are done.</summary>
    /// <exception cref="RejectedRecordsException">Some can never be taken; all others of the call are done.</exception>
    public abstract ValueTask HandleAsync(IReadOnlyList<Change<T>> changes, CancellationToken cancellationToken);
}
