using System.Globalization;
using System.Net.Sockets;

namespace TypedCdc.Services;

/// <summary>A MariaDB instance of its own in a temporary folder; never the system's.</summary>
public sealed class MariaDb : Service
{
    private int _port;

    /// <summary>For MySqlConnector: the user <c>root</c>, without a database. It cannot be reached from elsewhere, so there is no password.</summary>
    public string ConnectionString => _port == 0
        ? throw new InvalidOperationException("Not started.")
        : string.Create(CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={_port};User ID=root;SSL Mode=None");

    /// <inheritdoc/>
    protected override ServiceKind Kind => ServiceKind.MariaDb;

    // MariaDB refuses to run as root. Debian's package of the service brings a user of its own; the one of the programs alone does not.
    private static string User => File.ReadLines("/etc/passwd").Any(static line => line.StartsWith("mysql:", StringComparison.Ordinal)) ? "mysql" : "nobody";

    private static string[] AsServer => Environment.UserName == "root" ? ["setpriv", $"--reuid={User}", "--clear-groups", "--"] : [];

    private protected override async Task<ServiceProcess> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("typedcdc-mariadb-").FullName;
        try
        {
            if (AsServer.Length > 0)
                await PostgreSql.RunAsync(["chown", User, directory]).ConfigureAwait(false);
            var data = Path.Combine(directory, "data");
            await PostgreSql.RunAsync([
                .. AsServer, Installed.FindOnPath("mariadb-install-db")!, "--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal",
                "--skip-test-db", "--skip-name-resolve",
            ]).ConfigureAwait(false);
            var port = ServiceProcess.FreePort();
            var process = await ServiceProcess.StartAsync(
                "MariaDB", "/", directory, "TERM",
                [],
                [
                    .. AsServer, Installed.MariaDb!, "--no-defaults", $"--datadir={data}", string.Create(CultureInfo.InvariantCulture, $"--port={port}"), "--bind-address=127.0.0.1",
                    $"--socket={Path.Combine(directory, "socket")}", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--max-connections=200",
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

    // The server greets first: four bytes of a header, then the protocol's version, 10, or 255 for an error (MySQL Internals, "Connection Phase").
    private static async Task<bool> AcceptsAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port, cancellationToken).ConfigureAwait(false);
        var greeting = new byte[5];
        await socket.GetStream().ReadExactlyAsync(greeting, cancellationToken).ConfigureAwait(false);
        return greeting[4] == 10;
    }
}
