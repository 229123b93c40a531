namespace TypedCdc;

/// <summary>How one view handler is called.</summary>
/// <typeparam name="TView">The model's view: <c>Customer.View</c>.</typeparam>
public sealed class ViewHandlerOptions<TView> : HandlerOptions
    where TView : struct, ICdcView<TView>, allows ref struct
{
    /// <summary>
    /// Leaves changes out by their key, before an image is looked at and without an allocation: <c>o.WhereKeys(keys => keys.UserId % 2 == 0)</c>. Said several times, a change has to
    /// pass each. (<see cref="HandlerOptions.Where{TKey}"/> works as well, but makes the typed key an object for each change.)
    /// </summary>
    /// <param name="predicate">Whether the change is wanted. Only the key's attributes can be read from what it is given.</param>
    public void WhereKeys(ViewPredicate<TView> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        var before = KeysFilter;
        KeysFilter = before is null ? predicate : keys => before(keys) && predicate(keys);
    }

    internal ViewPredicate<TView>? KeysFilter { get; private set; }
}

/// <summary>Says yes or no to something that is read in place.</summary>
/// <typeparam name="TView">The view.</typeparam>
/// <param name="view">Lives as long as the call.</param>
public delegate bool ViewPredicate<TView>(TView view)
    where TView : struct, ICdcView<TView>, allows ref struct;
