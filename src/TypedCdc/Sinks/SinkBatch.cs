using TypedCdc.Delivery;

namespace TypedCdc.Sinks;

/// <summary>
/// One batch on its way into a sink: what is written, what was refused, and which record of the work each stands for. Where a sink fails for good without saying
/// which records it cannot take, the batch is halved until the culprits stand alone, so that their neighbours are written.
/// </summary>
/// <param name="work">The work.</param>
/// <param name="withoutLease">Takes an item's lease away; null where items have none.</param>
internal sealed class SinkBatch<TItem>(Work work, Func<TItem, TItem>? withoutLease = null)
{
    private readonly List<TItem> _items = new(work.Records.Count);
    private readonly List<int> _indexes = new(work.Records.Count); // of each item in the work
    private readonly List<RecordFailure> _failures = [];

    /// <summary>By ascending index.</summary>
    internal IReadOnlyList<RecordFailure> Failures
    {
        get
        {
            _failures.Sort(static (left, right) => left.Index.CompareTo(right.Index));
            return _failures;
        }
    }

    internal void Add(int index, TItem item)
    {
        _items.Add(item);
        _indexes.Add(index);
    }

    internal void Refuse(RecordFailure failure) => _failures.Add(failure);

    internal ValueTask WriteAsync(
        Func<IReadOnlyList<TItem>, CancellationToken, ValueTask> write, RetryPipeline retry, FailureAction onPermanent, CancellationToken cancellationToken)
    {
        if (_items.Count == 0)
        {
            return default;
        }

        if (_failures.Count > 0)
        {
            TakeLeases(_items);
        }

        return WritePartAsync(new(work, _items, _indexes, write), retry, onPermanent, cancellationToken);
    }

    private async ValueTask WritePartAsync(Part part, RetryPipeline retry, FailureAction onPermanent, CancellationToken cancellationToken)
    {
        try
        {
            await retry.ExecuteAsync(static (part, cancellation) => part.TryAsync(cancellation), part, cancellationToken);
        }
        catch (RejectedRecordsException rejected) when (!cancellationToken.IsCancellationRequested && rejected.Rejected.All(record => (uint)record.Index < (uint)part.Items.Count))
        {
            foreach (var record in rejected.Rejected.DistinctBy(record => record.Index))
            {
                _failures.Add(new(part.Indexes[record.Index], record.Reason, part.Attempts, onPermanent));
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (exception is IStopsDelivery)
            {
                _failures.AddRange(part.Indexes.Select(index => new RecordFailure(index, exception, part.Attempts, FailureAction.Stop)));
                return;
            }

            if (part.Items.Count == 1)
            {
                _failures.Add(new(part.Indexes[0], exception, part.Attempts, onPermanent));
                return;
            }

            // In order: the first half holds the older changes of a key.
            TakeLeases(part.Items);
            var half = part.Items.Count / 2;
            await WritePartAsync(new(work, part.Items[..half], part.Indexes[..half], part.Write), retry, onPermanent, cancellationToken);
            await WritePartAsync(new(work, part.Items[half..], part.Indexes[half..], part.Write), retry, onPermanent, cancellationToken);
        }
    }

    // What was refused is in no dead-letter store yet: a sink that goes by positions would take it for written as soon as a later record is.
    private void TakeLeases(List<TItem> items)
    {
        if (withoutLease is not null)
        {
            for (var i = 0; i < items.Count; i++)
            {
                items[i] = withoutLease(items[i]);
            }
        }
    }

    /// <summary>The batch, or what halving has left of it.</summary>
    private sealed class Part(Work work, List<TItem> items, List<int> indexes, Func<IReadOnlyList<TItem>, CancellationToken, ValueTask> write)
    {
        internal List<TItem> Items => items;

        internal List<int> Indexes => indexes;

        internal Func<IReadOnlyList<TItem>, CancellationToken, ValueTask> Write => write;

        internal int Attempts { get; private set; }

        internal ValueTask TryAsync(CancellationToken cancellationToken)
        {
            Attempts++;
            DropAbandoned();
            return items.Count == 0 ? default : write(items, cancellationToken);
        }

        // The shard is another worker's by now: to go on would be to write beside it. Nothing of the shard is acknowledged any more.
        private void DropAbandoned()
        {
            var kept = 0;
            for (var i = 0; i < items.Count; i++)
            {
                if (!work.Records[indexes[i]].IsAbandoned)
                {
                    items[kept] = items[i];
                    indexes[kept++] = indexes[i];
                }
            }

            items.RemoveRange(kept, items.Count - kept);
            indexes.RemoveRange(kept, indexes.Count - kept);
        }
    }
}
