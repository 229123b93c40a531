using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Testing;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Testing;

/// <summary>
/// Subscribers of every kind on one model, each with a policy of its own, under random failures: an oracle that knows the plan counts what each took, in which order, and what became a dead letter.
/// </summary>
[Trait("Category", "OnePass")]
public class FailurePlanTests
{
    private static readonly string[] Subscribers = ["Single", "Wide", "Batch", "View", "Raw", "Typed"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(500, 5)];

    /// <summary>As long as no process is killed, everything is taken exactly once, also over stops and restarts, reshards, an outage of the sinks and of the dead-letter store.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Without_a_crash_everything_is_taken_once_and_in_order_and_the_rest_are_dead_letters(int seed)
    {
        var run = new Run(seed, drainTimeout: TimeSpan.FromDays(1));
        await using var host = run.Host;
        await run.SendAsync(120, async dice =>
        {
            switch (dice)
            {
                case 0:
                    host.Reshard();
                    break;
                case 1:
                    // In the middle of everything: drained, not given up.
                    host.Send();
                    await host.RestartAsync();
                    break;
                case 2 when run.Plan.SinksAreBackAt == default:
                    run.Plan.SinksAreBackAt = host.Time.GetUtcNow() + TimeSpan.FromHours(1);
                    break;
                case 3:
                    host.DeadLetterStore.IsDown = true;
                    host.Send();
                    await Task.Delay(2);
                    host.Time.AdvanceToNextTimer();
                    host.DeadLetterStore.IsDown = false;
                    break;
            }
        });
        await host.WaitUntilSettledAsync(TimeSpan.FromDays(2));
        foreach (var subscriber in Subscribers)
        {
            var poison = run.Events.Where(@event => run.Plan.IsPoison(subscriber, @event)).ToArray();
            var taken = run.Plan.Taken(subscriber);
            run.Same(subscriber, "taken", run.Events.Except(poison), taken.Order());
            run.Same(subscriber, "dead", subscriber == "Wide" ? [] : poison, run.Dead(subscriber).Order());
            run.InOrder(subscriber, taken);
        }

        Assert.Empty(host.Health.Alarms);
    }

    /// <summary>Killed processes repeat what was not acknowledged, and nothing else happens to be lost or to overtake.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task With_crashes_everything_is_taken_at_least_once_and_in_order_the_first_time(int seed)
    {
        var run = new Run(seed);
        await using var host = run.Host;
        await run.SendAsync(120, async dice =>
        {
            if (dice < 2)
            {
                host.Send();
                await Task.Delay(dice);
                await host.CrashAndRestartAsync();
            }
            else if (dice == 2)
            {
                // The time for draining is over before slow handlers are: given up, and not acknowledged.
                host.Send();
                await host.RestartAsync();
            }
        });
        await host.WaitUntilSettledAsync(TimeSpan.FromDays(2));
        foreach (var subscriber in Subscribers)
        {
            var poison = run.Events.Where(@event => run.Plan.IsPoison(subscriber, @event)).ToArray();
            var taken = run.Plan.Taken(subscriber).Distinct().ToArray();
            run.Same(subscriber, "taken", run.Events.Except(poison), taken.Order());
            run.Same(subscriber, "dead", subscriber == "Wide" ? [] : poison, run.Dead(subscriber).Distinct().Order());
            run.InOrder(subscriber, taken);
        }
    }

    /// <summary>After the fix the dead letters come to those who could not take them, in their order, while newer changes arrive.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task After_the_fix_a_redrive_completes_each_subscriber_and_bothers_no_other(int seed)
    {
        var run = new Run(seed);
        await using var host = run.Host;
        await run.SendAsync(80, _ => Task.CompletedTask);
        await host.WaitUntilSettledAsync(TimeSpan.FromDays(2));
        var dead = Subscribers.ToDictionary(subscriber => subscriber, subscriber => run.Dead(subscriber).ToHashSet());
        Assert.Contains(dead.Values, events => events.Count > 0);

        run.Plan.IsMended = true;
        await run.SendAsync(40, _ => Task.CompletedTask);
        host.Send();
        await host.RedriveAsync();
        await host.WaitUntilSettledAsync(TimeSpan.FromDays(2));
        host.AssertNoDeadLetters();
        foreach (var subscriber in Subscribers)
        {
            var skipped = subscriber == "Wide" ? run.Events.Take(80).Where(@event => run.Plan.IsPoison(subscriber, @event)) : [];
            var taken = run.Plan.Taken(subscriber);
            run.Same(subscriber, "taken", run.Events.Except(skipped), taken.Order());
            run.InOrder(subscriber, [.. taken.Where(@event => !dead[subscriber].Contains(@event))]);
            run.InOrder(subscriber, [.. taken.Where(dead[subscriber].Contains)]);
        }
    }

