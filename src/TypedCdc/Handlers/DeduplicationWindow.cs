using TypedCdc.Changes;

namespace TypedCdc.Handlers;

/// <summary>What one handler has taken lately: event ids, and for each key the newest timestamp. Bounded; the oldest are forgotten first.</summary>
internal sealed class DeduplicationWindow(DeduplicationOptions options)
{
    private readonly Lock _gate = new();
    private readonly HashSet<EventId> _events = [];
    private readonly Queue<EventId> _eventOrder = new();

    // By the key's hash: 64 bits, so that two of a hundred thousand keys share one with a probability of 1 in 4 thousand million.
    private readonly Dictionary<ulong, long> _newest = [];
    private readonly Queue<ulong> _keyOrder = new();

    internal StaleChanges Stale => options.Stale;

    internal int Count => Math.Max(_events.Count, _newest.Count);

    internal DeduplicationVerdict Look(ulong keyHash, EventId eventId, long timestampMicroseconds)
    {
        lock (_gate)
        {
            if (eventId != default && _events.Contains(eventId))
            {
                return DeduplicationVerdict.Duplicate;
            }

            if (!_newest.TryGetValue(keyHash, out var newest))
            {
                return DeduplicationVerdict.New;
            }

            return timestampMicroseconds < newest ? DeduplicationVerdict.Stale
                : timestampMicroseconds == newest ? DeduplicationVerdict.Tie
                : DeduplicationVerdict.New;
        }
    }

    /// <summary>The handler has taken it.</summary>
    internal void Remember(ulong keyHash, EventId eventId, long timestampMicroseconds)
    {
        lock (_gate)
        {
            if (eventId != default && _events.Add(eventId))
            {
                _eventOrder.Enqueue(eventId);
                if (_eventOrder.Count > options.Window)
                {
                    _events.Remove(_eventOrder.Dequeue());
                }
            }

            if (!_newest.TryGetValue(keyHash, out var newest))
            {
                _keyOrder.Enqueue(keyHash);
                if (_keyOrder.Count > options.Window)
                {
                    _newest.Remove(_keyOrder.Dequeue());
                }
            }

            if (timestampMicroseconds >= newest)
            {
                _newest[keyHash] = timestampMicroseconds;
            }
        }
    }
}

internal enum DeduplicationVerdict : byte
{
    New,

    /// <summary>Its event id was taken.</summary>
    Duplicate,

    /// <summary>A newer change of its key was taken.</summary>
    Stale,

    /// <summary>Another change of its key with the same timestamp was taken: nobody can say which is newer.</summary>
    Tie,
}
