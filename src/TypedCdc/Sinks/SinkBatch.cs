using TypedCdc.Pipeline;

namespace TypedCdc.Sinks;

/// <summary>
/// One batch on its way into a sink: what is written, what was refused, and which record of the work each stands for. Where a sink fails for good without saying
/// which records it cannot take, the batch is halved until the culprits stand alone, so that their neighbours are written.
/// </summary>
internal sealed class SinkBatch<TItem>(int capacity)
{
    private readonly List<TItem> _items = new(capacity);
    private readonly List<int> _indexes = new(capacity); // of each item in the work
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
        Func<IReadOnlyList<TItem>, CancellationToken, ValueTask> write, RetryPipeline retry, FailureAction onPermanent, CancellationToken cancellationToken) =>
        _items.Count == 0 ? default : WriteAsync(_items, _indexes, write, retry, onPermanent, cancellationToken);

    private async ValueTask WriteAsync(
        List<TItem> items,
        List<int> indexes,
        Func<IReadOnlyList<TItem>, CancellationToken, ValueTask> write,
        RetryPipeline retry,
        FailureAction onPermanent,
        CancellationToken cancellationToken)
    {
        var attempts = new AttemptCounter();
        try
        {
            await retry.ExecuteAsync(
                static async (call, cancellation) =>
                {
                    call.Attempts.Count++;
                    await call.Write(call.Items, cancellation);
                },
                (Write: write, Items: items, Attempts: attempts),
                cancellationToken);
        }
        catch (RejectedRecordsException rejected) when (!cancellationToken.IsCancellationRequested && rejected.Rejected.All(record => (uint)record.Index < (uint)items.Count))
        {
            foreach (var record in rejected.Rejected.DistinctBy(record => record.Index))
            {
                _failures.Add(new(indexes[record.Index], record.Reason, attempts.Count, onPermanent));
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (exception is IStopsDelivery)
            {
                _failures.AddRange(indexes.Select(index => new RecordFailure(index, exception, attempts.Count, FailureAction.Stop)));
                return;
            }

            if (items.Count == 1)
            {
                _failures.Add(new(indexes[0], exception, attempts.Count, onPermanent));
                return;
            }

            // In order: the first half holds the older changes of a key.
            var half = items.Count / 2;
            await WriteAsync(items[..half], indexes[..half], write, retry, onPermanent, cancellationToken);
            await WriteAsync(items[half..], indexes[half..], write, retry, onPermanent, cancellationToken);
        }
    }

    private sealed class AttemptCounter
    {
        internal int Count { get; set; }
    }
}
