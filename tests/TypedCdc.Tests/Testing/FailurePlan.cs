using System.Collections.Concurrent;
using System.Globalization;
using TypedCdc.Delivery;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Testing;

/// <summary>
/// What a seed lets happen to each event at each subscriber, whatever the threads do: taken at once, slowly, after failures of every kind, or never. Writes down who took what, in order.
/// </summary>
internal sealed class FailurePlan(int seed, TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Subscriber, int Event), int> _attempts = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<int>> _taken = new();

    /// <summary>The mistake is mended: nothing is poison any more.</summary>
    internal bool IsMended { get; set; }

    /// <summary>Until when the sinks are away.</summary>
    internal DateTimeOffset SinksAreBackAt { get; set; }

    internal int[] Taken(string subscriber) => _taken.TryGetValue(subscriber, out var taken) ? [.. taken] : [];

    internal void Take(string subscriber, int @event) => _taken.GetOrAdd(subscriber, _ => new()).Enqueue(@event);

    /// <summary>No attempt of this subscriber at this event ever succeeds.</summary>
    internal bool IsPoison(string subscriber, int @event) => Dice(subscriber, @event, 0) % 13 == 0;

    internal bool IsRefused(string subscriber, int @event) => !IsMended && IsPoison(subscriber, @event);

    /// <summary>One attempt of a handler.</summary>
    internal async ValueTask AttemptAsync(string subscriber, int @event, CancellationToken cancellationToken)
    {
        if (Failure(subscriber, @event) is { } failure)
        {
            throw failure;
        }

        switch (Dice(subscriber, @event, 2) % 8)
        {
            case 0:
                await Task.Delay(TimeSpan.FromMilliseconds(1 + (Dice(subscriber, @event, 3) % 90_000)), time, cancellationToken);
                break;
            case 1:
                await Task.Yield();
                break;
        }

        Take(subscriber, @event);
    }

    /// <summary>What an attempt fails with; null where it succeeds. Counts it.</summary>
    internal Exception? Failure(string subscriber, int @event)
    {
        if (IsRefused(subscriber, @event))
        {
            return new InvalidOperationException("poison");
        }

        // Up to two attempts fail, and most none: fewer than any policy of the test gives up after.
        var attempt = _attempts.AddOrUpdate((subscriber, @event), 1, (_, attempts) => attempts + 1);
        return attempt > Dice(subscriber, @event, 1) % 9 - 6 ? null : ((Dice(subscriber, @event, 4) + attempt) % 5) switch
        {
            0 => new TimeoutException(),
            1 => new OperationCanceledException(), // its own, as a client's time-out is one
            2 => new TaskCanceledException("a request", new TimeoutException()),
            3 => new IOException("cut", new System.Net.Sockets.SocketException()),
            _ => new InvalidOperationException("a hiccup"),
        };
    }

    /// <summary>The sinks' outage, and now and then a hiccup of one call.</summary>
    internal void ThrowIfAway(string sink, int call)
    {
        if (time.GetUtcNow() < SinksAreBackAt || Dice(sink, call, 5) % 10 == 0)
        {
            throw new TimeoutException("away");
        }
    }

    internal static int EventOf(string eventId) => int.Parse(eventId.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private int Dice(string subscriber, int @event, int salt)
    {
        // A hash of its own: string.GetHashCode differs from process to process.
        var hash = 14695981039346656037UL;
        foreach (var part in (ReadOnlySpan<int>)[seed, @event, salt, .. subscriber.Select(letter => (int)letter)])
        {
            hash = (hash ^ (uint)part) * 1099511628211UL;
            hash ^= hash >> 29;
        }

        return (int)(hash >> 33);
    }

    internal sealed class Single(FailurePlan plan) : Recording(plan, nameof(Single));

    internal sealed class Wide(FailurePlan plan) : Recording(plan, nameof(Wide));

    internal abstract class Recording(FailurePlan plan, string name) : ChangeHandler<Customer>
    {
        public override ValueTask OnInsertedAsync(Inserted<Customer> change, CancellationToken cancellationToken) => HandleAsync(change, cancellationToken);

        public override ValueTask OnModifiedAsync(Modified<Customer> change, CancellationToken cancellationToken) => HandleAsync(change, cancellationToken);

        public override ValueTask OnRemovedAsync(Removed<Customer> change, CancellationToken cancellationToken) => HandleAsync(change, cancellationToken);

        private ValueTask HandleAsync(Change<Customer> change, CancellationToken cancellationToken) => plan.AttemptAsync(name, EventOf(change.EventId), cancellationToken);
    }

    internal sealed class Batch(FailurePlan plan) : BatchChangeHandler<Customer>
    {
        public override ValueTask HandleAsync(IReadOnlyList<Change<Customer>> changes, CancellationToken cancellationToken)
        {
            var events = changes.Select(change => EventOf(change.EventId)).ToArray();
            if (events.Any(@event => plan.IsRefused(nameof(Batch), @event)))
            {
                throw new InvalidOperationException("one of them"); // does not say which
            }

            Array.ForEach(events, @event => plan.Take(nameof(Batch), @event));
            return default;
        }
    }

    internal sealed class View(FailurePlan plan) : ViewHandler<Customer.View>
    {
        public override void OnInserted(scoped in ChangeView<Customer.View> change) => Handle(EventOf(change.EventId));

        public override void OnModified(scoped in ChangeView<Customer.View> change) => Handle(EventOf(change.EventId));

        public override void OnRemoved(scoped in ChangeView<Customer.View> change) => Handle(EventOf(change.EventId));

        private void Handle(int @event)
        {
            if (plan.Failure(nameof(View), @event) is { } failure)
            {
                throw failure;
            }

            plan.Take(nameof(View), @event);
        }
    }

    /// <summary>Says which records it cannot take, and takes the others.</summary>
    internal sealed class Raw(FailurePlan plan) : ISink
    {
        private int _calls;

        public ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
        {
            plan.ThrowIfAway(nameof(Raw), Interlocked.Increment(ref _calls));
            var refused = new List<RejectedRecord>();
            for (var index = 0; index < records.Count; index++)
            {
                var @event = EventOf(records[index].EventId);
                if (plan.IsRefused(nameof(Raw), @event))
                {
                    refused.Add(new(index, new FormatException()));
                }
                else
                {
                    plan.Take(nameof(Raw), @event);
                }
            }

            return refused.Count == 0 ? default : throw new RejectedRecordsException(refused);
        }
    }

    /// <summary>Fails as a whole where one record cannot be taken.</summary>
    internal sealed class Typed(FailurePlan plan) : ISink<Customer>
    {
        private int _calls;

        public ValueTask WriteAsync(IReadOnlyList<Change<Customer>> changes, CancellationToken cancellationToken)
        {
            plan.ThrowIfAway(nameof(Typed), Interlocked.Increment(ref _calls));
            var events = changes.Select(change => EventOf(change.EventId)).ToArray();
            if (events.Any(@event => plan.IsRefused(nameof(Typed), @event)))
            {
                throw new FormatException();
            }

            Array.ForEach(events, @event => plan.Take(nameof(Typed), @event));
            return default;
        }
    }
}
