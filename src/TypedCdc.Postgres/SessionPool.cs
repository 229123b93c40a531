using Microsoft.Extensions.Logging;
using Npgsql;

namespace TypedCdc.Postgres;

/// <summary>
/// The sessions of one sink. A write takes an idle session or opens one. Where the server, or a proxy before it, gives fewer connections than there are lanes, the lanes take turns: a
/// lane never waits for a connection while another lane's session is idle.
/// </summary>
internal sealed class SessionPool(NpgsqlDataSource dataSource, WritePaths paths, TimeProvider time, ILogger logger)
{
    // How long a limit that was met is taken for granted, before another connection is tried.
    private static readonly TimeSpan LimitLasts = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Stack<PostgresSession> _idle = [];
    private readonly Queue<TaskCompletionSource<PostgresSession?>> _waiting = []; // for a session, or for the chance to open one (null)
    private int _open;                   // idle, in use, and being opened
    private int _limit = int.MaxValue;   // as far as is known
    private long _limitedAt;

    /// <summary>Takes a session that fits; one that does not is closed, and another one is opened.</summary>
    public async ValueTask<PostgresSession> TakeAsync(Func<PostgresSession, bool> fits, CancellationToken cancellationToken)
    {
        while (true)
        {
            var session = await NextAsync(cancellationToken);
            if (session is null)
            {
                if (await TryOpenAsync(cancellationToken) is { } opened)
                {
                    return opened;
                }
            }
            else if (fits(session))
            {
                return session;
            }
            else
            {
                await AbandonAsync(session);
            }
        }
    }

    /// <summary>Gives a session back for the next write.</summary>
    public void Return(PostgresSession session)
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var waiting))
            {
                if (waiting.TrySetResult(session))
                {
                    return;
                }
            }

            _idle.Push(session);
        }
    }

    /// <summary>Closes a session.</summary>
    public async ValueTask AbandonAsync(PostgresSession session)
    {
        try
        {
            await session.DisposeAsync();
        }
        finally
        {
            Closed();
        }
    }

    /// <summary>Closes the idle sessions.</summary>
    public async ValueTask ClearAsync()
    {
        while (true)
        {
            PostgresSession? session;
            lock (_gate)
            {
                if (!_idle.TryPop(out session))
                {
                    return;
                }
            }

            await AbandonAsync(session);
        }
    }

    // An idle session; null: the caller may open one, and is counted already.
    private Task<PostgresSession?> NextAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<PostgresSession?> waiting;
        lock (_gate)
        {
            if (_idle.TryPop(out var idle))
            {
                return Task.FromResult<PostgresSession?>(idle);
            }

            if (_limit != int.MaxValue && time.GetElapsedTime(_limitedAt) > LimitLasts)
            {
                _limit = int.MaxValue;
            }

            if (_open < _limit)
            {
                _open++;
                return Task.FromResult<PostgresSession?>(null);
            }

            waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiting);
        }

        return WaitAsync(waiting, cancellationToken);
    }

    private static async Task<PostgresSession?> WaitAsync(TaskCompletionSource<PostgresSession?> waiting, CancellationToken cancellationToken)
    {
        await using var cancelled = cancellationToken.Register(() => waiting.TrySetCanceled(cancellationToken));
        return await waiting.Task;
    }

    // Null where there is no further connection to be had, and the lanes are to share those that there are.
    private async ValueTask<PostgresSession?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await PostgresSession.OpenAsync(dataSource, paths, cancellationToken);
        }
        catch (Exception error)
        {
            var shares = false;
            lock (_gate)
            {
                if (_open > 1 && IsOfLimit(error))
                {
                    shares = true;
                    _limit = _open - 1;
                    _limitedAt = time.GetTimestamp();
                }
            }

            Closed();
            if (!shares)
            {
                throw;
            }

            logger.LogWarning(
                "PostgreSQL gives the sink no more than {Connections} connection(s) ({Reason}). Its lanes take turns. Raise the server's, the role's or the proxy's limit of connections, or lower the option Connections.",
                _limit, error is PostgresException { SqlState: var state } ? state : "time-out");
            return null;
        }
    }

    // 53300 too_many_connections; a proxy lets a client wait until its time-out.
    private static bool IsOfLimit(Exception error) => error is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } || PostgresErrors.Classify(error) == PostgresFault.TimedOut;

    private void Closed()
    {
        lock (_gate)
        {
            _open--;
            while (_open < _limit && _waiting.TryDequeue(out var waiting))
            {
                if (waiting.TrySetResult(null))
                {
                    _open++;
                    return;
                }
            }
        }
    }
}
