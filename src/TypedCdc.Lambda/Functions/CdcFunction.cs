using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TypedCdc.Delivery;
using TypedCdc.Hosting;
using TypedCdc.Lambda;
using TypedCdc.Lambda.Functions;
using TypedCdc.Lambda.Services;
using TypedCdc.Observability;

namespace TypedCdc;

/// <summary>
/// Handlers, transforms and sinks as an AWS Lambda function on a Kinesis or DynamoDB trigger: one event in, one answer out, through the same pipeline as in a host. Made once a process;
/// handlers' services and sinks live as long as it does.
/// </summary>
/// <remarks>
/// <para>The order of a key is kept. A record that cannot be delivered, after its attempts, goes to the dead-letter store. Where no store is configured the shard's batch ends before it: what
/// stands before it is delivered, the answer names it as the first failure, and Lambda gives it again with everything behind it. Records behind it that were delivered already
/// (for other keys, or to another handler) come again.</para>
/// <para>The event source mapping needs <c>ReportBatchItemFailures</c>, or <see cref="CdcFunctionOptions.FailureAnswer"/> must be <see cref="FailureAnswer.Throw"/>.</para>
/// </remarks>
public sealed class CdcFunction : IAsyncDisposable
{
    // How long handlers that heed their token have to return, so that what they did do counts.
    private static readonly TimeSpan LastWord = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _gate = new(1, 1); // one event at a time, as Lambda gives them
    private readonly CdcRuntimeFactory _factory;
    private readonly ServiceProvider? _owned;
    private readonly CdcFunctionOptions _options;
    private readonly string _application;
    private readonly TimeProvider _timeProvider;
    private CdcRuntime? _next;       // made and not started
    private CdcRuntime? _runtime;    // started
    private Task? _ending;           // one that was given up, until its last handler has returned

    private CdcFunction(IServiceProvider services, ServiceProvider? owned, CdcFunctionOptions options)
    {
        options.Validate();
        Services = services;
        _owned = owned;
        _options = options;
        _application = Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME") ?? "typedcdc";
        _factory = services.GetService<CdcRuntimeFactory>()
            ?? throw new CdcConfigurationException("There is no pipeline. Add it with services.AddTypedCdc(cdc => …).");
        _timeProvider = services.GetRequiredService<TimeProvider>();
        _next = _factory.CreateWithoutSources(StopScope.Shard, _application);
    }

    /// <summary>Makes a function with a container of its own. Loggers write to standard error unless some are registered.</summary>
    /// <param name="configure">Registers the pipeline: <c>services => services.AddTypedCdc(cdc => cdc.Handle&lt;Customer, Welcome&gt;())</c>; no source.</param>
    /// <param name="options">Sets options.</param>
    /// <exception cref="CdcConfigurationException">The configuration cannot work.</exception>
    public static CdcFunction Create(Action<IServiceCollection> configure, Action<CdcFunctionOptions>? options = null)
    {
        var services = HostlessServices.Build(configure);
        try
        {
            return new(services, services, Configured(options));
        }
        catch
        {
            services.Dispose();
            throw;
        }
    }

    /// <summary>Makes a function on a container that is there already and stays its owner's.</summary>
    /// <exception cref="CdcConfigurationException">The configuration cannot work.</exception>
    public static CdcFunction Create(IServiceProvider services, Action<CdcFunctionOptions>? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return new(services, owned: null, Configured(options));
    }

    /// <summary>The container, <see cref="CdcStatistics"/> and <see cref="CdcHealth"/> among it.</summary>
    public IServiceProvider Services { get; }

