using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TypedCdc.Delivery;

namespace TypedCdc.Hosting;

/// <summary>
/// Runs the pipeline with the host. Configuration is checked while the host starts. When a run fails the host is stopped, and the failure comes out of
/// <c>host.RunAsync()</c>, so that the process does not end as if all were well.
/// </summary>
internal sealed class CdcHostedService(CdcRuntimeFactory factory, IHostApplicationLifetime lifetime, ILogger<CdcHostedService> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var runtime = factory.Create();
        _running = Task.Run(() => RunAsync(runtime), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        try
        {
            await _running.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!_running.IsCompleted)
        {
            logger.StopTimedOut();
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(CdcRuntime runtime)
    {
        try
        {
            await runtime.RunAsync(_stopping.Token);
            if (!_stopping.IsCancellationRequested && runtime.Options.StopWhenSourcesEnd)
            {
                logger.SourcesEnded();
                lifetime.StopApplication();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped while it was still starting.
        }
        catch (Exception exception)
        {
            logger.Failed(exception, runtime.Application);
            lifetime.StopApplication();
            throw;
        }
    }
}
