namespace TypedCdc;

/// <summary>
/// The name of one shard of one stream. One object a shard lives as long as the shard is read, so that a position costs
/// a reference and not two strings.
/// </summary>
/// <param name="Stream">The stream's name, or the file's path.</param>
/// <param name="Shard">The shard's id, such as <c>shardId-000000000000</c>; <c>0</c> for a file.</param>
public sealed record ShardId(string Stream, string Shard)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Stream}/{Shard}";
}
