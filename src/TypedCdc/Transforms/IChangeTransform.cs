namespace TypedCdc;

/// <summary>
/// Stands between decoding and every handler and sink of a model: cleanses, masks, enriches or drops items. Applied to both images of a change.
/// </summary>
/// <remarks>
/// It must be deterministic (a redelivered record has to give the same item again, or sinks would not converge), and must not change the key: that is an error
/// and a dead letter. Where only the old image passes, the change becomes a <see cref="Removed{T}"/>, where only the new one passes, an
/// <see cref="Inserted{T}"/>: what is behind sees the items that pass, and nothing else.
/// </remarks>
/// <typeparam name="T">The model.</typeparam>
public interface IChangeTransform<T>
{
    /// <summary>Returns the item as it is to be, the same or another; or <see cref="Transformed{T}.Dropped"/>.</summary>
    Transformed<T> Transform(T item);
}
