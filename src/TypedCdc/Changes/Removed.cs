using TypedCdc.Changes;

namespace TypedCdc;

/// <summary>An item was deleted, by a user or by time to live (<see cref="Change{T}.IsTimeToLive"/>).</summary>
/// <typeparam name="T">The model.</typeparam>
public sealed class Removed<T> : Change<T>
{
    private readonly T? _before;

    internal Removed(in ChangeHeader header, in AttributeMask changed, T? before, bool hasBefore, CdcDecodeException? beforeError, object? key)
        : base(header, changed, key)
    {
        _before = before;
        HasBefore = hasBefore;
        BeforeError = beforeError;
    }

    /// <inheritdoc/>
    public override ChangeOperation Operation => ChangeOperation.Remove;

    /// <summary>The item as it was.</summary>
    /// <exception cref="ImageMissingException">The stream's view type left the old image out, or it does not fit the model (see <see cref="Change{T}.BeforeError"/>).</exception>
    public T Before => HasBefore ? _before! : throw ImageMissingException.ForBefore(this);

    /// <inheritdoc/>
    public override bool HasBefore { get; }

    /// <inheritdoc/>
    public override bool HasAfter => false;

    /// <inheritdoc/>
    public override CdcDecodeException? BeforeError { get; }
}
