namespace TypedCdc;

/// <summary>
/// Derive from this to read changes in place, over the record's own bytes and without an allocation. Synchronous: a view lives on the stack and cannot enter an asynchronous method. Comes from
/// dependency injection, in a scope of its own for a run of changes. Each change is decoded for its checks; a member's value is made when it is read.
/// </summary>
/// <typeparam name="TView">The model's view: <c>Customer.View</c>.</typeparam>
public abstract class ViewHandler<TView>
    where TView : struct, ICdcView<TView>, allows ref struct
{
    /// <summary>An item was put where none was. The default does nothing.</summary>
    public virtual void OnInserted(scoped in ChangeView<TView> change)
    {
    }

    /// <summary>An item was changed. The default does nothing.</summary>
    public virtual void OnModified(scoped in ChangeView<TView> change)
    {
    }

    /// <summary>An item was deleted, by a user or by time to live. The default does nothing.</summary>
    public virtual void OnRemoved(scoped in ChangeView<TView> change)
    {
    }

    /// <summary>A table scan or an export saw the item. The default does nothing: a bootstrap must not mail every customer.</summary>
    public virtual void OnSnapshot(scoped in ChangeView<TView> change)
    {
    }

    internal void Dispatch(scoped in ChangeView<TView> change)
    {
        switch (change.Operation)
        {
            case ChangeOperation.Insert:
                OnInserted(change);
                break;
            case ChangeOperation.Modify:
                OnModified(change);
                break;
            case ChangeOperation.Remove:
                OnRemoved(change);
                break;
            default:
                OnSnapshot(change);
                break;
        }
    }
}
