using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Kinesis;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.DeadLetters;

namespace TypedCdc;

/// <summary>Dead letters on a Kinesis stream.</summary>
public static class KinesisDeadLetterExtensions
{
    /// <summary>
    /// Puts what cannot be delivered on a Kinesis stream, which has to be there, as the JSON objects of the file store; a record that is too large is compressed. For teams that watch a stream;
    /// what is to be delivered again is better kept in a SQL table.
    /// </summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="nameOrArnOrUrl">The stream, as <c>FromKinesis</c> takes it. Never the one that is read.</param>
    /// <param name="configure">Sets options.</param>
    /// <exception cref="ArgumentException">The stream is given in no known form.</exception>
    public static CdcBuilder DeadLettersToKinesis(this CdcBuilder cdc, string nameOrArnOrUrl, Action<KinesisDeadLetterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        var address = StreamAddress.Parse(nameOrArnOrUrl);
        var options = new KinesisDeadLetterOptions();
        configure?.Invoke(options);
        options.Validate();
        return cdc.DeadLettersTo(services => new KinesisDeadLetterStore(
            address.Stream,
            () => options.Api?.Invoke(services) ?? KinesisApiFactory.Create(address, new KinesisApiSettings(options.Region, options.Endpoint, options.Credentials, options.RequestTimeout)),
            options,
            options.OversizeTo?.Invoke(services),
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetService<ILoggerFactory>()?.CreateLogger("TypedCdc.Kinesis") ?? NullLogger.Instance));
    }
}
