namespace TypedCdc;

/// <summary>What a transform made of an item. An item converts to it by itself: <c>return customer with { Phone = null };</c>.</summary>
/// <typeparam name="T">The model.</typeparam>
public readonly struct Transformed<T>
{
    private readonly T? _item;

    private Transformed(T item)
    {
        _item = item;
        IsKept = true;
    }

    /// <summary>The item does not pass.</summary>
    public static Transformed<T> Dropped => default;

    /// <summary>Whether the item passes.</summary>
    public bool IsKept { get; }

    /// <summary>The item that passes.</summary>
    /// <exception cref="InvalidOperationException">It was dropped.</exception>
    public T Item => IsKept ? _item! : throw new InvalidOperationException("The item was dropped.");

    /// <summary>The item passes like this.</summary>
    public static implicit operator Transformed<T>(T item) =>
        item is null ? throw new TransformException("A transform returned null. Return Transformed<T>.Dropped to drop an item.") : new(item);
}
