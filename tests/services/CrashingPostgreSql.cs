using System.Diagnostics;
using System.Globalization;

namespace TypedCdc.Services;

/// <summary>
/// A PostgreSQL cluster that a test kills (SIGKILL, as a crash does) and starts again, on the same port and with its data. Its folder goes when it is disposed, or when the test's process ends.
/// </summary>
public sealed class CrashingPostgreSql : IAsyncDisposable
{
    private readonly ServiceProcess _folderKeeper; // runs as long as we do, and takes the folder with it
    private readonly string _data;
    private readonly int _port;
    private ServiceProcess? _server;

    private CrashingPostgreSql(ServiceProcess folderKeeper, string data, int port)
    {
        _folderKeeper = folderKeeper;
        _data = data;
        _port = port;
    }

    /// <summary>For Npgsql: the superuser <c>postgres</c>, the database <c>postgres</c>.</summary>
    public string ConnectionString => PostgreSql.ConnectionStringOf(_port);

    /// <summary>The port that it listens on, for a proxy in front of it.</summary>
    public int Port => _port;

    /// <summary>Makes a cluster and starts it.</summary>
    public static async Task<CrashingPostgreSql> StartAsync()
    {
        Installed.Require(ServiceKind.PostgreSql);
        var folder = await PostgreSql.MakeFolderAsync().ConfigureAwait(false);
        var keeper = await ServiceProcess.StartAsync("folder of a PostgreSQL", "/", folder, "TERM", [], ["sleep", "86400"], static _ => Task.FromResult(true)).ConfigureAwait(false);
        var server = new CrashingPostgreSql(keeper, await PostgreSql.InitializeAsync(folder).ConfigureAwait(false), ServiceProcess.FreePort());
        try
        {
            await server.StartAgainAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Kills the server's first process without a warning; the others see it and end at once. What was committed is in the write-ahead log.</summary>
    public async Task KillAsync()
    {
        var pid = int.Parse((await File.ReadAllLinesAsync(Path.Combine(_data, "postmaster.pid")).ConfigureAwait(false))[0], CultureInfo.InvariantCulture);
        using (var process = Process.GetProcessById(pid))
        {
            process.Kill();
        }

        if (Interlocked.Exchange(ref _server, null) is { } server)
            await server.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Starts it after <see cref="KillAsync"/>; returns when it has recovered and takes connections.</summary>
    public async Task StartAgainAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _server = await PostgreSql.RunAsync(_data, _port, temporaryDirectory: null).ConfigureAwait(false);
                return;
            }
            catch (InvalidOperationException) when (attempt < 50)
            {
                // Processes of the killed server still hold its shared memory; they end as soon as they look.
                await Task.Delay(100).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
            await server.DisposeAsync().ConfigureAwait(false);
        await _folderKeeper.DisposeAsync().ConfigureAwait(false);
    }
}
