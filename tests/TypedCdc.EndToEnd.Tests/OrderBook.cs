using System.Collections.Concurrent;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>What the handler has made of the changes.</summary>
internal sealed class OrderBook
{
    internal ConcurrentDictionary<Order.Key, Order> Orders { get; } = [];

    internal ConcurrentQueue<string> Mistakes { get; } = [];
}

/// <summary>A user's handler that keeps a copy of the table.</summary>
internal sealed class KeepOrders(OrderBook book) : ChangeHandler<Order>
{
    public override ValueTask OnInsertedAsync(Inserted<Order> change, CancellationToken cancellationToken)
    {
        if (!book.Orders.TryAdd(change.Key, change.After))
            book.Mistakes.Enqueue($"{change.Key} was inserted twice.");
        return default;
    }

    public override ValueTask OnModifiedAsync(Modified<Order> change, CancellationToken cancellationToken)
    {
        if (!book.Orders.ContainsKey(change.Key))
            book.Mistakes.Enqueue($"{change.Key} was modified before it was inserted.");
        book.Orders[change.Key] = change.After;
        return default;
    }

    public override ValueTask OnRemovedAsync(Removed<Order> change, CancellationToken cancellationToken)
    {
        if (!book.Orders.TryRemove(change.Key, out _))
            book.Mistakes.Enqueue($"{change.Key} was removed and was not there.");
        return default;
    }
}
