using TypedCdc.Changes;

namespace TypedCdc;

/// <summary>An item as a table scan or an export saw it. Not a change: nothing is known of before.</summary>
/// <typeparam name="T">The model.</typeparam>
public sealed class Snapshot<T> : Change<T>
{
    internal Snapshot(in ChangeHeader header, in AttributeMask changed, T after)
        : base(header, changed, key: null)
    {
        After = after;
    }

    /// <inheritdoc/>
    public override ChangeOperation Operation => ChangeOperation.Snapshot;

    /// <summary>The item as it was seen.</summary>
    public T After { get; }

    /// <inheritdoc/>
    public override bool HasBefore => false;

    /// <inheritdoc/>
    public override bool HasAfter => true;
}
