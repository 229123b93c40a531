namespace TypedCdc;

/// <summary>What GetRecords answered beside the records.</summary>
/// <param name="NextShardIterator">Where to read on; null when the shard is closed and read to its end.</param>
/// <param name="BehindLatest">How far the answer is from the shard's tip, by the service (MillisBehindLatest); zero at the tip.</param>
public readonly record struct GetRecordsAnswer(string? NextShardIterator, TimeSpan BehindLatest);
