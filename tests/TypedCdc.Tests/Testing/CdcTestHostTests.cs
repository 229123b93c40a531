using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Testing;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Testing;

public class CdcTestHostTests
{
    private readonly Journal _journal = new();

    private CdcTestHost Start(Action<CdcBuilder>? configure = null) => CdcTestHost.Start(
        cdc =>
        {
            cdc.Handle<Customer, RecordingHandler>();
            configure?.Invoke(cdc);
        },
        services => services.AddSingleton(_journal));

    private static Customer Person(long id, string name) => new() { UserId = id, FirstName = name };

    [Fact]
    public async Task An_assertion_before_the_wait_says_that_the_wait_is_missing()
    {
        await using var host = CdcTestHost.Start(static cdc => cdc.Handle<Customer, Quiet>());
        host.Put(new Customer { UserId = 8 });
        Assert.Contains("Call 'await host.WaitUntilSettledAsync()' before you assert", Assert.Throws<CdcAssertionException>(() => host.AssertHandled<Quiet>(1)).Message, StringComparison.Ordinal);
        Assert.Contains("Call 'await host.WaitUntilSettledAsync()' before you assert", Assert.Throws<CdcAssertionException>(host.AssertNoDeadLetters).Message, StringComparison.Ordinal);
        await host.WaitUntilSettledAsync();
        host.AssertHandled<Quiet>(1);
    }

    [Fact]
    public async Task A_handler_that_is_not_registered_is_named_with_those_that_are()
    {
        await using var host = CdcTestHost.Start(static cdc => cdc.Handle<Customer, Quiet>());
        await host.WaitUntilSettledAsync();
        var message = Assert.Throws<CdcAssertionException>(() => host.AssertHandled<Missing>(0)).Message;
        Assert.Contains("No handler or sink named 'Missing' is registered; the host has 'Quiet'.", message, StringComparison.Ordinal);
        Assert.Throws<CdcAssertionException>(() => host.Fail<Missing>());
    }

    private sealed class Quiet : ChangeHandler<Customer>;

    private sealed class Missing : ChangeHandler<Customer>;

    [Fact]
    public async Task Items_put_updated_deleted_and_expired_become_typed_changes()
    {
        await using var host = Start();
        host.Put(Person(8, "Ada"));
        host.Put(Person(8, "Ada"));
        host.Update(Person(8, "Grace"));
        host.Delete(Person(8, "whatever"));
        host.Put(Person(8, "Ada"));
        host.Expire(Person(8, "Ada"));
        host.Snapshot(Person(9, "Linus"));
        await host.WaitUntilSettledAsync();

        Assert.Equal(["+8 Ada", "~8 Ada->Grace first_name", "-8", "+8 Ada", "-8", "=9"], _journal.Entries);
        host.AssertHandled<RecordingHandler>(6);
        host.AssertNoDeadLetters();
        Assert.Throws<InvalidOperationException>(() => host.Delete(Person(77, "nobody")));
        Assert.Equal("events: 6, inserted: 2, modified: 1, removed: 2, snapshots: 1, dead-lettered: 0, unknown: 0", host.Statistics.ToString());
    }

