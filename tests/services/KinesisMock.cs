using System.Globalization;

namespace TypedCdc.Services;

/// <summary>Kinesis Data Streams on this machine: kinesis-mock under Node.js, its streams in memory.</summary>
public sealed class KinesisMock : Service
{
    private Uri? _endpoint;

    /// <summary>Where it listens, plain HTTP.</summary>
    public Uri Endpoint => _endpoint ?? throw new InvalidOperationException("Not started.");

    /// <summary>A client of it that is not the product's.</summary>
    public AwsJsonClient Client => new(Endpoint, "kinesis", "Kinesis_20131202", "application/x-amz-json-1.1");

    /// <inheritdoc/>
    protected override ServiceKind Kind => ServiceKind.Kinesis;

    /// <summary>Makes a stream and waits until it is active.</summary>
    public async Task CreateStreamAsync(string name, int shards)
    {
        await EnsureStartedAsync().ConfigureAwait(false);
        using var client = Client;
        await client.CallAsync("CreateStream", new() { ["StreamName"] = name, ["ShardCount"] = shards }).ConfigureAwait(false);
        await WaitUntilActiveAsync(client, name).ConfigureAwait(false);
    }

    /// <summary>Waits until a stream has done what was asked of it (created, split, merged).</summary>
    public static async Task WaitUntilActiveAsync(AwsJsonClient client, string name)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            var answer = await client.CallAsync("DescribeStreamSummary", new() { ["StreamName"] = name }).ConfigureAwait(false);
            if ((string?)answer["StreamDescriptionSummary"]!["StreamStatus"] == "ACTIVE")
                return;
            await Task.Delay(100).ConfigureAwait(false);
        }

        throw new TimeoutException($"The stream {name} did not become active.");
    }

    private protected override async Task<ServiceProcess> StartAsync()
    {
        var port = ServiceProcess.FreePort();
        var endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        var process = await ServiceProcess.StartAsync(
            "kinesis-mock", Installed.KinesisMock, temporaryDirectory: null, "TERM",
            new Dictionary<string, string>
            {
                ["KINESIS_MOCK_PLAIN_PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["KINESIS_MOCK_TLS_PORT"] = ServiceProcess.FreePort().ToString(CultureInfo.InvariantCulture),
                // The states CREATING and UPDATING last this long; the default of half a second only makes tests wait.
                ["CREATE_STREAM_DURATION"] = "50ms",
                ["SPLIT_SHARD_DURATION"] = "50ms",
                ["MERGE_SHARDS_DURATION"] = "50ms",
                ["LOG_LEVEL"] = "WARN",
                ["SHARD_LIMIT"] = "200",
            },
            ["node", "main.js"],
            token => ServiceProcess.AnswersHttpAsync(new(endpoint, "healthcheck"), token)).ConfigureAwait(false);
        _endpoint = endpoint;
        return process;
    }
}
