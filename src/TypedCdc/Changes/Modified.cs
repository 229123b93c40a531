using TypedCdc.Changes;

namespace TypedCdc;

/// <summary>An item that existed was changed.</summary>
/// <typeparam name="T">The model.</typeparam>
public sealed class Modified<T> : Change<T>
{
    private readonly T? _before;
    private readonly T? _after;

    internal Modified(in ChangeHeader header, in AttributeMask changed, T? before, bool hasBefore, CdcDecodeException? beforeError, T? after, bool hasAfter, object? key)
        : base(header, changed, key)
    {
        _before = before;
        _after = after;
        HasBefore = hasBefore;
        HasAfter = hasAfter;
        BeforeError = beforeError;
    }

    /// <inheritdoc/>
    public override ChangeOperation Operation => ChangeOperation.Modify;

    /// <summary>The item as it was.</summary>
    /// <exception cref="ImageMissingException">The stream's view type left the old image out, or it does not fit the model (see <see cref="Change{T}.BeforeError"/>).</exception>
    public T Before => HasBefore ? _before! : throw ImageMissingException.ForBefore(this);

    /// <summary>The item as it is now.</summary>
    /// <exception cref="ImageMissingException">The stream's view type left the new image out.</exception>
    public T After => HasAfter ? _after! : throw ImageMissingException.ForAfter(this);

    /// <inheritdoc/>
    public override bool HasBefore { get; }

    /// <inheritdoc/>
    public override bool HasAfter { get; }

    /// <inheritdoc/>
    public override CdcDecodeException? BeforeError { get; }
}
