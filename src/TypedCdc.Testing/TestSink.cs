namespace TypedCdc.Testing;

/// <summary>Keeps the changes that it was given.</summary>
/// <typeparam name="T">The model.</typeparam>
public sealed class TestSink<T> : ISink<T>
{
    private readonly Lock _gate = new();
    private readonly List<Change<T>> _changes = [];

    /// <summary>What was written, in order; a change that was redelivered stands here again.</summary>
    public IReadOnlyList<Change<T>> Changes
    {
        get
        {
            lock (_gate)
            {
                return [.. _changes];
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<Change<T>> changes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _changes.AddRange(changes);
        }

        return default;
    }
}
