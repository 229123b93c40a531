using System.Globalization;
using System.Net.Sockets;

namespace TypedCdc.Services;

/// <summary>pgbouncer in front of a PostgreSQL server: a proxy that shares few server connections among many clients.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private readonly ServiceProcess _process;

    private PgBouncer(ServiceProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>The port of 127.0.0.1 that it listens on.</summary>
    public int Port { get; }

    /// <summary>Starts one.</summary>
    /// <param name="server">The server's port of 127.0.0.1.</param>
    /// <param name="poolMode">pgbouncer's <c>pool_mode</c>: session, transaction or statement.</param>
    /// <param name="poolSize">How many server connections it opens for each database and user.</param>
    public static async Task<PgBouncer> StartAsync(int server, string poolMode, int poolSize)
    {
        Installed.Require(ServiceKind.PgBouncer);
        var folder = await PostgreSql.MakeFolderAsync().ConfigureAwait(false);
        var port = ServiceProcess.FreePort();
        var settings = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host=127.0.0.1 port={server} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {poolMode}
            default_pool_size = {poolSize}
            ignore_startup_parameters = extra_float_digits,search_path,options
            """)).ConfigureAwait(false);
        string[] asServer = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        var process = await ServiceProcess.StartAsync(
            "pgbouncer", "/", folder, "INT", [], [.. asServer, Installed.PgBouncer!, settings],
            async token =>
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync("127.0.0.1", port, token).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        return new(process, port);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
