namespace TypedCdc.Kinesis.Api;

/// <summary>A record to be put on a stream.</summary>
/// <param name="PartitionKey">1 to 256 characters; its hash picks the shard.</param>
/// <param name="Data">The bytes, at most 1 MiB with the partition key unless the stream allows more.</param>
public readonly record struct KinesisPutRecord(string PartitionKey, ReadOnlyMemory<byte> Data);
