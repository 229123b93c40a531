using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TypedCdc.Delivery;
using TypedCdc.Hosting;
using TypedCdc.Lambda;
using TypedCdc.Lambda.MultiLang;
using TypedCdc.Lambda.Services;
using TypedCdc.Observability;

namespace TypedCdc;

/// <summary>
/// Handlers, transforms and sinks as a child process of Amazon's KCL through its MultiLangDaemon, which owns leases, shards and checkpoints. One process a shard; one JSON message a line on
/// standard input and output, logs on standard error.
/// </summary>
/// <remarks>
/// Only what every handler and sink has taken, or the dead-letter store holds, is ever checkpointed. As in a host, a dead-letter store has to be chosen; when delivery halts the child
/// checkpoints what is done, ends with exit code 1, and the daemon ends with it.
/// </remarks>
public sealed class MultiLangChild : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly MultiLangOptions _options;
    private readonly ILogger _logger;

    private MultiLangChild(ServiceProvider services, MultiLangOptions options)
    {
        options.Validate();
        _services = services;
        _options = options;
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("TypedCdc.MultiLang");
    }

    /// <summary>The container, <see cref="CdcStatistics"/> and <see cref="CdcHealth"/> among it.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Makes a child. Loggers write to standard error unless some are registered; those must not write to standard output.</summary>
    /// <param name="configure">Registers the pipeline: <c>services => services.AddTypedCdc(cdc => cdc.Handle&lt;Customer, Welcome&gt;().DeadLettersToFile("…"))</c>; no source.</param>
    /// <param name="options">Sets options.</param>
    /// <exception cref="CdcConfigurationException">The options cannot work.</exception>
    public static MultiLangChild Create(Action<IServiceCollection> configure, Action<MultiLangOptions>? options = null)
    {
        var services = HostlessServices.Build(configure);
        try
        {
            var configured = new MultiLangOptions();
            options?.Invoke(configured);
            return new(services, configured);
        }
        catch
        {
            services.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The whole of a child's <c>Main</c>: <c>return await MultiLangChild.RunAsync(services => …);</c>. Standard output is the protocol's from here on: what handlers write to
    /// <see cref="Console"/> goes to standard error.
    /// </summary>
    /// <returns>The exit code: 0 when the shard was given back in order, else 1.</returns>
    public static async Task<int> RunAsync(Action<IServiceCollection> configure, Action<MultiLangOptions>? options = null, CancellationToken cancellationToken = default)
    {
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        Console.SetOut(Console.Error);

        // Ctrl+C reaches the whole process group; the daemon decides, and tells us.
        using var interrupted = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGINT, static signal => signal.Cancel = true);
        await using var child = Create(configure, options);
        return await child.RunAsync(input, output, cancellationToken);
    }

    /// <summary>Speaks with a daemon over two streams until the shard is given back.</summary>
    /// <param name="input">What the daemon writes.</param>
    /// <param name="output">What the daemon reads.</param>
    /// <param name="cancellationToken">Gives everything up at once, without a checkpoint.</param>
    /// <returns>The exit code: 0 when the shard was given back in order, else 1. The reason is in the log.</returns>
    public async Task<int> RunAsync(Stream input, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        CdcRuntime? runtime = null;
        try
        {
            var factory = _services.GetService<CdcRuntimeFactory>()
                ?? throw new CdcConfigurationException("There is no pipeline. Add it with services.AddTypedCdc(cdc => …).");
            runtime = factory.CreateWithoutSources(StopScope.Engine, "typedcdc");
            using var connection = new DaemonConnection(input, output);
            var consumer = new DaemonShardConsumer(runtime, connection, _options, _services.GetRequiredService<TimeProvider>(), _logger);
            return await consumer.RunAsync(cancellationToken) ? 0 : 1;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _logger.ChildFailed(exception);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
        finally
        {
            if (runtime is not null)
            {
                runtime.Engine.Abort();
                await runtime.Engine.StopAsync();
            }
        }
    }

    /// <summary>Lets the container go.</summary>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
