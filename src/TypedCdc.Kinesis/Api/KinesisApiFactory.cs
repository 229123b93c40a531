using Amazon;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace TypedCdc.Kinesis.Api;

/// <summary>Makes the default client: explicit settings first, then the address, then the AWS SDK's own chain for credentials and region.</summary>
internal static class KinesisApiFactory
{
    private const string EndpointVariable = "AWS_ENDPOINT_URL_KINESIS";

    /// <exception cref="InvalidOperationException">No region, or no credentials. The message says how to give them.</exception>
    internal static KinesisHttpApi Create(StreamAddress address, KinesisSourceOptions options) =>
        Create(address, new KinesisApiSettings(options.Region, options.Endpoint, options.Credentials, options.RequestTimeout));

    /// <inheritdoc cref="Create(StreamAddress, KinesisSourceOptions)"/>
    internal static KinesisHttpApi Create(StreamAddress address, KinesisApiSettings options)
    {
        var endpoint = options.Endpoint ?? address.Endpoint
            ?? (Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } variable ? new Uri(variable) : null);
        var isLocal = endpoint is { IsLoopback: true };
        var region = Region(address, options, isLocal);
        return new(new AwsJsonTransport(
            endpoint ?? StreamAddress.AwsEndpoint(region), "kinesis", "Kinesis_20131202", Credentials(address, options, isLocal), region, options.RequestTimeout));
    }

    /// <summary>The client of the lease table, with the stream's credentials and region.</summary>
    internal static AmazonDynamoDBClient CreateDynamoDb(StreamAddress address, KinesisSourceOptions options)
    {
        var settings = new KinesisApiSettings(options.Region, options.Endpoint, options.Credentials, options.RequestTimeout);
        var endpoint = options.Leases.Endpoint
            ?? (Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_DYNAMODB") is { Length: > 0 } variable ? new Uri(variable) : null);
        var isLocal = endpoint is { IsLoopback: true };
        var region = Region(address, settings, isLocal);
        var configuration = new AmazonDynamoDBConfig { MaxErrorRetry = 1, Timeout = TimeSpan.FromSeconds(3) }; // the worker retries, and knows when a lease has expired
        if (endpoint is null)
        {
            configuration.RegionEndpoint = region;
        }
        else
        {
            configuration.ServiceURL = endpoint.ToString();
            configuration.AuthenticationRegion = region.SystemName;
        }

        return new(Credentials(address, settings, isLocal), configuration);
    }

    private static RegionEndpoint Region(StreamAddress address, KinesisApiSettings options, bool isLocal)
    {
        // An ARN names its stream's region; anything else would ask the wrong service.
        var name = address.Region ?? options.Region;
        return name is not null ? RegionEndpoint.GetBySystemName(name)
            : FallbackRegionFactory.GetRegionEndpoint()
                ?? (isLocal ? RegionEndpoint.USEast1 : throw new InvalidOperationException(
                    $"No AWS region is known for the stream '{address.Name}'. Set o.Region, give the stream's ARN, or set AWS_REGION."));
    }

    private static AWSCredentials Credentials(StreamAddress address, KinesisApiSettings options, bool isLocal)
    {
        if ((options.Credentials ?? address.Credentials) is { } given)
        {
            return given;
        }

        try
        {
            return DefaultAWSCredentialsIdentityResolver.GetCredentials();
        }
        catch (AmazonClientException) when (isLocal)
        {
            // An emulator on this machine looks at no signature.
            return new BasicAWSCredentials("local", "local");
        }
        catch (AmazonClientException exception)
        {
            throw new InvalidOperationException(
                $"No AWS credentials are known for the stream '{address.Name}'. Set o.Credentials, or give them in one of the ways of the AWS SDK (environment, profile, role).", exception);
        }
    }
}

/// <summary>What the default client is told beside the address.</summary>
internal sealed record KinesisApiSettings(string? Region, Uri? Endpoint, AWSCredentials? Credentials, TimeSpan RequestTimeout);
