using Amazon.Runtime;
using TypedCdc.Kinesis.Api;
using TypedCdc.Sources;

namespace TypedCdc;

/// <summary>How a Kinesis stream is read.</summary>
public sealed class KinesisSourceOptions
{
    /// <summary>
    /// Where a stream begins that was never read before. The default value is <see cref="KinesisStart.Earliest"/>, so that a first run loses nothing. A stored checkpoint
    /// goes before it.
    /// </summary>
    public KinesisStart Start { get; set; } = KinesisStart.Earliest;

    /// <summary>The AWS region, such as <c>eu-west-1</c>. The default value is null: the AWS SDK's chain. An ARN's or URL's own region goes before it.</summary>
    public string? Region { get; set; }

    /// <summary>Where the service is. The default value is null: AWS, or what AWS_ENDPOINT_URL_KINESIS says.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The credentials. The default value is null: those of the address, else the AWS SDK's chain.</summary>
    public AWSCredentials? Credentials { get; set; }

    /// <summary>Another implementation of the operations. The default value is null: our own client. Then region, endpoint and credentials are its own matter.</summary>
    public Func<IServiceProvider, IKinesisApi>? Api { get; set; }

    /// <summary>
    /// Where checkpoints are stored. The default value is null: the <see cref="ICheckpointStore"/> among the host's services; else, in the Development environment alone, the file
    /// <c>{stream}.checkpoints.json</c> in the content root. Outside Development a place must be chosen: without one, the host does not start.
    /// </summary>
    public ICheckpointStore? Checkpoints { get; set; }

    /// <summary>
    /// Shares the stream's shards among all workers that have this application's name: the name of a DynamoDB table of leases, in the protocol of the Kinesis Client Library, which is created where it
    /// does not exist. Checkpoints are kept there. The default value is null: this worker reads all shards alone, and a second one would read them as well.
    /// </summary>
    public string? Application { get; set; }

    /// <summary>How the workers of <see cref="Application"/> share the shards.</summary>
    public KinesisLeaseOptions Leases { get; } = new();

    /// <summary>
    /// How long a shard rests after an answer that was empty at its tip. The default value is 500 ms: a record is on its way within a second, and with up to two more
    /// applications the shard's limit of 5 reads a second holds.
    /// </summary>
    public TimeSpan IdleDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How many bytes of records, and of answers on their way, all shards together may hold before the pipeline has room for them.
    /// The default value is 64 MiB. A read begins only when its expected bytes fit; one answer of a shard whose records have suddenly grown may go beyond it (10 MB at most).
    /// </summary>
    public int PrefetchBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How often checkpoints are stored while reading. The default value is 5 s: a crash repeats no more than that.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the stream's shards are listed, beside each time that one ends. The default value is 2 minutes, as in the KCL.</summary>
    public TimeSpan ShardListInterval { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one call may take. The default value is 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What is done when records are gone that were never read. The default value is <see cref="DataLossAction.Fail"/>.</summary>
    public DataLossAction OnDataLoss { get; set; }

    /// <summary>Called when records are gone that were never read, before <see cref="OnDataLoss"/> is followed. The default value is null.</summary>
    public Action<KinesisDataLoss>? DataLossDetected { get; set; }

    /// <exception cref="ArgumentException">A value cannot be worked with; the message says which and why.</exception>
    internal void Validate()
    {
        Check(IdleDelay >= TimeSpan.FromMilliseconds(200) && IdleDelay <= TimeSpan.FromMinutes(1), nameof(IdleDelay), "200 ms (a shard allows 5 reads a second) to 1 minute (an iterator lives 5)");
        Check(PrefetchBytes >= 1024 * 1024, nameof(PrefetchBytes), "at least 1 MiB, the size of the largest record");
        Check(CheckpointInterval >= TimeSpan.FromMilliseconds(10) && CheckpointInterval <= TimeSpan.FromHours(1), nameof(CheckpointInterval), "10 ms to 1 hour");
        Check(ShardListInterval >= TimeSpan.FromSeconds(1) && ShardListInterval <= TimeSpan.FromHours(1), nameof(ShardListInterval), "1 s to 1 hour");
        Check(RequestTimeout > TimeSpan.Zero && RequestTimeout <= TimeSpan.FromMinutes(4), nameof(RequestTimeout), "more than 0, and less than the 5 minutes that an iterator lives");
        Check(
            Application is null || (Application.Length is >= 3 and <= 255 && Application.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-')),
            nameof(Application),
            "a name that a DynamoDB table can have: 3 to 255 letters, digits, '_', '.' and '-'");
        Check(Application is null || Checkpoints is null, nameof(Checkpoints), $"null where {nameof(Application)} is set: then checkpoints are kept in the lease table");
        Leases.Validate();
        Check(Enum.IsDefined(OnDataLoss), nameof(OnDataLoss), "one of the enumeration's values");

        static void Check(bool isValid, string option, string range)
        {
            if (!isValid)
            {
                throw new ArgumentException($"{nameof(KinesisSourceOptions)}.{option} must be {range}.", option);
            }
        }
    }
}
