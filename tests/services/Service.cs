namespace TypedCdc.Services;

/// <summary>
/// A fixture (of a class or a collection) for one service, which starts when the first test asks for it: a suite whose tests are filtered out starts nothing.
/// </summary>
public abstract class Service : Xunit.IAsyncLifetime
{
    private const int Attempts = 3;

    private readonly SemaphoreSlim _starting = new(1, 1);
    private ServiceProcess? _process;

    /// <summary>Which service it is.</summary>
    protected abstract ServiceKind Kind { get; }

    /// <summary>The last lines that the service wrote, for messages of failing tests.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Starts the service unless it runs; when this returns, it answers.</summary>
    /// <exception cref="InvalidOperationException">It is not installed, or it ended while starting.</exception>
    public async Task EnsureStartedAsync()
    {
        await _starting.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_process is not null)
                return;
            Installed.Require(Kind);
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    _process = await StartAsync().ConfigureAwait(false);
                    return;
                }
                catch (InvalidOperationException) when (attempt < Attempts)
                {
                    // Its port was free a moment ago; on a busy machine somebody else may have taken it since.
                }
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Ends the service, for tests of what happens then. <see cref="EnsureStartedAsync"/> starts a new one on another port.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
            await process.DisposeAsync().ConfigureAwait(false);
    }

    Task Xunit.IAsyncLifetime.InitializeAsync() => Task.CompletedTask;

    async Task Xunit.IAsyncLifetime.DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _starting.Dispose();
    }

    /// <summary>Starts the process and waits until it answers.</summary>
    private protected abstract Task<ServiceProcess> StartAsync();
}
