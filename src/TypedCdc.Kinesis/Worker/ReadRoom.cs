namespace TypedCdc.Kinesis.Worker;

/// <summary>
/// The bytes that all shards together may have read, or be reading, before the pipeline has taken them. Taken before a read begins, so that a hundred answers of 10 MB never
/// meet in memory.
/// </summary>
internal sealed class ReadRoom(long capacity)
{
    private readonly Queue<ShardReader> _waiting = new();

    internal long Used { get; private set; }

    /// <summary>Takes room, or remembers who asked. Whoever is alone gets it in any case.</summary>
    internal bool TryTake(ShardReader reader, long bytes)
    {
        // Behind those that wait already, or a shard with large records would starve.
        if (_waiting.Count == 0 && Fits(bytes))
        {
            Used += bytes;
            return true;
        }

        _waiting.Enqueue(reader);
        return false;
    }

    /// <summary>Forgets a reader that waits: its shard is not read any more.</summary>
    internal void Remove(ShardReader reader)
    {
        for (var count = _waiting.Count; count > 0; count--)
        {
            var waiting = _waiting.Dequeue();
            if (waiting != reader)
            {
                _waiting.Enqueue(waiting);
            }
        }
    }

    /// <summary>What was read is more, or less, than expected.</summary>
    internal void Change(long bytes) => Used += bytes;

    /// <summary>The next of those that wait for whom there is room now; null for none. It has the room already.</summary>
    internal ShardReader? Next()
    {
        if (!_waiting.TryPeek(out var reader) || !Fits(reader.WantedBytes))
        {
            return null;
        }

        _waiting.Dequeue();
        Used += reader.WantedBytes;
        return reader;
    }

    private bool Fits(long bytes) => Used == 0 || Used + bytes <= capacity;
}
