using System.Collections.Concurrent;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>The sessions of one database that are not in use.</summary>
/// <param name="database">Where sessions come from.</param>
/// <param name="open">Called with each new session; null for nothing.</param>
internal sealed class SessionPool(ISqlDatabase database, Func<ISqlSession, CancellationToken, ValueTask>? open = null) : IAsyncDisposable
{
    private readonly ConcurrentBag<ISqlSession> _idle = [];

    /// <summary>Uses a session, which nobody else uses meanwhile.</summary>
    public async ValueTask<T> UseAsync<T>(SqlSessionContext context, Func<ISqlSession, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        var isNew = !_idle.TryTake(out var session);
        session ??= await database.OpenAsync(context, cancellationToken);
        try
        {
            if (isNew && open is not null)
            {
                await open(session, cancellationToken);
            }

            var result = await use(session);
            _idle.Add(session);
            return result;
        }
        catch
        {
            // The state of the session is unknown: the next use begins with a new one.
            await session.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var session))
        {
            await session.DisposeAsync();
        }

        await database.DisposeAsync();
    }
}
