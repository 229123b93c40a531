using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TypedCdc.Services;

/// <summary>
/// A TCP proxy that breaks what goes through it: cuts connections after a number of bytes, falls silent with the connection open (half-open, as a lost cable or a dead NAT
/// entry leaves it), or delays.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly int _target;
    private readonly Task _accepting;
    private long _cuts;

    /// <summary>Begins to listen in front of a port of 127.0.0.1.</summary>
    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>For each new connection: after how many bytes, in both directions together, it is cut; null for never.</summary>
    public Func<long?> CutAfter { get; set; } = static () => null;

    /// <summary>How long each piece is held back. The default value is none.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>While true nothing goes through, and nothing is closed.</summary>
    public bool IsSilent { get; set; }

    /// <summary>How many connections were cut.</summary>
    public long Cuts => Interlocked.Read(ref _cuts);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_connections.Keys).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                var connection = ServeAsync(client);
                _connections[connection] = true;
                _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        using (var cut = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, cut.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                return; // the server is down: so are we
            }

            var left = new StrongBox(CutAfter() ?? long.MaxValue);
            await Task.WhenAny(PumpAsync(client, server, left, cut.Token), PumpAsync(server, client, left, cut.Token)).ConfigureAwait(false);
            if (Interlocked.Read(ref left.Value) <= 0)
                Interlocked.Increment(ref _cuts);
            await cut.CancelAsync().ConfigureAwait(false);

            // A reset, not a polite end: what a crash looks like.
            client.Client.LingerState = new(enable: true, seconds: 0);
            server.Client.LingerState = new(enable: true, seconds: 0);
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, StrongBox left, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var read = await from.GetStream().ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                while (IsSilent)
                    await Task.Delay(10, cancellationToken).ConfigureAwait(false);
                if (Delay > TimeSpan.Zero)
                    await Task.Delay(Delay, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return;

                // Up to the very byte: half a message is what a cut leaves.
                var rest = Interlocked.Add(ref left.Value, -read);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, (int)Math.Max(0, rest < 0 ? read + rest : read)), cancellationToken).ConfigureAwait(false);
                if (rest <= 0)
                    return;
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone.
        }
    }

    private sealed class StrongBox(long value)
    {
        internal long Value = value;
    }
}
