namespace TypedCdc;

/// <summary>An image was read that the change does not carry: the stream's view type left it out, or the old image did not fit the model.</summary>
public sealed class ImageMissingException : InvalidOperationException
{
    private ImageMissingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal static ImageMissingException ForAfter<T>(Change<T> change) => new(
        $"This {change.Operation} of table '{change.TableName}' at {change.Position} carries no new image: the stream's view type left it out. "
        + "Ask HasAfter first, or choose a view type with NEW_IMAGE.", null);

    internal static ImageMissingException ForBefore<T>(Change<T> change) => change.BeforeError is { } error
        ? new($"The old image of this {change.Operation} of table '{change.TableName}' at {change.Position} does not fit the model. Ask HasBefore first; BeforeError says why.", error)
        : new($"This {change.Operation} of table '{change.TableName}' at {change.Position} carries no old image: the stream's view type left it out. "
            + "Ask HasBefore first, or choose a view type with OLD_IMAGE.", null);
}
