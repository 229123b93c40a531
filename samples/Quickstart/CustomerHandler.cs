using TypedCdc;

namespace Quickstart;

public sealed class CustomerHandler(ChangeLog log) : ChangeHandler<Customer>
{
    public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken)
    {
        log.Insert($"customer {change.Key.UserId}", ("first_name", change.After.FirstName), ("last_name", change.After.LastName), ("phone", change.After.Phone));
        return default;
    }

    public override ValueTask OnModifiedAsync(Modified<Customer> change, CancellationToken cancellationToken)
    {
        log.Modify(
            $"customer {change.Key.UserId}",
            ("first_name", change.HasChanged(Customer.Attributes.FirstName), Before(change)?.FirstName, change.After.FirstName),
            ("last_name", change.HasChanged(Customer.Attributes.LastName), Before(change)?.LastName, change.After.LastName),
            ("phone", change.HasChanged(Customer.Attributes.Phone), Before(change)?.Phone, change.After.Phone));
        return default;
    }

    public override ValueTask OnRemovedAsync(Removed<Customer> change, CancellationToken cancellationToken)
    {
        log.Remove($"customer {change.Key.UserId}", change.IsTimeToLive ? "its time to live ran out" : null);
        return default;
    }

    // An old image that does not fit the model, or is not there, does not fail the change.
    private static Customer? Before(Modified<Customer> change) => change.HasBefore ? change.Before : null;
}
