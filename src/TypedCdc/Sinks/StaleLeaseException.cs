namespace TypedCdc.Sinks;

/// <summary>
/// A sink has seen that another worker owns the shard now: the token of the records' <see cref="CdcRecord.Lease"/> is smaller than the one that it knows. Nothing of the call was written. The pipeline
/// tries again without end, whatever the failure policy says, until the source has noticed the loss too and has given the shard up; the records are neither dead-lettered nor skipped.
/// </summary>
/// <param name="message">The application, the shard, both tokens, and what to do where the lease table was made anew.</param>
public sealed class StaleLeaseException(string message) : Exception(message);
