namespace TypedCdc.Kinesis.Api;

/// <summary>What DescribeStreamSummary says of a stream.</summary>
/// <param name="CreatedAt">When the stream was made: another time under the same name is another stream.</param>
/// <param name="Retention">How long records are kept (24 hours to 365 days).</param>
public sealed record KinesisStreamSummary(DateTimeOffset CreatedAt, TimeSpan Retention);
