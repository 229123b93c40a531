using TypedCdc.Sources;

namespace TypedCdc.Sinks;

/// <summary>
/// A sink that wants to know when all rows of a scan or an export have been written. An <see cref="ISink"/> or <see cref="ISink{T}"/> may implement it: what it has of items that were
/// not among the rows, and that no newer change speaks of, was removed while nobody looked.
/// </summary>
public interface ISnapshotSink
{
    /// <summary>
    /// Called after every row of the snapshot was written by this sink, none was dead-lettered, and nothing of it is under way. May be called again with one that was finished before.
    /// </summary>
    ValueTask FinishSnapshotAsync(SnapshotInfo snapshot, CancellationToken cancellationToken);
}
