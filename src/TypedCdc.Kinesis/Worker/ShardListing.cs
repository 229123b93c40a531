using System.Globalization;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>Whether a listing of shards can be all of a stream: its open shards take every hash key.</summary>
internal static class ShardListing
{
    /// <summary>What is missing; null where nothing is, or where the service does not say which hash keys a shard takes.</summary>
    internal static string? FindGap(IReadOnlyList<KinesisShard> shards)
    {
        if (shards.Count == 0)
        {
            return "it lists no shard";
        }

        var open = shards.Where(shard => shard.IsOpen).ToList();
        if (open.Any(shard => shard.HashKeys is null))
        {
            return null;
        }

        UInt128 next = 0;
        foreach (var range in open.Select(shard => shard.HashKeys!.Value).OrderBy(range => range.Start))
        {
            if (range.Start > next)
            {
                return Gap(next);
            }

            if (range.End == UInt128.MaxValue)
            {
                return null;
            }

            next = range.End >= next ? range.End + 1 : next;
        }

        return Gap(next);

        static string Gap(UInt128 key) => string.Create(CultureInfo.InvariantCulture, $"no open shard takes the hash key {key}");
    }
}
