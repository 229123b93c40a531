namespace TypedCdc;

/// <summary>An image was read that the change does not carry: the stream's view type left it out, or the old image did not fit the model.</summary>
public sealed class ImageMissingException : InvalidOperationException
{
    private ImageMissingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal static ImageMissingException ForAfter<T>(Change<T> change) => For("new", "NEW_IMAGE", "HasAfter", change.Operation, change.TableName, change.Position, error: null);

    internal static ImageMissingException ForBefore<T>(Change<T> change) => For("old", "OLD_IMAGE", "HasBefore", change.Operation, change.TableName, change.Position, change.BeforeError);

    internal static ImageMissingException For(string image, string viewType, string ask, ChangeOperation operation, string tableName, StreamPosition position, CdcDecodeException? error) => new(
        $"This {operation} of table '{tableName}' at {position} carries no {image} image"
        + (error is null
            ? $": the stream's view type left it out, or it was not asked for. Ask {ask} first, choose a view type with {viewType}, or ask for the image."
            : $" that fits the model. Ask {ask} first; BeforeError says why."),
        error);
}
