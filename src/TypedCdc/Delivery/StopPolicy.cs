namespace TypedCdc.Delivery;

/// <summary>What happens at a record that can neither be delivered nor be dead-lettered.</summary>
/// <param name="Scope">How far the stop reaches.</param>
/// <param name="HasDeadLetters">Whether there is a store; without one, a record that would become a dead letter stops instead.</param>
internal readonly record struct StopPolicy(StopScope Scope, bool HasDeadLetters)
{
    /// <summary>A host's: it needs a store, and stops as a whole.</summary>
    internal static StopPolicy Host { get; } = new(StopScope.Engine, HasDeadLetters: true);
}

/// <summary>How far a stop reaches.</summary>
internal enum StopScope : byte
{
    /// <summary>Nothing more is started at all.</summary>
    Engine,

    /// <summary>
    /// The shard's channel is cut before the record: what stands before it is still delivered, the record and what stands behind it is dropped and never acknowledged, and other
    /// shards go on. For a source that can say where it is to be given the records again.
    /// </summary>
    Shard,
}
