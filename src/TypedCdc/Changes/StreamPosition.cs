namespace TypedCdc;

/// <summary>Where a record stands: its stream, the shard in it and the sequence number in that. <c>default</c> outside a host.</summary>
/// <param name="Shard">The stream and shard; null outside a host.</param>
/// <param name="SequenceNumber">The record's sequence number within the shard.</param>
public readonly record struct StreamPosition(ShardId? Shard, SequenceNumber SequenceNumber)
{
    /// <summary>The stream's name, or the file's path.</summary>
    public string? Stream => Shard?.Stream;

    /// <inheritdoc/>
    public override string ToString() => Shard is null ? "(no position)" : $"{Shard.Stream}/{Shard.Shard}@{SequenceNumber}";
}
