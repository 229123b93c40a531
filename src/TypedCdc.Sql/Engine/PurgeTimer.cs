using Microsoft.Extensions.Logging;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Engine;

/// <summary>Purges now and then, until it is disposed. A purge that fails is said and tried again the next time.</summary>
internal sealed class PurgeTimer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    /// <param name="policy">How often.</param>
    /// <param name="time">The clock.</param>
    /// <param name="purge">Takes away what is old.</param>
    /// <param name="logger">Is told of failures.</param>
    public PurgeTimer(PurgePolicy policy, TimeProvider time, Func<CancellationToken, ValueTask> purge, ILogger logger) => _run = RunAsync(policy, time, purge, logger);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync(PurgePolicy policy, TimeProvider time, Func<CancellationToken, ValueTask> purge, ILogger logger)
    {
        while (true)
        {
            try
            {
                await Task.Delay(policy.Interval, time, _stop.Token);
                await purge(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                logger.LogWarning("Old tombstones could not be purged: {Message} The next attempt is in {Interval}.", error.Message.Split('\n', 2)[0], policy.Interval);
            }
        }
    }
}
