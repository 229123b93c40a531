using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TypedCdc.Services;

/// <summary>
/// One service as a child process that cannot outlive this one: supervise.sh waits at the other end of its standard input and ends
/// the service when that closes, also when this process was killed.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const int KeptOutput = 8 * 1024;

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServiceProcess(string name, ProcessStartInfo start)
    {
        Name = name;
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal string Name { get; }

    /// <summary>The last lines that the service wrote.</summary>
    internal string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts a service and waits until it answers.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="temporaryDirectory">A folder that goes when the service has ended; null for none.</param>
    /// <param name="signal">The signal that ends it.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="answers">Asks whether the service is up; an exception means not yet.</param>
    internal static async Task<ServiceProcess> StartAsync(
        string name, string workingDirectory, string? temporaryDirectory, string signal,
        IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<string> command, Func<CancellationToken, Task<bool>> answers)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] supervise = [Path.Combine(AppContext.BaseDirectory, "supervise.sh"), signal, temporaryDirectory ?? "-"];
        foreach (var argument in supervise.Concat(command))
            start.ArgumentList.Add(argument);
        // The service's own messages are looked at by people and tests alike: one language, whatever the suite runs under.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("TZ");
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;

        var service = new ServiceProcess(name, start);
        try
        {
            await service.WaitUntilUpAsync(answers).ConfigureAwait(false);
            return service;
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A port of 127.0.0.1 that nobody listened on a moment ago.</summary>
    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether anything speaks HTTP there.</summary>
    internal static async Task<bool> AnswersHttpAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private async Task WaitUntilUpAsync(Func<CancellationToken, Task<bool>> answers)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(90))
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"{Name} ended with code {_process.ExitCode} while starting. It said:\n{Output}");
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                if (await answers(limit.Token).ConfigureAwait(false))
                    return;
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException or OperationCanceledException or IOException)
            {
                // Not up yet.
            }

            await Task.Delay(100).ConfigureAwait(false);
        }

        throw new TimeoutException($"{Name} did not answer within 90 s. It said:\n{Output}");
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_output)
        {
            _output.AppendLine(line);
            if (_output.Length > KeptOutput)
                _output.Remove(0, _output.Length - KeptOutput);
        }
    }
}
