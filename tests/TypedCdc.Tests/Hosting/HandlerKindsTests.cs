using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Changes;
using TypedCdc.Testing;

namespace TypedCdc.Tests.Hosting;

public class HandlerKindsTests
{
    private readonly Journal _journal = new();
    private readonly BatchJournal _batches = new();

    private CdcTestHost Start(Action<CdcBuilder> configure) => CdcTestHost.Start(configure, services => services.AddSingleton(_journal).AddSingleton(_batches));

    private static Customer Person(long id, string name) => new() { UserId = id, FirstName = name };

    [Fact]
    public async Task A_batch_handler_gets_what_came_and_no_snapshots_unless_it_wants_them()
    {
        await using var host = Start(cdc => cdc.HandleBatch<Customer, RecordingBatchHandler>());
        for (var user = 0; user < 50; user++)
        {
            host.Put(Person(user, "a"));
        }

        host.Snapshot(Person(99, "s"));
        await host.WaitUntilSettledAsync();
        Assert.Equal(Enumerable.Range(0, 50).Select(user => (long)user), _batches.Calls.SelectMany(call => call).Select(change => change.Key.UserId));
        Assert.True(_batches.Calls.Count < 50);

        await using var wanting = Start(cdc => cdc.HandleBatch<Customer, RecordingBatchHandler>(o => o.IncludeSnapshots = true));
        wanting.Snapshot(Person(99, "s"));
        await wanting.WaitUntilSettledAsync();
        Assert.IsType<Snapshot<Customer>>(_batches.Calls[^1].Single());
    }

    [Fact]
    public async Task A_batch_that_keeps_failing_is_halved_until_the_culprit_stands_alone()
    {
        await using var host = Start(cdc => cdc.HandleBatch<Customer, RecordingBatchHandler>(o => o.Failure.BaseDelay = TimeSpan.Zero));
        _batches.Before = changes => changes.Any(change => change.Key.UserId == 7) ? throw new InvalidOperationException("seven") : default;
        for (var user = 0; user < 20; user++)
        {
            host.Put(Person(user, "a"));
        }

        await host.WaitUntilSettledAsync();
        Assert.Equal("seven", Assert.Single(host.DeadLetters).Message);
        Assert.Equal(Enumerable.Range(0, 20).Where(user => user != 7).Select(user => (long)user), _batches.Calls.SelectMany(call => call).Select(change => change.Key.UserId));
    }

    [Fact]
    public async Task Keys_are_filtered_before_images_are_decoded()
    {
        await using var host = Start(cdc => cdc.Handle<Customer, RecordingHandler>(o =>
        {
            o.Where<Customer.Key>(key => key.UserId % 2 == 0);
            o.Where<Customer.Key>(key => key.UserId > 2);
        }));
        for (var user = 0; user < 7; user++)
        {
            host.Put(Person(user, "a"));
        }

        // An image that does not fit the model is nobody's business where the key is not wanted.
        host.SendRaw(System.Text.Encoding.UTF8.GetBytes(Events.Insert(1, "b").Replace("{\"S\":\"b\"}", "{\"BOOL\":true}", StringComparison.Ordinal)));
        await host.WaitUntilSettledAsync();
        Assert.Equal(["+4 a", "+6 a"], _journal.Entries);
        host.AssertNoDeadLetters();
    }

    [Fact]
    public async Task Images_that_are_not_asked_for_are_not_decoded()
    {
        await using var host = Start(cdc => cdc.Handle<Customer, RecordingHandler>(o => o.Images = Images.After));
        _journal.Before = (change, _) =>
        {
            Assert.False(change.HasBefore);
            Assert.Throws<ImageMissingException>(() => ((Modified<Customer>)change).Before);
            _journal.Entries.Enqueue("seen");
            return default;
        };
        host.SendRaw(System.Text.Encoding.UTF8.GetBytes(Events.Modify(1, "a", "b")));
        await host.WaitUntilSettledAsync();
        Assert.Contains("seen", _journal.Entries);
    }

