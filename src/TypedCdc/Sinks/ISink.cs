using TypedCdc.Sinks;

namespace TypedCdc;

/// <summary>
/// Takes change records as they came, bytes and position. The fast way for what only passes through: no model object is made.
/// Behind a transform the records are written anew from the transformed models.
/// </summary>
public interface ISink
{
    /// <summary>Called once before the first write: create what must be there, check what is.</summary>
    ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken) => default;

    /// <summary>
    /// Writes records, in order an item's key. When it returns, all of them are durable. May be called again with records that were written before.
    /// Two calls run at once only with records of different lanes (<see cref="CdcRecord.GetKeyHash()"/>, <see cref="SinkContext.Lanes"/>).
    /// </summary>
    /// <remarks>
    /// <see cref="CdcRecord.Lease"/> is a fencing token: a sink that stores it with what it writes, and refuses what comes with a smaller one of the same key (<see cref="StaleLeaseException"/>), is safe from
    /// a worker that went on after it had lost the shard.
    /// </remarks>
    /// <exception cref="RejectedRecordsException">Some records can never be written; all others of the call are durable.</exception>
    /// <exception cref="StaleLeaseException">Another worker has the shard: nothing was written, and the pipeline tries again until the source gives the shard up.</exception>
    /// <exception cref="Exception">Anything else: none may be taken as written; the pipeline retries or dead-letters by its failure policy.</exception>
    ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken);
}

/// <summary>Takes typed changes in batches.</summary>
/// <typeparam name="T">The model.</typeparam>
public interface ISink<T>
{
    /// <summary>Called once before the first write.</summary>
    ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken) => default;

    /// <summary>Writes changes, in order an item's key. When it returns, all of them are durable. May be called again with changes that were written before.</summary>
    /// <exception cref="RejectedRecordsException">Some changes can never be written; all others of the call are durable.</exception>
    ValueTask WriteAsync(IReadOnlyList<Change<T>> changes, CancellationToken cancellationToken);
}