    private sealed class Run
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly Dictionary<int, long> _users = []; // by event
        private readonly Dictionary<long, int> _versions = [];
        private readonly HashSet<long> _present = [];

        internal Run(int seed, TimeSpan? drainTimeout = null)
        {
            _seed = seed;
            _random = new(seed);
            var size = _random.Next(8, 60);
            FailurePlan? plan = null;
            Host = CdcTestHost.Start(
                cdc => cdc
                    .Configure(o =>
                    {
                        o.MaximumInFlightRecords = size;
                        o.CircuitBreaker = new() { ConsecutiveDeadLetters = null, DeadLetterRatio = null };
                        o.DrainTimeout = drainTimeout ?? o.DrainTimeout;
                    })
                    .Handle<Customer, FailurePlan.Single>(o => o.Failure.MaximumAttempts = 3)
                    .Handle<Customer, FailurePlan.Wide>(o => (o.Concurrency, o.Failure.OnPermanent) = (6, FailureAction.Skip))
                    .HandleBatch<Customer, FailurePlan.Batch>(o => (o.Concurrency, o.MaximumBatchRecords, o.Failure.MaximumAttempts) = (3, 7, 2))
                    .HandleViews<Customer.View, FailurePlan.View>(o => o.Concurrency = 2)
                    .AddSink(services => new FailurePlan.Raw(services.GetRequiredService<FailurePlan>()), o => (o.Name, o.Concurrency, o.MaximumBatchRecords) = ("Raw", 3, 9))
                    .AddSink<Customer>(
                        services => new FailurePlan.Typed(services.GetRequiredService<FailurePlan>()),
                        o => (o.Name, o.Concurrency, o.Failure.IsPermanent) = ("Typed", 2, exception => exception is FormatException)),
                services => services.AddSingleton(provider => plan ??= new(seed, provider.GetRequiredService<TimeProvider>())));
            Plan = Host.Services.GetRequiredService<FailurePlan>();
        }

        internal CdcTestHost Host { get; }

        internal FailurePlan Plan { get; }

        internal IEnumerable<int> Events => _users.Keys.Order();

        internal async Task SendAsync(int count, Func<int, Task> between)
        {
            for (; count > 0; count--)
            {
                var user = (long)_random.Next(12);
                _users.Add(_users.Count + 1, user);
                if (_present.Contains(user) && _random.Next(6) == 0)
                {
                    Host.Delete(new Customer { UserId = user });
                    _present.Remove(user);
                }
                else
                {
                    _versions[user] = _versions.GetValueOrDefault(user) + 1;
                    _present.Add(user);
                    Host.Put(new Customer { UserId = user, FirstName = $"{_versions[user]}" });
                }

                if (_random.Next(4) == 0)
                {
                    Host.Send();
                }

                await between(_random.Next(30));
            }
        }

        internal IEnumerable<int> Dead(string subscriber) =>
            Host.DeadLetters.Where(letter => letter.Subscriber == subscriber).Select(letter => FailurePlan.EventOf(letter.EventId));

        internal void Same(string subscriber, string what, IEnumerable<int> expected, IEnumerable<int> found)
        {
            int[] right = [.. expected], real = [.. found];
            Assert.True(
                right.SequenceEqual(real),
                $"seed {_seed}, {subscriber}, {what}: missing {string.Join(' ', right.Except(real))}; too much {string.Join(' ', real.Except(right))}; {real.Length - real.Distinct().Count()} twice");
        }

        internal void InOrder(string subscriber, int[] taken)
        {
            foreach (var key in taken.GroupBy(@event => _users[@event]))
            {
                Assert.True(key.SequenceEqual(key.Order()), $"seed {_seed}, {subscriber}: item {key.Key} in the order {string.Join(' ', key)}");
            }
        }
    }
}
