using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace TypedCdc.Services;

/// <summary>A PostgreSQL cluster of its own in a temporary folder; never the system's.</summary>
public sealed class PostgreSql : Service
{
    private int _port;

    /// <summary>For Npgsql: the superuser <c>postgres</c>, the database <c>postgres</c>. It cannot be reached from elsewhere, so there is no password.</summary>
    public string ConnectionString => _port == 0
        ? throw new InvalidOperationException("Not started.")
        : string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;SSL Mode=Disable;GSS Encryption Mode=Disable");

    /// <inheritdoc/>
    protected override ServiceKind Kind => ServiceKind.PostgreSql;

    // PostgreSQL refuses to run as root; Debian's package brings a user of that name.
    private static string[] AsServer => Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private protected override async Task<ServiceProcess> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("typedcdc-postgres-").FullName;
        try
        {
            if (AsServer.Length > 0)
                await RunAsync(["chown", "postgres", directory]).ConfigureAwait(false);
            var data = Path.Combine(directory, "data");
            await RunAsync([
                .. AsServer, Path.Combine(Installed.PostgreSql!, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--no-locale", "--no-sync", "--no-instructions",
            ]).ConfigureAwait(false);

            var port = ServiceProcess.FreePort();
            var process = await ServiceProcess.StartAsync(
                "PostgreSQL", "/", directory, "INT",
                [],
                [
                    .. AsServer, Path.Combine(Installed.PostgreSql!, "postgres"), "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-k", directory,
                    "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=64MB", "-c", "max_connections=100",
                ],
                token => AcceptsAsync(port, token)).ConfigureAwait(false);
            _port = port;
            return process;
        }
        catch
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    // "Is TLS to be had?" is the one question that a server answers (S or N) before anyone logs in, as soon as it takes connections.
    private static async Task<bool> AcceptsAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port, cancellationToken).ConfigureAwait(false);
        var stream = socket.GetStream();
        await stream.WriteAsync(new byte[] { 0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F }, cancellationToken).ConfigureAwait(false);
        var answer = new byte[1];
        return await stream.ReadAsync(answer, cancellationToken).ConfigureAwait(false) == 1;
    }

    private static async Task RunAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0]) { WorkingDirectory = "/", UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with code {process.ExitCode}:\n{await output.ConfigureAwait(false)}{await errors.ConfigureAwait(false)}");
    }
}
