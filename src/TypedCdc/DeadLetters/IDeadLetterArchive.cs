namespace TypedCdc.DeadLetters;

/// <summary>A dead-letter store that can be read again: listed by people, and delivered again by <c>cdc.FromDeadLetters(…)</c>.</summary>
public interface IDeadLetterArchive : IDeadLetterStore
{
    /// <summary>
    /// Reads dead letters in the order in which they are to be delivered again: stream by stream, a shard's in the shard's order, a parent shard before its children (whose sequence
    /// numbers are higher). Reads in pages, so that nothing is held open while the reader works; what is stored meanwhile may or may not be among them.
    /// </summary>
    IAsyncEnumerable<StoredDeadLetter> ReadAsync(DeadLetterQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Marks dead letters as delivered again, or removes them. One that was stored anew since it was read, because it failed again, is left as it is.
    /// </summary>
    /// <param name="letters">What <see cref="ReadAsync"/> gave.</param>
    /// <param name="keep">Whether they are kept with the time of their redrive; else they are removed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask SettleAsync(IReadOnlyList<StoredDeadLetter> letters, bool keep, CancellationToken cancellationToken);
}
