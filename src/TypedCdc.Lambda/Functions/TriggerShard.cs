using System.Text;
using TypedCdc.Sources;

namespace TypedCdc.Lambda.Functions;

/// <summary>One shard's records of an event, in the event's order.</summary>
internal sealed class TriggerShard(ShardId id, ReadOnlyMemory<byte> utf8, int sizeHint) : IDisposable
{
    // Of each record of the event: its sequence number as it stands there, and how many records the batch holds up to it.
    private readonly List<(Range SequenceNumber, int End)> _records = [];
    private bool _isPublished;

    internal ShardId Id => id;

    internal RecordBatch Batch { get; } = new(id, sizeHint);

    /// <summary>A record of the event is in the batch: as one, or as several when it was an aggregate.</summary>
    internal void End(Range sequenceNumber) => _records.Add((sequenceNumber, Batch.Count));

    internal ValueTask PublishAsync(IShardChannel channel, CancellationToken cancellationToken)
    {
        _isPublished = true; // the batch is the pipeline's from now on
        return channel.PublishAsync(Batch, cancellationToken);
    }

    /// <summary>The sequence number of the first record that is not acknowledged, just as the event writes it; null where all are.</summary>
    internal string? FirstFailure(long acknowledged)
    {
        foreach (var (sequenceNumber, end) in _records)
        {
            if (end > acknowledged)
            {
                return Encoding.ASCII.GetString(utf8.Span[sequenceNumber]);
            }
        }

        return null;
    }

    public void Dispose()
    {
        if (!_isPublished)
        {
            Batch.Dispose();
        }
    }
}
