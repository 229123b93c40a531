using System.Diagnostics.Metrics;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis;

/// <summary>
/// Reads a Kinesis stream: the thin asynchronous shell around <see cref="StreamWorker"/>. One loop takes events and steps; every command runs on its own and comes back as an event.
/// </summary>
internal sealed partial class KinesisSource : IChangeSource
{
    private readonly StreamAddress _address;
    private readonly KinesisSourceOptions _options;
    private readonly Func<IKinesisApi> _api;
    private readonly ICheckpointStore? _checkpoints;
    private readonly Func<ISourceContext, ILeaseStore>? _leases;
    private readonly IMeterFactory? _meters;

    /// <summary>One worker that reads all shards.</summary>
    internal KinesisSource(StreamAddress address, KinesisSourceOptions options, Func<IKinesisApi> api, ICheckpointStore checkpoints, IMeterFactory? meters)
        : this(address, options, api, meters) => _checkpoints = checkpoints;

    /// <summary>A worker of a fleet.</summary>
    internal KinesisSource(StreamAddress address, KinesisSourceOptions options, Func<IKinesisApi> api, Func<ISourceContext, ILeaseStore> leases, IMeterFactory? meters)
        : this(address, options, api, meters) => _leases = leases;

    private KinesisSource(StreamAddress address, KinesisSourceOptions options, Func<IKinesisApi> api, IMeterFactory? meters)
    {
        _meters = meters;
        _address = address;
        _options = options;
        _api = api;
    }

    public string Name => _address.Name;

    public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
    {
        var api = _api();
        var monitor = context.Monitor(Name, "aws.kinesis");
        using var metrics = new KinesisMetrics(_meters, Name, _options.Application ?? context.Application);
        var leases = _leases?.Invoke(context);
        try
        {
            for (var isRestart = false; ; isRestart = true)
            {
                await using var run = new Run(this, api, leases, context, monitor, metrics);
                try
                {
                    await run.LoopAsync(isRestart, cancellationToken);
                    return;
                }
                catch (StreamReplacedException)
                {
                    if (cancellationToken.IsCancellationRequested)
                    {
                        return;
                    }
                }
            }
        }
        finally
        {
            (leases as IDisposable)?.Dispose();
            (api as IDisposable)?.Dispose();
        }
    }
}
