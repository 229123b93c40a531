namespace TypedCdc;

/// <summary>
/// Derive from this to be called for the changes of one table's items. Comes from dependency injection, in a scope of its own for every change.
/// A change whose handler throws is tried again and becomes a dead letter in the end (<see cref="FailureOptions"/>); delivery is at least once.
/// </summary>
/// <typeparam name="T">The model.</typeparam>
public abstract class ChangeHandler<T>
{
    /// <summary>An item was put where none was. The default does nothing.</summary>
    public virtual ValueTask OnInsertedAsync(Inserted<T> change, CancellationToken cancellationToken) => default;

    /// <summary>An item was changed. The default does nothing.</summary>
    public virtual ValueTask OnModifiedAsync(Modified<T> change, CancellationToken cancellationToken) => default;

    /// <summary>An item was deleted, by a user or by time to live. The default does nothing.</summary>
    public virtual ValueTask OnRemovedAsync(Removed<T> change, CancellationToken cancellationToken) => default;

    /// <summary>A table scan or an export saw the item. The default does nothing: a bootstrap must not mail every customer.</summary>
    public virtual ValueTask OnSnapshotAsync(Snapshot<T> change, CancellationToken cancellationToken) => default;

    internal ValueTask DispatchAsync(Change<T> change, CancellationToken cancellationToken) => change switch
    {
        Inserted<T> inserted => OnInsertedAsync(inserted, cancellationToken),
        Modified<T> modified => OnModifiedAsync(modified, cancellationToken),
        Removed<T> removed => OnRemovedAsync(removed, cancellationToken),
        Snapshot<T> snapshot => OnSnapshotAsync(snapshot, cancellationToken),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
