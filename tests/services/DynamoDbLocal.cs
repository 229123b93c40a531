using System.Globalization;

namespace TypedCdc.Services;

/// <summary>DynamoDB and DynamoDB Streams on this machine: Amazon's DynamoDB Local, its tables in memory.</summary>
public sealed class DynamoDbLocal : Service
{
    private Uri? _endpoint;

    /// <summary>Where it listens, plain HTTP.</summary>
    public Uri Endpoint => _endpoint ?? throw new InvalidOperationException("Not started.");

    /// <summary>A client of its tables.</summary>
    public AwsJsonClient Tables => new(Endpoint, "dynamodb", "DynamoDB_20120810", "application/x-amz-json-1.0");

    /// <summary>A client of its streams.</summary>
    public AwsJsonClient Streams => new(Endpoint, "dynamodb", "DynamoDBStreams_20120810", "application/x-amz-json-1.0");

    /// <inheritdoc/>
    protected override ServiceKind Kind => ServiceKind.DynamoDb;

    private protected override async Task<ServiceProcess> StartAsync()
    {
        var port = ServiceProcess.FreePort();
        var endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        var process = await ServiceProcess.StartAsync(
            "DynamoDB Local", Installed.DynamoDbLocal, temporaryDirectory: null, "TERM",
            [],
            [
                "java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
                "-inMemory", "-sharedDb", "-port", port.ToString(CultureInfo.InvariantCulture),
            ],
            token => ServiceProcess.AnswersHttpAsync(endpoint, token)).ConfigureAwait(false);
        _endpoint = endpoint;
        return process;
    }
}