    [Fact]
    public async Task Duplicates_are_left_out_and_stale_changes_flagged_or_dropped()
    {
        foreach (var stale in (StaleChanges[])[StaleChanges.Flag, StaleChanges.Drop])
        {
            _journal.Entries.Clear();
            _journal.Before = (change, _) =>
            {
                if (change.IsStale)
                {
                    _journal.Entries.Enqueue("stale:");
                }

                return default;
            };
            await using var host = Start(cdc => cdc.Handle<Customer, RecordingHandler>(o => o.Deduplication = new() { Stale = stale }));
            host.Put(Person(1, "a"));
            host.DuplicateLast();
            host.Put(Person(1, "b"));
            host.Put(Person(2, "c"));
            host.Put(Person(1, "d"));
            await host.WaitUntilSettledAsync();

            // From before everything: another event, and older than what was taken of the key.
            host.SendRaw(TestRecords.Modify(Person(1, "x"), Person(1, "y"), new() { Time = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), EventId = "00000000-0000-0000-0000-00000000abcd" }));
            await host.WaitUntilSettledAsync();

            string[] expected = ["+1 a", "~1 a->b first_name", "+2 c", "~1 b->d first_name"];
            Assert.Equal(stale == StaleChanges.Flag ? [.. expected, "stale:", "~1 x->y first_name"] : expected, _journal.Entries);
            Assert.Equal((1, 1, 0), (host.Statistics.Duplicates, host.Statistics.Stale, host.Statistics.Ties));
        }
    }

    [Fact]
    public async Task A_change_that_failed_is_no_duplicate_and_ties_are_counted()
    {
        await using var host = Start(cdc => cdc.Handle<Customer, RecordingHandler>(o => o.Deduplication = new()));
        var options = new TestRecordOptions { EventId = "00000000-0000-0000-0000-000000000001" };
        host.Fail<RecordingHandler>(times: 5);
        host.SendRaw(TestRecords.Insert(Person(1, "a"), options));
        host.SendRaw(TestRecords.Insert(Person(1, "a"), options));
        host.SendRaw(TestRecords.Modify(Person(1, "a"), Person(1, "b"), options with { EventId = "00000000-0000-0000-0000-000000000002" }));
        await host.WaitUntilSettledAsync();
        Assert.Equal(["+1 a", "~1 a->b first_name"], _journal.Entries);
        Assert.Equal((0, 0, 1), (host.Statistics.Duplicates, host.Statistics.Stale, host.Statistics.Ties));
        Assert.Single(host.DeadLetters);
    }

    [Fact]
    public void The_window_is_bounded()
    {
        var window = new Handlers.DeduplicationWindow(new() { Window = 100 });
        for (var index = 0; index < 10_000; index++)
        {
            window.Remember((ulong)index, Id(index), index);
        }

        Assert.Equal(Handlers.DeduplicationVerdict.New, window.Look(0, Id(0), 0));
        Assert.Equal(Handlers.DeduplicationVerdict.Duplicate, window.Look(9_950, Id(9_950), 9_950));
        Assert.Equal(100, window.Count);

        static EventId Id(int index) => EventId.Parse(System.Text.Encoding.UTF8.GetBytes(new Guid(index + 1, 0, 0, new byte[8]).ToString()));
    }

    internal sealed class BatchJournal
    {
        internal List<IReadOnlyList<Change<Customer>>> Calls { get; } = [];

        internal Func<IReadOnlyList<Change<Customer>>, ValueTask> Before { get; set; } = _ => default;
    }

    internal sealed class RecordingBatchHandler(BatchJournal journal) : BatchChangeHandler<Customer>
    {
        public override async ValueTask HandleAsync(IReadOnlyList<Change<Customer>> changes, CancellationToken cancellationToken)
        {
            await journal.Before(changes);
            journal.Calls.Add([.. changes]);
        }
    }
}
