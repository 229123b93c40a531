using Amazon.DynamoDBv2;
using TypedCdc.Kinesis.Leases;

namespace TypedCdc;

/// <summary>How the workers of an application share a stream's shards (<see cref="KinesisSourceOptions.Application"/>).</summary>
public sealed class KinesisLeaseOptions
{
    /// <summary>
    /// This worker's name in the lease table. The default value is null: the machine's name and a random number. No two workers of an application may have the same name at the same time.
    /// </summary>
    public string? WorkerId { get; set; }

    /// <summary>
    /// After how long without a renewal another worker takes a shard over. The default value is 10 s, as in the Kinesis Client Library: longer than a garbage collection or a slow call, short enough
    /// for a crash. All workers of an application need the same value.
    /// </summary>
    public TimeSpan FailoverTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Where DynamoDB is. The default value is null: AWS, or what AWS_ENDPOINT_URL_DYNAMODB says.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The DynamoDB client. The default value is null: one of our own, with the source's credentials and region.</summary>
    public Func<IServiceProvider, IAmazonDynamoDB>? Client { get; set; }

    /// <summary>Another place for the leases. The default value is null: the DynamoDB table that has the application's name.</summary>
    public Func<IServiceProvider, ILeaseStore>? Store { get; set; }

    internal void Validate()
    {
        if (FailoverTime < TimeSpan.FromSeconds(1) || FailoverTime > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException($"{nameof(KinesisLeaseOptions)}.{nameof(FailoverTime)} must be 1 s to 10 minutes.", nameof(FailoverTime));
        }

        if (WorkerId is { Length: 0 or > 256 })
        {
            throw new ArgumentException($"{nameof(KinesisLeaseOptions)}.{nameof(WorkerId)} must have 1 to 256 characters.", nameof(WorkerId));
        }
    }
}
