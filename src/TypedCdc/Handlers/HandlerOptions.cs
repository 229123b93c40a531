using System.Globalization;

namespace TypedCdc;

/// <summary>How one handler is called.</summary>
public class HandlerOptions
{
    private Func<object, bool>? _where;

    /// <summary>The handler's name in logs, metrics and dead letters. The default value is null: the name of its type, with a number where several have it.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// How many calls may run at once, each for keys of its own; the changes of one key always come one after the other. The default value is 1: changes come in the
    /// stream's order and the handler needs no thought for threads. Raise it for a handler that waits for other services. At most 64, the number of lanes.
    /// </summary>
    public int Concurrency { get; set; } = 1;

    /// <summary>
    /// The images that the handler reads. The default value is <see cref="Images.Both"/>. Others are checked for structure only and not decoded, and a source whose
    /// view type does not carry those asked for refuses to start.
    /// </summary>
    public Images Images { get; set; } = Images.Both;

    /// <summary>What happens when the handler throws. By default it is tried 5 times, and the change becomes a dead letter.</summary>
    public FailureOptions Failure { get; set; } = new();

    /// <summary>Keeps duplicates and stale changes from the handler, as far as that can be done. The default value is null: it gets what comes.</summary>
    public DeduplicationOptions? Deduplication { get; set; }

    /// <summary>
    /// Leaves changes out by their key, before an image is decoded. Said several times, a change has to pass each.
    /// </summary>
    /// <typeparam name="TKey">The model's key: <c>Customer.Key</c>.</typeparam>
    /// <param name="predicate">Whether the change is wanted.</param>
    public void Where<TKey>(Func<TKey, bool> predicate)
        where TKey : struct
    {
        ArgumentNullException.ThrowIfNull(predicate);
        var before = _where;
        _where = key => (before is null || before(key)) && (key is TKey typed
            ? predicate(typed)
            : throw new CdcConfigurationException($"Where<{typeof(TKey).FullName}> does not fit: the model's key is '{key.GetType().FullName}'."));
    }

    internal Func<object, bool>? KeyFilter => _where;

    internal virtual void Validate(string name)
    {
        if (Concurrency is < 1 or > Delivery.LanePolicy.LaneCount)
        {
            throw new CdcConfigurationException(string.Create(
                CultureInfo.InvariantCulture,
                $"Concurrency of the handler '{name}' is {Concurrency}, but must be between 1 and {Delivery.LanePolicy.LaneCount}, the number of lanes."));
        }

        Failure.Validate(name);
        Deduplication?.Validate(name);
    }
}