    /// <summary>
    /// Starts the sinks, as the first event would: for Lambda's initialisation, where the CPU is not throttled and errors show at deployment. Need not be called.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await StartUnsynchronizedAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Delivers the records of one event.</summary>
    /// <param name="input">The event: UTF-8 JSON, at most the 6 MB of an invocation.</param>
    /// <param name="cancellationToken">
    /// Cancelled shortly before the invocation's deadline. What is not delivered then is given up, and is among the failures of the answer.
    /// </param>
    /// <returns>The answer: <c>{"batchItemFailures":[{"itemIdentifier":"…"}]}</c>, with the first failed sequence number of each shard.</returns>
    /// <exception cref="InvalidDataException">Not an event of one of the two triggers.</exception>
    /// <exception cref="CdcConfigurationException">A handler or sink needs an image that the DynamoDB stream does not carry.</exception>
    /// <exception cref="BatchFailedException">Something was not delivered, and <see cref="CdcFunctionOptions.FailureAnswer"/> says to fail then.</exception>
    /// <exception cref="TimeoutException">The sinks were not ready in time.</exception>
    public async Task<Stream> InvokeAsync(Stream input, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var buffer = new MemoryStream();
        await input.CopyToAsync(buffer, cancellationToken);
        using var trigger = TriggerEventReader.Read(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var runtime = await StartInTimeUnsynchronizedAsync(cancellationToken);
            RequireImages(trigger, runtime);
            var failures = await DeliverUnsynchronizedAsync(runtime, trigger, cancellationToken);
            return failures.Count > 0 && _options.FailureAnswer == FailureAnswer.Throw ? throw new BatchFailedException(failures) : Answer(failures, trigger.State);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Serves Lambda's runtime API as a custom runtime (<c>provided.al2023</c>, an executable named <c>bootstrap</c>) until the token is cancelled or the process is told to end.
    /// </summary>
    /// <exception cref="CdcConfigurationException">Not under Lambda: <c>AWS_LAMBDA_RUNTIME_API</c> is not set.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var endpoint = Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")
            ?? throw new CdcConfigurationException("AWS_LAMBDA_RUNTIME_API is not set: RunAsync is for Lambda's custom runtime. Elsewhere call InvokeAsync.");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true; // what runs is finished first
            stopping.Cancel();
        });
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan }; // an environment is frozen while it waits for its next event
        var loop = new RuntimeApiLoop(
            this, http, endpoint, _options.DeadlineMargin, _timeProvider, Services.GetRequiredService<ILoggerFactory>().CreateLogger("TypedCdc.Lambda"));
        await loop.RunAsync(stopping.Token);
    }

    /// <summary>Lets the sinks go.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_runtime is not null)
            {
                GiveUpUnsynchronized(_runtime);
            }

            if (_ending is not null)
            {
                await _ending;
            }
        }
        finally
        {
            _gate.Release();
        }

        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }
    }

    private static CdcFunctionOptions Configured(Action<CdcFunctionOptions>? configure)
    {
        var options = new CdcFunctionOptions();
        configure?.Invoke(options);
        return options;
    }

    private async Task<CdcRuntime> StartInTimeUnsynchronizedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await StartUnsynchronizedAsync(cancellationToken);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The sinks were not ready before the invocation's time was over. Nothing was delivered; Lambda has to give the event again.", exception);
        }
    }

    private async Task<CdcRuntime> StartUnsynchronizedAsync(CancellationToken cancellationToken)
    {
        if (_ending is not null)
        {
            // A handler of the event before may still be at it: the next change of its key must not overtake it.
            await _ending.WaitAsync(cancellationToken);
            _ending = null;
        }

        if (_runtime is not null)
        {
            return _runtime;
        }

        var runtime = _next ?? _factory.CreateWithoutSources(StopScope.Shard, _application);
        _next = null;
        try
        {
            await runtime.Engine.StartAsync(cancellationToken);
        }
        catch
        {
            GiveUpUnsynchronized(runtime);
            throw;
        }

        return _runtime = runtime;
    }

    private static void RequireImages(TriggerEvent trigger, CdcRuntime runtime)
    {
        var missing = trigger.ViewType is { } carried ? runtime.SourceContext.RequiredImages & ~carried : Images.None;
        if (missing != Images.None)
        {
            throw new CdcConfigurationException(
                $"The DynamoDB stream's view type does not carry what a handler or sink needs ({missing}). Set it to NEW_AND_OLD_IMAGES, or say by o.Images what is really read.");
        }
    }

    /// <summary>Gives the records to the pipeline. Returns the first failure of each shard that has one.</summary>
    private async Task<List<string>> DeliverUnsynchronizedAsync(CdcRuntime runtime, TriggerEvent trigger, CancellationToken cancellationToken)
    {
        var engine = runtime.Engine;
        var channels = trigger.Shards.ConvertAll(shard => engine.OpenShard(shard.Id));
        try
        {
            var delivery = Task.WhenAll(trigger.Shards.Zip(channels, async (shard, channel) =>
            {
                await shard.PublishAsync(channel, cancellationToken);
                await channel.DrainAsync(cancellationToken);
            }));
            await Task.WhenAny(delivery, engine.Halted);
            if (engine.Halted.IsFaulted)
            {
                GiveUpUnsynchronized(runtime);
                await delivery.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await engine.Halted;
            }

            try
            {
                await delivery;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                GiveUpUnsynchronized(runtime); // its time is over; the answer says how far it came
                await Task.WhenAny(_ending!, Task.Delay(LastWord, _timeProvider, CancellationToken.None));
            }

            var failures = new List<string>();
            for (var index = 0; index < channels.Count; index++)
            {
                if (trigger.Shards[index].FirstFailure(channels[index].AcknowledgedCount) is { } failure)
                {
                    failures.Add(failure);
                }
            }

            return failures;
        }
        finally
        {
            foreach (var channel in channels)
            {
                await channel.DisposeAsync();
            }
        }
    }

    /// <summary>Cancels what runs. The next event gets a pipeline of its own, when the last handler of this one has returned.</summary>
    private void GiveUpUnsynchronized(CdcRuntime runtime)
    {
        _runtime = null;
        runtime.Engine.Abort();
        _ending = runtime.Engine.StopAsync();
    }

    private static MemoryStream Answer(List<string> failures, ReadOnlyMemory<byte> state)
    {
        var answer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(answer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("batchItemFailures"u8);
            foreach (var failure in failures)
            {
                writer.WriteStartObject();
                writer.WriteString("itemIdentifier"u8, failure);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (!state.IsEmpty)
            {
                writer.WritePropertyName("state"u8);
                writer.WriteRawValue(state.Span);
            }

            writer.WriteEndObject();
        }

        answer.Position = 0;
        return answer;
    }
}
