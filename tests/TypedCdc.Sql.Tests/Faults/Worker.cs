using System.Diagnostics;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>This assembly as a child process (<see cref="Program"/>).</summary>
internal sealed class Worker : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private Worker(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    public static Worker Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["exec", typeof(Worker).Assembly.Location, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return new(Process.Start(start)!);
    }

    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync();

    public Task WriteLineAsync() => _process.StandardInput.WriteLineAsync();

    /// <summary>SIGKILL, and the end of the process.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: asks it to end, as a container's end does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for its own end, which must be a good one.</summary>
    public async Task EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        Assert.True(_process.ExitCode == 0, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
