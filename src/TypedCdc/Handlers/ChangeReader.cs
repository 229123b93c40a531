using TypedCdc.Decoding;
using TypedCdc.Delivery;
using TypedCdc.Observability;
using TypedCdc.Transforms;

namespace TypedCdc.Handlers;

/// <summary>What stands between a record and a handler: the key filter, decoding, transforms, deduplication.</summary>
internal sealed class ChangeReader<T>(CdcModel<T> model, HandlerOptions options, TransformChain<T>? transforms)
{
    private readonly DeduplicationWindow? _window = options.Deduplication is { } deduplication ? new(deduplication) : null;

    /// <summary>The change that the handler is to have; null where it is to have none.</summary>
    /// <exception cref="CdcDecodeException">The record does not fit the model.</exception>
    internal Change<T>? Read(TrackedRecord tracked, CdcStatistics statistics)
    {
        var record = tracked.Record;
        if (options.KeyFilter is { } filter && !filter(ReadKey(record)))
        {
            return null;
        }

        var change = transforms is null ? record.Decode<T>(options.Images) : transforms.Apply(record).Change;
        if (change is null || _window is null)
        {
            return change;
        }

        var verdict = _window.Look(tracked.KeyHash, change.Header.EventId, change.Header.TimestampMicroseconds);
        statistics.OnDeduplicated(verdict);
        change.IsStale = verdict == DeduplicationVerdict.Stale;
        return verdict == DeduplicationVerdict.Duplicate || (change.IsStale && _window.Stale == StaleChanges.Drop) ? null : change;
    }

    /// <summary>The handler has taken it.</summary>
    internal void Done(TrackedRecord tracked, Change<T>? change)
    {
        if (change is not null)
        {
            _window?.Remember(tracked.KeyHash, change.Header.EventId, change.Header.TimestampMicroseconds);
        }
    }

    private object ReadKey(in CdcRecord record)
    {
        var count = model.Attributes.Count;
        var slots = count <= AttributeScanner.StackSlots ? stackalloc AttributeSlot[AttributeScanner.StackSlots] : new AttributeSlot[count];
        return model.ReadKey(record.ScanKeys(model, slots[..count]));
    }
}
