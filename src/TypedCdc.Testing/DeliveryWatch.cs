using System.Text;
using TypedCdc.Delivery;

namespace TypedCdc.Testing;

/// <summary>Writes down what happened to each record, and makes attempts fail that a test wants to fail.</summary>
internal sealed class DeliveryWatch : IDeliveryObserver
{
    private readonly Lock _gate = new();
    private readonly List<TestDelivery> _deliveries = [];
    private readonly Dictionary<string, Queue<Exception>> _failures = new(StringComparer.Ordinal);

    internal IReadOnlyList<TestDelivery> Deliveries
    {
        get
        {
            lock (_gate)
            {
                return [.. _deliveries];
            }
        }
    }

    internal void Fail(string subscriber, Exception exception, int times)
    {
        lock (_gate)
        {
            if (!_failures.TryGetValue(subscriber, out var failures))
            {
                _failures.Add(subscriber, failures = new());
            }

            for (; times > 0; times--)
            {
                failures.Enqueue(exception);
            }
        }
    }

    public ValueTask BeforeAttemptAsync(string subscriber, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _failures.TryGetValue(subscriber, out var failures) && failures.TryDequeue(out var failure) ? throw failure : default;
        }
    }

    public void OnCompleted(string subscriber, Work work, WorkOutcome outcome)
    {
        lock (_gate)
        {
            for (var index = 0; index < outcome.Completed; index++)
            {
                var record = work.Records[index];
                var failure = outcome.Failures.FirstOrDefault(failed => failed.Index == index);
                _deliveries.Add(new(
                    subscriber,
                    record.Route?.TableName,
                    record.Unreadable is null ? record.Operation : null,
                    record.Unreadable is null ? Encoding.UTF8.GetString(record.Record.Keys.Span) : "",
                    new(record.Shard.Id, record.SequenceNumber),
                    failure.Exception));
            }
        }
    }
}