    [Fact]
    public async Task A_handler_made_to_fail_is_tried_again_and_dead_lettered_in_the_end()
    {
        await using var host = Start();
        host.Put(Person(1, "a"));
        host.Fail<RecordingHandler>(times: 4);
        await host.WaitUntilSettledAsync();
        host.AssertHandled<RecordingHandler>(1);
        host.AssertNoDeadLetters();

        host.Put(Person(2, "b"));
        host.Put(Person(3, "c"));
        host.Fail<RecordingHandler>(times: 5, new InvalidOperationException("five times"));
        await host.WaitUntilSettledAsync();
        Assert.Equal(["+1 a", "+3 c"], _journal.Entries);
        var error = Assert.Throws<CdcAssertionException>(host.AssertNoDeadLetters);
        Assert.Contains("RecordingHandler at test-stream/shard-0@2: System.InvalidOperationException: five times", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<CdcAssertionException>(() => host.AssertHandled<RecordingHandler>(3));
        Assert.Contains("""RecordingHandler: Insert {"userid":{"N":"2"}} at test-stream/shard-0@2: InvalidOperationException: five times""", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duplicates_and_another_order_are_delivered_as_they_are_sent()
    {
        await using var host = Start();
        host.Put(Person(1, "a"));
        host.DuplicateLast();
        host.Put(Person(2, "b"));
        host.Put(Person(3, "c"));
        host.Reorder(seed: 3);
        await host.WaitUntilSettledAsync();
        Assert.Equal(["+1 a", "+1 a", "+2 b", "+3 c"], _journal.Entries.Order());
        Assert.NotEqual(["+1 a", "+1 a", "+2 b", "+3 c"], _journal.Entries);
    }

    [Fact]
    public async Task A_reshard_keeps_every_key_in_order()
    {
        await using var host = Start(cdc => cdc.OnFailure(o => o.MaximumAttempts = null));
        for (var version = 0; version < 12; version++)
        {
            for (var user = 0; user < 10; user++)
            {
                host.Put(Person(user, $"{version}"));
            }

            if (version % 4 == 3)
            {
                host.Reshard();
                host.Fail<RecordingHandler>(times: 3);
            }
        }

        await host.WaitUntilSettledAsync();
        foreach (var key in _journal.Entries.GroupBy(entry => entry[1]))
        {
            Assert.Equal(
                [$"+{key.Key} 0", .. Enumerable.Range(1, 11).Select(version => $"~{key.Key} {version - 1}->{version} first_name")],
                key);
        }

        Assert.True(host.Deliveries.Select(delivery => delivery.Position.Shard).Distinct().Count() > 4);
    }

    [Fact]
    public async Task A_record_that_never_settles_is_shown()
    {
        await using var host = Start(cdc => cdc.OnFailure(o => o.MaximumAttempts = null));
        _journal.Before = (_, _) => throw new TimeoutException();
        host.Put(Person(1, "a"));
        var error = await Assert.ThrowsAsync<CdcAssertionException>(() => host.WaitUntilSettledAsync());
        Assert.Contains("test-stream/shard-0: 1 record(s), acknowledged up to none", error.Message, StringComparison.Ordinal);
        Assert.Contains("Alarm: RecordingHandler: TimeoutException", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(100, 25)];

    /// <summary>
    /// Random failures, transient and not, a dead-letter store that comes and goes, kills and reshards. An independent count says: nothing is lost, and the first
    /// delivery of a key's changes is in order.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Random_failure_plans_lose_nothing_and_keep_each_key_in_order(int seed)
    {
        var random = new Random(seed);
        var seen = new ConcurrentDictionary<string, ConcurrentQueue<(long User, int Version)>>();
        var plan = new Random(seed + 1);
        _journal.Before = async (change, cancellationToken) =>
        {
            double dice;
            lock (plan)
            {
                dice = plan.NextDouble();
            }

            if (dice < 0.05)
            {
                throw new TimeoutException();
            }

            if (dice < 0.15)
            {
                throw new InvalidOperationException();
            }

            if (dice < 0.3)
            {
                await Task.Yield();
            }

            var after = change is Inserted<Customer> inserted ? inserted.After : ((Modified<Customer>)change).After;
            seen.GetOrAdd("handler", _ => new()).Enqueue((after.UserId, int.Parse(after.FirstName!, System.Globalization.CultureInfo.InvariantCulture)));
        };
        var sink = new MoodySink(plan);
        await using var host = Start(cdc => cdc
            .To(sink, o => o.Concurrency = random.Next(1, 4))
            .Configure(o => (o.MaximumInFlightRecords, o.CircuitBreaker) = (random.Next(5, 50), new() { ConsecutiveDeadLetters = null, DeadLetterRatio = null }))
            .Handle<Customer, RecordingHandler>(o => (o.Name, o.Concurrency) = ("second", random.Next(2, 6))));

        var versions = new Dictionary<long, int>();
        for (var step = 0; step < 200; step++)
        {
            var user = random.Next(15);
            versions[user] = versions.GetValueOrDefault(user, -1) + 1;
            host.Put(Person(user, $"{versions[user]}"));
            switch (random.Next(40))
            {
                case 0:
                    host.Send();
                    await host.CrashAndRestartAsync();
                    break;
                case 1:
                    host.Reshard();
                    break;
                case 2:
                    host.DeadLetterStore.IsDown = true;
                    host.Send();
                    await Task.Delay(2);
                    host.Time.AdvanceToNextTimer();
                    host.DeadLetterStore.IsDown = false;
                    break;
                case 3:
                    host.Send();
                    break;
            }
        }

        await host.WaitUntilSettledAsync(TimeSpan.FromDays(1));

        var expected = versions.SelectMany(user => Enumerable.Range(0, user.Value + 1).Select(version => (user.Key, version))).Order().ToArray();
        var dead = host.DeadLetters.ToLookup(letter => letter.Subscriber, letter => IdentifyPayload(letter.Payload.Span));
        Check("MoodySink", sink.Written.Select(Identify), sink.Attempted.Select(Identify));

        // Both handlers write into one journal, so only their union can be told from it; the watch tells them apart.
        foreach (var handler in (string[])["RecordingHandler", "second"])
        {
            var positions = host.Deliveries.Where(delivery => delivery.Subscriber == handler).ToArray();
            var ok = positions.Where(delivery => delivery.Error is null).Select(delivery => delivery.Position).ToHashSet();
            var letters = host.DeadLetters.Where(letter => letter.Subscriber == handler).Select(letter => letter.Position).ToHashSet();
            Assert.True(ok.Union(letters).Count() == expected.Length, $"seed {seed}: {handler} has {ok.Union(letters).Count()} of {expected.Length}");
            foreach (var key in positions.DistinctBy(delivery => delivery.Position).GroupBy(delivery => delivery.Keys))
            {
                var order = key.Select(delivery => delivery.Position.SequenceNumber).ToArray();
                Assert.True(order.SequenceEqual(order.Order()), $"seed {seed}: {handler} had {key.Key} out of order");
            }
        }

        // The order is that of first attempts: what was refused before a crash may succeed after it, behind what came next.
        void Check(string subscriber, IEnumerable<(long User, int Version)> delivered, IEnumerable<(long User, int Version)> attempted)
        {
            var first = attempted.Distinct().ToArray();
            var all = delivered.Union(dead[subscriber]).Order().ToArray();
            Assert.True(expected.SequenceEqual(all), $"seed {seed}: {subscriber} has {all.Length} of {expected.Length}");
            foreach (var key in first.GroupBy(change => change.User))
            {
                Assert.True(key.Select(change => change.Version).SequenceEqual(key.Select(change => change.Version).Order()), $"seed {seed}: {subscriber} had {key.Key} out of order");
            }
        }

        static (long User, int Version) Identify(object change)
        {
            var after = change is Inserted<Customer> inserted ? inserted.After : ((Modified<Customer>)change).After;
            return (after.UserId, int.Parse(after.FirstName!, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static (long User, int Version) IdentifyPayload(ReadOnlySpan<byte> payload)
    {
        var change = CdcRecord.Decode<Customer>(payload);
        var after = change is Inserted<Customer> inserted ? inserted.After : ((Modified<Customer>)change).After;
        return (after.UserId, int.Parse(after.FirstName!, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Away at times; refuses some changes at times, and writes the others as it must.</summary>
    private sealed class MoodySink(Random plan) : ISink<Customer>
    {
        internal ConcurrentQueue<Change<Customer>> Written { get; } = new();

        internal ConcurrentQueue<Change<Customer>> Attempted { get; } = new();

        public ValueTask WriteAsync(IReadOnlyList<Change<Customer>> changes, CancellationToken cancellationToken)
        {
            foreach (var change in changes)
            {
                Attempted.Enqueue(change);
            }

            int refused;
            lock (plan)
            {
                refused = plan.NextDouble() switch
                {
                    < 0.1 => throw new IOException("away"),
                    < 0.2 => plan.Next(changes.Count),
                    _ => -1,
                };
            }

            for (var index = 0; index < changes.Count; index++)
            {
                if (index != refused)
                {
                    Written.Enqueue(changes[index]);
                }
            }

            return refused < 0 ? default : throw new RejectedRecordsException([new(refused, new FormatException())]);
        }
    }
}
