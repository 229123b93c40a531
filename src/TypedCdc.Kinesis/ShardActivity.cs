namespace TypedCdc.Kinesis;

/// <summary>What runs for one reading of a shard. A stop of the source ends its reads and publications; the loss of its lease ends its drain as well.</summary>
internal sealed class ShardActivity(CancellationToken stopping) : IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _reading = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private readonly HashSet<Task> _running = [];

    /// <summary>Cancelled when the lease is lost.</summary>
    internal CancellationToken Lost => _lost.Token;

    internal Task Add(Func<CancellationToken, Task> begin)
    {
        _running.RemoveWhere(static task => task.IsCompleted);
        var task = begin(_reading.Token);
        _running.Add(task);
        return task;
    }

    /// <summary>Ends all of it, and waits for the end.</summary>
    internal async Task EndAsync()
    {
        await _lost.CancelAsync();
        await _reading.CancelAsync();
        await Task.WhenAll(_running);
    }

    public void Dispose()
    {
        _lost.Dispose();
        _reading.Dispose();
    }
}
