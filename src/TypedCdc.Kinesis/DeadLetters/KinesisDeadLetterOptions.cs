using Amazon.Runtime;
using TypedCdc.DeadLetters;
using TypedCdc.Kinesis.Api;

namespace TypedCdc;

/// <summary>A Kinesis stream that keeps dead letters.</summary>
public sealed class KinesisDeadLetterOptions
{
    /// <summary>
    /// The size of the largest record that the stream takes, in bytes, its partition key included. The default value is 1 MiB, Kinesis' own; a stream can be set to take up to 10 MiB
    /// (Amazon Kinesis developer guide, "Quotas and limits").
    /// </summary>
    public int MaximumRecordBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Takes the dead letters that are larger than that even when compressed. The default value is null: such a one is an outage of the store, so that delivery behind it waits, with an
    /// alarm, and nothing is lost.
    /// </summary>
    public Func<IServiceProvider, IDeadLetterStore>? OversizeTo { get; set; }

    /// <summary>The AWS region. The default value is null: the AWS SDK's chain. An ARN's or URL's own region goes before it.</summary>
    public string? Region { get; set; }

    /// <summary>Where the service is. The default value is null: AWS, or what AWS_ENDPOINT_URL_KINESIS says.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The credentials. The default value is null: those of the address, else the AWS SDK's chain.</summary>
    public AWSCredentials? Credentials { get; set; }

    /// <summary>Another implementation of the operations, with <see cref="IKinesisApi.PutRecordsAsync"/>. The default value is null: our own client.</summary>
    public Func<IServiceProvider, IKinesisApi>? Api { get; set; }

    /// <summary>How long one call may take. The default value is 30 s, as the source's.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        if (MaximumRecordBytes is < 1024 or > 10 * 1024 * 1024)
        {
            throw new CdcConfigurationException($"{nameof(KinesisDeadLetterOptions)}.{nameof(MaximumRecordBytes)} must be 1 KiB to 10 MiB, the most that a stream can be set to take.");
        }

        if (RequestTimeout <= TimeSpan.Zero)
        {
            throw new CdcConfigurationException($"{nameof(KinesisDeadLetterOptions)}.{nameof(RequestTimeout)} must be above 0.");
        }
    }
}
