using System.Runtime.InteropServices;

namespace TypedCdc.Kinesis.Api;

/// <summary>What GetRecords answered beside the records.</summary>
/// <param name="NextShardIterator">Where to read on; null where the answer has none, which alone does not mean that the shard is at its end.</param>
/// <param name="BehindLatest">How far the answer is from the shard's tip, by the service (MillisBehindLatest); zero at the tip; null where the answer does not say it.</param>
/// <param name="HasChildShards">Whether the answer names child shards, which the service does at the end of a closed shard only.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct GetRecordsAnswer(string? NextShardIterator, TimeSpan? BehindLatest, bool HasChildShards = false);
