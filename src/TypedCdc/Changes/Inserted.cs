using TypedCdc.Changes;

namespace TypedCdc;

/// <summary>An item was put where none was.</summary>
/// <typeparam name="T">The model.</typeparam>
public sealed class Inserted<T> : Change<T>
{
    private readonly T? _after;

    internal Inserted(in ChangeHeader header, in AttributeMask changed, T? after, bool hasAfter, object? key)
        : base(header, changed, key)
    {
        _after = after;
        HasAfter = hasAfter;
    }

    /// <inheritdoc/>
    public override ChangeOperation Operation => ChangeOperation.Insert;

    /// <summary>The item as it is now.</summary>
    /// <exception cref="ImageMissingException">The stream's view type left the new image out.</exception>
    public T After => HasAfter ? _after! : throw ImageMissingException.ForAfter(this);

    /// <inheritdoc/>
    public override bool HasBefore => false;

    /// <inheritdoc/>
    public override bool HasAfter { get; }
}
