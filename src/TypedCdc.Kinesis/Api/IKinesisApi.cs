namespace TypedCdc.Kinesis.Api;

/// <summary>
/// The operations of Kinesis Data Streams that the source uses (Amazon Kinesis API reference, version 2013-12-02). The default implementation speaks the
/// service's JSON protocol itself; put AWSSDK.Kinesis behind it, or anything else, with <see cref="KinesisSourceOptions.Api"/>.
/// An implementation makes one attempt and says what went wrong by <see cref="KinesisException"/>: the source retries.
/// </summary>
public interface IKinesisApi
{
    /// <summary>DescribeStreamSummary.</summary>
    /// <param name="stream">The stream's name or ARN.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KinesisException">The service refused, or could not be reached.</exception>
    Task<KinesisStreamSummary> DescribeStreamAsync(string stream, CancellationToken cancellationToken);

    /// <summary>ListShards: one page.</summary>
    /// <param name="stream">The stream's name or ARN.</param>
    /// <param name="nextToken">The page before said where this one begins; null for the first.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KinesisException">The service refused, or could not be reached.</exception>
    Task<KinesisShardPage> ListShardsAsync(string stream, string? nextToken, CancellationToken cancellationToken);

    /// <summary>GetShardIterator.</summary>
    /// <param name="stream">The stream's name or ARN.</param>
    /// <param name="shardId">The shard, such as <c>shardId-000000000000</c>.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>An iterator, which the service forgets after five minutes.</returns>
    /// <exception cref="KinesisException">The service refused, or could not be reached.</exception>
    Task<string> GetShardIteratorAsync(string stream, string shardId, ShardPosition position, CancellationToken cancellationToken);

    /// <summary>GetRecords: adds the records to <paramref name="records"/>, in the shard's order.</summary>
    /// <param name="shardIterator">From <see cref="GetShardIteratorAsync"/>, or from the answer before.</param>
    /// <param name="limit">The most records to return, 1 to 10,000.</param>
    /// <param name="records">Takes the records; what was added before an exception does not count.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="KinesisException">The service refused, or could not be reached.</exception>
    Task<GetRecordsAnswer> GetRecordsAsync(string shardIterator, int limit, KinesisRecords records, CancellationToken cancellationToken);

    /// <summary>PutRecords: at most 500 records and 5 MiB, partition keys included. For dead letters only; an implementation that is read from alone need not have it.</summary>
    /// <param name="stream">The stream's name or ARN.</param>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>One answer a record, in their order: the service's error code, such as <c>ProvisionedThroughputExceededException</c>; null where the record was stored.</returns>
    /// <exception cref="KinesisException">The service refused all of them, or could not be reached.</exception>
    /// <exception cref="NotSupportedException">The implementation does not write.</exception>
    Task<IReadOnlyList<string?>> PutRecordsAsync(string stream, IReadOnlyList<KinesisPutRecord> records, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} does not write to Kinesis. Dead letters on a stream need {nameof(PutRecordsAsync)}.");
}
