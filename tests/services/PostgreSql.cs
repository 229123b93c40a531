using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace TypedCdc.Services;

/// <summary>A PostgreSQL cluster of its own in a temporary folder; never the system's.</summary>
public sealed class PostgreSql : Service
{
    private int _port;

    /// <summary>For Npgsql: the superuser <c>postgres</c>, the database <c>postgres</c>. It cannot be reached from elsewhere, so there is no password.</summary>
    public string ConnectionString => _port == 0 ? throw new InvalidOperationException("Not started.") : ConnectionStringOf(_port);

    /// <inheritdoc/>
    protected override ServiceKind Kind => ServiceKind.PostgreSql;

    // PostgreSQL refuses to run as root; Debian's package brings a user of that name.
    private static string[] AsServer => Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private protected override async Task<ServiceProcess> StartAsync()
    {
        var directory = await MakeFolderAsync().ConfigureAwait(false);
        try
        {
            var port = ServiceProcess.FreePort();
            var process = await RunAsync(await InitializeAsync(directory).ConfigureAwait(false), port, directory).ConfigureAwait(false);
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

    internal static string ConnectionStringOf(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;SSL Mode=Disable;GSS Encryption Mode=Disable");

    /// <summary>A temporary folder that the server may write to.</summary>
    internal static async Task<string> MakeFolderAsync()
    {
        var directory = Directory.CreateTempSubdirectory("typedcdc-postgres-").FullName;
        await GiveToServerAsync(directory).ConfigureAwait(false);
        return directory;
    }

    /// <summary>Lets the server write to a folder.</summary>
    internal static async Task GiveToServerAsync(string directory)
    {
        if (AsServer.Length > 0)
            await RunAsync(["chown", "postgres", directory]).ConfigureAwait(false);
    }

    /// <summary>Makes a cluster in a folder and returns its data directory.</summary>
    internal static async Task<string> InitializeAsync(string directory)
    {
        var data = Path.Combine(directory, "data");
        await RunAsync([
            .. AsServer, Path.Combine(Installed.PostgreSql!, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--no-locale", "--no-sync", "--no-instructions",
        ]).ConfigureAwait(false);
        return data;
    }

    /// <summary>Starts a server on a data directory.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="port">Its port of 127.0.0.1.</param>
    /// <param name="temporaryDirectory">A folder that goes when the server has ended; null for none.</param>
    internal static Task<ServiceProcess> RunAsync(string data, int port, string? temporaryDirectory) => ServiceProcess.StartAsync(
        "PostgreSQL", "/", temporaryDirectory, "INT",
        [],
        [
            .. AsServer, Path.Combine(Installed.PostgreSql!, "postgres"), "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-k", Path.GetDirectoryName(data)!,
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=64MB", "-c", "max_connections=100",
        ],
        token => AcceptsAsync(port, token));

    // Logs in: a server that still recovers answers, but with an error (PostgreSQL documentation, "Message Formats", StartupMessage).
    private static async Task<bool> AcceptsAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port, cancellationToken).ConfigureAwait(false);
        var stream = socket.GetStream();
        byte[] login = [0, 3, 0, 0, .. "user\0postgres\0database\0postgres\0\0"u8];
        await stream.WriteAsync((byte[])[0, 0, 0, (byte)(login.Length + 4), .. login], cancellationToken).ConfigureAwait(false);
        var answer = new byte[1];
        return await stream.ReadAsync(answer, cancellationToken).ConfigureAwait(false) == 1 && answer[0] == (byte)'R';
    }

    /// <summary>Runs a program to its end.</summary>
    internal static async Task RunAsync(string[] command)
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
