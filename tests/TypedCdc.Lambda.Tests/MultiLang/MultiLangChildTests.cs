using System.Globalization;
using TypedCdc.Lambda.Tests.Harness;

namespace TypedCdc.Lambda.Tests.MultiLang;

public sealed class MultiLangChildTests
{
    private readonly Recorder _recorder = new();

    private static TestChange[] Changes(int first, int count, int keys = 3) =>
        [.. Enumerable.Range(first, count).Select(number => TestChange.Insert(number % keys, "n" + number.ToString(CultureInfo.InvariantCulture), number))];

    /// <summary>Lets the daemon come by, with nothing, until something holds.</summary>
    private static async Task UntilAsync(DaemonDriver daemon, Func<bool> holds)
    {
        for (var call = 0; !holds(); call++)
        {
            Assert.True(call < 5_000, "It never held.");
            await daemon.ProcessAsync();
        }
    }

    /// <summary>A batch that is not delivered at once does not hold up the next.</summary>
    private static void Impatient(MultiLangOptions options) => options.BatchPatience = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_shard_is_taken_read_and_handed_over()
    {
        await using var daemon = new DaemonDriver(_recorder);
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 5));
        Assert.Equal(TestChange.Sequence(5), daemon.Checkpoint?.Number);
        await daemon.ProcessAsync();
        await daemon.ProcessAsync(Changes(6, 5));
        await daemon.ShutdownRequestedAsync();
        Assert.Equal(TestChange.Sequence(10), daemon.Checkpoint?.Number);
        await daemon.LeaseLostAsync();

        Assert.Equal(0, await daemon.CloseAsync());
        Assert.Equal(10, _recorder.Seen.Count);
        Assert.All(_recorder.Positions, position => Assert.Equal(new ShardId("dynamodb-cdc", TriggerEvents.Shard), position.Shard));
    }

    [Fact]
    public async Task A_shard_s_end_is_checkpointed_when_its_last_record_is_delivered()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _recorder.Before = async (change, token) => await gate.Task.WaitAsync(token);
        await using var daemon = new DaemonDriver(_recorder, options: Impatient);
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 5));
        var ending = daemon.ShardEndedAsync();
        await Task.Delay(50);
        Assert.False(ending.IsCompleted);
        Assert.Empty(daemon.Asked);

        gate.SetResult();
        await ending;
        Assert.Equal([(null, null)], daemon.Asked);
        Assert.Equal(5, _recorder.Seen.Count);
        Assert.Equal(0, await daemon.CloseAsync());
    }

    [Fact]
    public async Task A_lost_lease_gives_up_without_a_checkpoint()
    {
        _recorder.Before = async (change, token) => await Task.Delay(change.Key.UserId == 2 ? Timeout.Infinite : 0, token);
        await using var daemon = new DaemonDriver(_recorder, options: Impatient);
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(TestChange.Insert(2, "stuck", 1), TestChange.Insert(2, "behind", 2));
        await daemon.LeaseLostAsync();

        Assert.Equal(0, await daemon.CloseAsync());
        Assert.Empty(daemon.Asked);
        Assert.Empty(_recorder.Seen);
    }

    /// <summary>Peer bug 13: an exception is swallowed and then checkpointed past.</summary>
    [Fact]
    public async Task While_a_service_is_down_the_checkpoint_stands_still()
    {
        var isDown = true;
        _recorder.Before = (change, _) => Volatile.Read(ref isDown) && change.Position.SequenceNumber >= SequenceNumber.Parse(TestChange.Sequence(4))
            ? throw new TimeoutException("down")
            : default;
        await using var daemon = new DaemonDriver(_recorder, cdc => cdc.OnFailure(failure => failure.MaximumAttempts = null), Impatient);
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 3));
        await UntilAsync(daemon, () => daemon.Checkpoint?.Number == TestChange.Sequence(3));
        for (var batch = 0; batch < 5; batch++)
        {
            await daemon.ProcessAsync(Changes(4 + (batch * 4), 4));
        }

        await UntilAsync(daemon, () => _recorder.Calls > 10);
        Assert.Equal(TestChange.Sequence(3), daemon.Checkpoint?.Number);
        Assert.Equal(3, _recorder.Seen.Count);

        Volatile.Write(ref isDown, false);
        await daemon.ShutdownRequestedAsync();
        Assert.Equal(TestChange.Sequence(23), daemon.Checkpoint?.Number);
        Assert.Equal(23, _recorder.Seen.Count);
        await daemon.LeaseLostAsync();
        Assert.Equal(0, await daemon.CloseAsync());
    }

    /// <summary>Peer bug 16: a stop is only seen when idle.</summary>
    [Fact]
    public async Task A_shutdown_under_load_is_drained_and_checkpointed()
    {
        _recorder.Before = async (_, token) => await Task.Delay(2, token);
        await using var daemon = new DaemonDriver(_recorder, options: options => options.BatchPatience = TimeSpan.FromMilliseconds(5), concurrency: 4);
        await daemon.InitializeAsync();
        for (var batch = 0; batch < 10; batch++)
        {
            await daemon.ProcessAsync(Changes(1 + (batch * 40), 40, keys: 11));
        }

        Assert.NotEqual(400, _recorder.Seen.Count); // under load
        await daemon.ShutdownRequestedAsync();
        Assert.Equal(TestChange.Sequence(400), daemon.Checkpoint?.Number);
        Assert.Equal(400, _recorder.Seen.Count);
        foreach (var key in _recorder.Seen.GroupBy(text => text.Split(' ')[1]))
        {
            var order = key.Select(text => int.Parse(text.Split("-> n")[1].Split('/')[0], CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(order.Order(), order);
        }

        await daemon.LeaseLostAsync();
        Assert.Equal(0, await daemon.CloseAsync());
    }

    [Fact]
    public async Task A_throttled_checkpoint_is_tried_again()
    {
        await using var daemon = new DaemonDriver(_recorder);
        daemon.Errors.Enqueue("ThrottlingException");
        daemon.Errors.Enqueue("KinesisClientLibDependencyException");
        daemon.Errors.Enqueue(null);
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 2));

        Assert.Equal(3, daemon.Asked.Count);
        Assert.Equal(TestChange.Sequence(2), daemon.Checkpoint?.Number);
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_made_is_left_for_the_next_time()
    {
        await using var daemon = new DaemonDriver(_recorder, options: options => options.CheckpointAttempts = 2);
        daemon.Errors.Enqueue("ThrottlingException");
        daemon.Errors.Enqueue("ThrottlingException");
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 2));
        Assert.Null(daemon.Checkpoint);
        Assert.Equal(2, daemon.Asked.Count);

        daemon.Errors.Enqueue("InvalidStateException"); // no use in trying again
        await daemon.ProcessAsync(Changes(3, 2));
        Assert.Equal(3, daemon.Asked.Count);
        Assert.Null(daemon.Checkpoint);

        await daemon.ProcessAsync(Changes(5, 2));
        Assert.Equal(TestChange.Sequence(6), daemon.Checkpoint?.Number);
    }

    [Fact]
    public async Task A_shard_s_end_that_cannot_be_checkpointed_ends_the_child_with_an_error()
    {
        await using var daemon = new DaemonDriver(_recorder, options: options => options.CheckpointAttempts = 2);
        await daemon.InitializeAsync();
        daemon.Errors.Enqueue("ThrottlingException");
        daemon.Errors.Enqueue("ThrottlingException");

        await Assert.ThrowsAsync<EndOfStreamException>(daemon.ShardEndedAsync);
        Assert.Equal(1, await daemon.Exit);
    }

    [Fact]
    public async Task A_refusal_because_the_lease_is_gone_ends_checkpointing()
    {
        await using var daemon = new DaemonDriver(_recorder);
        daemon.Errors.Enqueue("ShutdownException");
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 2));
        await daemon.ProcessAsync(Changes(3, 2));
        await daemon.LeaseLostAsync();

        Assert.Single(daemon.Asked);
        Assert.Equal(2, _recorder.Seen.Count);
        Assert.Equal(0, await daemon.CloseAsync());
    }

    [Fact]
    public async Task Records_of_an_aggregate_are_checkpointed_by_their_sub_sequence_number()
    {
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _recorder.Before = async (change, token) =>
        {
            if (change.Key.UserId == 12)
            {
                await stuck.Task.WaitAsync(token);
            }
        };
        var changes = new[] { (1, 10), (2, 11), (2, 12), (2, 13), (3, 14) }
            .Select((record, index) => (TestChange.Insert(record.Item2, "x", record.Item1), Sub: index is 1 or 2 or 3 ? index - 1L : 0L)).ToArray();
        await using var daemon = new DaemonDriver(_recorder, options: Impatient, concurrency: 8);
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(changes);
        await UntilAsync(daemon, () => daemon.Checkpoint is { Sub: 0 } checkpoint && checkpoint.Number == TestChange.Sequence(2) && _recorder.Seen.Count == 4);
        await daemon.ProcessAsync();
        Assert.Equal((TestChange.Sequence(2), 0L), daemon.Checkpoint);

        stuck.SetResult();
        await daemon.ShutdownRequestedAsync();
        Assert.Equal((TestChange.Sequence(3), 0L), daemon.Checkpoint);
    }

    [Fact]
    public async Task Delivery_that_halts_checkpoints_what_is_done_and_ends_the_child()
    {
        _recorder.Before = (change, _) => change.Position.SequenceNumber == SequenceNumber.Parse(TestChange.Sequence(4)) ? throw new InvalidOperationException("broken") : default;
        await using var daemon = new DaemonDriver(_recorder, cdc => cdc.OnFailure(failure => failure.OnPermanent = FailureAction.Stop));
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 2));

        await Assert.ThrowsAsync<EndOfStreamException>(() => daemon.ProcessAsync(Changes(3, 5)));
        Assert.Equal(1, await daemon.Exit);
        Assert.Equal(TestChange.Sequence(3), daemon.Checkpoint?.Number);
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_a_dead_letter_before_the_checkpoint_passes_it()
    {
        var letters = new DeadLetterList();
        _recorder.Before = (change, _) => change.Position.SequenceNumber == SequenceNumber.Parse(TestChange.Sequence(2)) ? throw new InvalidOperationException("broken") : default;
        await using var daemon = new DaemonDriver(_recorder, letters: letters);
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 4));
        await daemon.ProcessRawAsync("", TestChange.Sequence(5));
        await daemon.ProcessRawAsync("%", TestChange.Sequence(6));
        await daemon.ShutdownRequestedAsync();

        Assert.Equal(
            new[] { 2, 5, 6 }.Select(number => SequenceNumber.Parse(TestChange.Sequence(number))), letters.Stored.Select(stored => stored.Letter.Position.SequenceNumber));
        Assert.Equal(3, _recorder.Seen.Count);
        Assert.Equal(TestChange.Sequence(6), daemon.Checkpoint?.Number);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("""{"action":"dance"}""")]
    [InlineData("""{"action":"processRecords","records":[{"data":"","sequenceNumber":"1"}]}""")]
    [InlineData("""{"action":"initialize"}""")]
    public async Task What_is_not_of_the_protocol_ends_the_child(string line)
    {
        await using var daemon = new DaemonDriver(_recorder);

        await Assert.ThrowsAsync<EndOfStreamException>(() => daemon.DoAsync("nothing", line));
        Assert.Equal(1, await daemon.Exit);
    }

    [Fact]
    public async Task A_daemon_that_goes_away_leaves_the_checkpoint_where_it_is()
    {
        await using var daemon = new DaemonDriver(_recorder, options: options => options.CheckpointInterval = TimeSpan.FromHours(1));
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 2));
        await daemon.ProcessAsync(Changes(3, 2));

        Assert.Equal(1, await daemon.CloseAsync());
        Assert.Equal(TestChange.Sequence(2), Assert.Single(daemon.Asked).Number);
    }

    [Theory]
    [InlineData("TERMINATE", 1)]
    [InlineData("ZOMBIE", 0)]
    public async Task The_shutdown_of_older_daemons_is_understood(string reason, int checkpoints)
    {
        await using var daemon = new DaemonDriver(_recorder, options: options => options.CheckpointInterval = TimeSpan.FromHours(1));
        await daemon.InitializeAsync();
        await daemon.DoAsync("shutdown", $$"""{"action":"shutdown","reason":"{{reason}}"}""");

        Assert.Equal(checkpoints, daemon.Asked.Count);
        Assert.Equal(0, await daemon.CloseAsync());
    }

    [Fact]
    public async Task A_long_batch_comes_through_whole()
    {
        await using var daemon = new DaemonDriver(_recorder);
        await daemon.InitializeAsync();
        await daemon.ProcessAsync(Changes(1, 5_000, keys: 97)); // some 2.5 MB in one line
        await daemon.ShutdownRequestedAsync();
        Assert.Equal(5_000, _recorder.Seen.Count);
        Assert.Equal(TestChange.Sequence(5_000), daemon.Checkpoint?.Number);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    /// <summary>Processes die, leases move, records fail for a while: nothing is lost, and a key's first deliveries are in order.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Nothing_is_lost_over_deaths_and_hand_overs(int seed)
    {
        var random = new Random(seed);
        var all = Changes(1, 300, keys: 13);
        var done = -1; // index of the checkpoint
        for (var life = 0; done < all.Length - 1; life++)
        {
            Assert.True(life < 200, $"seed {seed}: no progress");
            var broken = random.Next(all.Length);
            var failures = random.Next(3);
            _recorder.Before = async (change, token) =>
            {
                if (change.Position.SequenceNumber == SequenceNumber.Parse(TestChange.Sequence(broken)) && Interlocked.Decrement(ref failures) >= 0)
                {
                    throw new TimeoutException("down");
                }

                await Task.Yield();
            };
            await using var daemon = new DaemonDriver(_recorder, options: options => options.BatchPatience = TimeSpan.FromMilliseconds(random.Next(20)), concurrency: 1 + random.Next(6));
            await daemon.InitializeAsync();
            for (var next = done + 1; next < all.Length && random.Next(6) > 0;)
            {
                var count = Math.Min(1 + random.Next(40), all.Length - next);
                await daemon.ProcessAsync(all[next..(next + count)]);
                next += count;
            }

            switch (random.Next(3))
            {
                case 0:
                    await daemon.KillAsync();
                    break;
                case 1:
                    await daemon.ShutdownRequestedAsync();
                    await daemon.LeaseLostAsync();
                    Assert.Equal(0, await daemon.CloseAsync());
                    break;
                default:
                    await daemon.LeaseLostAsync();
                    Assert.Equal(0, await daemon.CloseAsync());
                    break;
            }

            if (daemon.Checkpoint is { Number: { } number })
            {
                done = Array.FindIndex(all, change => change.SequenceNumber == number);
                Assert.Superset(all[..(done + 1)].Select(change => change.After!.FirstName!).ToHashSet(), _recorder.Seen.Select(Name).ToHashSet());
            }
        }

        foreach (var key in _recorder.Seen.GroupBy(text => text.Split(' ')[1]))
        {
            var first = key.Select(text => int.Parse(Name(text)[1..], CultureInfo.InvariantCulture)).Distinct().ToArray();
            Assert.Equal(first.Order(), first);
        }

        static string Name(string text) => text.Split("-> ")[1].Split('/')[0];
    }
}
