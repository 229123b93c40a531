namespace TypedCdc.Kinesis;

/// <summary>What one GetRecords gave, without the records: these stay with the shell.</summary>
/// <param name="Next">Where to read on; null at the end of a closed shard.</param>
/// <param name="BehindLatest">How far from the tip; zero at the tip.</param>
/// <param name="Returned">How many records the service returned.</param>
/// <param name="New">How many of them (or out of them, when they were aggregates) were not seen before.</param>
/// <param name="Bytes">The bytes of those returned.</param>
/// <param name="First">The first returned.</param>
/// <param name="Last">The last returned.</param>
/// <param name="LastArrival">When the last arrived.</param>
internal sealed record ReadSummary(
    string? Next, TimeSpan BehindLatest, int Returned, int New, long Bytes, SequenceNumber? First, SequenceNumber? Last, DateTimeOffset? LastArrival);
