using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Checkpoints;
using TypedCdc.Kinesis;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Sources;

namespace TypedCdc;

/// <summary>Reads changes from Amazon Kinesis Data Streams.</summary>
public static class CdcBuilderKinesisExtensions
{
    /// <summary>
    /// Reads a Kinesis stream, parents before their children: all shards with this one worker, or its share of them where <see cref="KinesisSourceOptions.Application"/> names a lease table, from the oldest record that is kept or from where the last run ended.
    /// Credentials and region come from the AWS SDK's own chain unless the options or the address say otherwise.
    /// </summary>
    /// <param name="cdc">The builder.</param>
    /// <param name="nameOrArnOrUrl">The stream's name; its ARN; <c>kinesis://NAME?region=REGION</c>; or <c>http(s)://HOST:PORT/NAME</c> for a service that is not AWS.</param>
    /// <param name="configure">Sets options.</param>
    /// <exception cref="ArgumentException">The stream is given in no such form, or an option is out of range.</exception>
    public static CdcBuilder FromKinesis(this CdcBuilder cdc, string nameOrArnOrUrl, Action<KinesisSourceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        var address = StreamAddress.Parse(nameOrArnOrUrl);
        var options = new KinesisSourceOptions();
        configure?.Invoke(options);
        options.Validate();
        return cdc.AddSource(services => options.Application is { } application
            ? new KinesisSource(
                address,
                options,
                () => options.Api?.Invoke(services) ?? KinesisApiFactory.Create(address, options),
                context => options.Leases.Store?.Invoke(services)
                    ?? new DynamoDbLeaseStore(options.Leases.Client?.Invoke(services) ?? KinesisApiFactory.CreateDynamoDb(address, options), application, context.TimeProvider),
                services.GetService<IMeterFactory>())
            : new KinesisSource(
                address,
                options,
                () => options.Api?.Invoke(services) ?? KinesisApiFactory.Create(address, options),
                options.Checkpoints ?? services.GetService<ICheckpointStore>() ?? DefaultCheckpoints(services.GetService<IHostEnvironment>(), address),
                services.GetService<IMeterFactory>()));
    }

    // A file in a container's image goes with the next deployment, and every handler would be called again from the oldest record.
    private static FileCheckpointStore DefaultCheckpoints(IHostEnvironment? environment, StreamAddress address) => environment?.IsDevelopment() == true
        ? new(Path.Combine(environment.ContentRootPath, address.Name + ".checkpoints.json"))
        : throw new CdcConfigurationException(
            $"Outside the Development environment, choose where the checkpoints of the stream '{address.Name}' are stored: o.Checkpoints = new FileCheckpointStore(\"…\") on a disk that outlives the process, "
            + $"an ICheckpointStore among the services, or o.Application, which keeps leases and checkpoints in DynamoDB. In Development they are in {address.Name}.checkpoints.json in the content root.");
}
