using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Worker;

/// <summary>What one GetRecords gave, without the records: these stay with the shell.</summary>
/// <param name="Next">Where to read on; null where the answer has no iterator.</param>
/// <param name="HasChildren">Whether the answer names child shards: with them, and without an iterator, the shard is at its end.</param>
/// <param name="BehindLatest">How far from the tip; zero at the tip; null where the answer does not say it.</param>
/// <param name="Returned">How many records the service returned.</param>
/// <param name="New">How many of them (or out of them, when they were aggregates) were not seen before.</param>
/// <param name="Bytes">The bytes of those returned.</param>
/// <param name="First">The first returned.</param>
/// <param name="Last">The last returned.</param>
/// <param name="LastArrival">When the last arrived.</param>
internal sealed record ReadSummary(
    string? Next,
    bool HasChildren,
    TimeSpan? BehindLatest,
    int Returned,
    int New,
    long Bytes,
    SequenceNumber? First,
    SequenceNumber? Last,
    DateTimeOffset? LastArrival)
{
    internal static ReadSummary From(in GetRecordsAnswer answer, KinesisRecords records, int newRecords) => new(
        answer.NextShardIterator,
        answer.HasChildShards,
        answer.BehindLatest,
        records.Count,
        newRecords,
        records.Bytes,
        records.First,
        records.Last,
        records.LastArrival);

    /// <summary>Whether the answer says where reading continues, or that it is over. Of another one only the records count.</summary>
    internal bool IsWhole => Next is not null || HasChildren;
}
