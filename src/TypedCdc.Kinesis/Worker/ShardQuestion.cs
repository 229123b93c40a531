namespace TypedCdc.Kinesis.Worker;

/// <summary>What a shard's reader needs to know of the stream before it goes on.</summary>
internal enum ShardQuestion
{
    None,

    /// <summary>An answer had no next iterator and no child shards: is the shard closed?</summary>
    IsAtEnd,

    /// <summary>The service does not know the shard: has it left retention, or was the stream replaced?</summary>
    IsGone,

    /// <summary>The service does not know the checkpoint: was the stream replaced?</summary>
    IsPositionLost,
}
