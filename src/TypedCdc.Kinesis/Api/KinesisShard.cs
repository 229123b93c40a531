namespace TypedCdc.Kinesis.Api;

/// <summary>One shard, as ListShards describes it.</summary>
/// <param name="ShardId">Its id, such as <c>shardId-000000000000</c>.</param>
/// <param name="ParentShardId">The shard that it was split or merged from; null for a stream's first shards.</param>
/// <param name="AdjacentParentShardId">The other shard that it was merged from; null where it was not.</param>
/// <param name="IsOpen">Whether it still takes records.</param>
public sealed record KinesisShard(string ShardId, string? ParentShardId, string? AdjacentParentShardId, bool IsOpen)
{
    /// <summary>The hash keys that it takes; null where that is not known. With it, a listing that leaves out open shards is recognized.</summary>
    public HashKeyRange? HashKeys { get; init; }
}

/// <summary>One page of ListShards.</summary>
/// <param name="Shards">The shards.</param>
/// <param name="NextToken">Where the next page begins; null on the last.</param>
public sealed record KinesisShardPage(IReadOnlyList<KinesisShard> Shards, string? NextToken);
