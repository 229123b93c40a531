using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.Lambda.Tests.Harness;
using TypedCdc.Observability;

namespace TypedCdc.Lambda.Tests.Functions;

public sealed class CdcFunctionTests
{
    private readonly Recorder _recorder = new();

    private static readonly TestChange[] Changes =
    [
        TestChange.Insert(1, "Ada", 1),
        TestChange.Insert(2, "Grace", 2),
        TestChange.Modify(1, "Ada", "Ada L.", 3),
        TestChange.Remove(2, "Grace", 4),
        TestChange.Insert(3, "Zoë", 5),
    ];

    private static readonly string[] Expected =
    [
        "inserted 1 / -> Ada/1 at 1700000001 False",
        "inserted 2 / -> Grace/2 at 1700000002 False",
        "modified 1 Ada/2 -> Ada L./3 at 1700000003 False",
        "removed 2 Grace/ -> / at 1700000004 False",
        "inserted 3 / -> Zoë/5 at 1700000005 False",
    ];

    [Fact]
    public async Task A_Kinesis_event_reaches_the_handler()
    {
        await using var function = Harness.Functions.Create(_recorder);

        Assert.Equal("""{"batchItemFailures":[]}""", await function.InvokeAsync(TriggerEvents.Kinesis(Changes)));

        Assert.Equal(Expected.Order(), _recorder.Seen.Order());
        Assert.All(_recorder.Positions, position => Assert.Equal(new ShardId("dynamodb-cdc", TriggerEvents.Shard), position.Shard));
        Assert.Equal(Changes.Select(change => SequenceNumber.Parse(change.SequenceNumber)), _recorder.Positions.Select(position => position.SequenceNumber).Order());
    }

    [Fact]
    public async Task A_DynamoDB_event_reaches_the_handler()
    {
        await using var function = Harness.Functions.Create(_recorder);

        Assert.Empty(await function.FailuresAsync(TriggerEvents.DynamoDb(Changes)));

        Assert.Equal(Expected.Order(), _recorder.Seen.Order());
        Assert.All(_recorder.Positions, position => Assert.Equal("customers/stream/2024-06-27T00:48:05.899", position.Stream));
        Assert.Equal(Changes.Select(change => SequenceNumber.Parse(change.SequenceNumber)), _recorder.Positions.Select(position => position.SequenceNumber).Order());
    }

    /// <summary>Peer bug 14: naming the last success makes Lambda deliver it again; naming a later failure loses records.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_answer_names_the_first_failure_and_nothing_of_its_key_goes_on(bool isDynamoDb)
    {
        var changes = new[] { TestChange.Insert(1, "a", 1), TestChange.Insert(2, "b", 2), TestChange.Insert(3, "c", 3), TestChange.Modify(2, "b", "b2", 4), TestChange.Insert(4, "d", 5) };
        var isBroken = true;
        _recorder.Before = (change, _) => isBroken && change.Key.UserId == 2 ? throw new InvalidOperationException("broken") : default;
        await using var function = Harness.Functions.Create(_recorder);

        var answer = await function.FailuresAsync(isDynamoDb ? TriggerEvents.DynamoDb(changes) : TriggerEvents.Kinesis(changes));

        Assert.Equal([changes[1].SequenceNumber], answer);
        Assert.Contains(_recorder.Seen, text => text.StartsWith("inserted 1 ", StringComparison.Ordinal));
        Assert.DoesNotContain(_recorder.Seen, text => text.Contains(" 2 ", StringComparison.Ordinal));

        // Lambda gives the batch again from there.
        isBroken = false;
        Assert.Empty(await function.FailuresAsync(isDynamoDb ? TriggerEvents.DynamoDb(changes[1..]) : TriggerEvents.Kinesis(changes[1..])));
        Assert.Equal(5, _recorder.Seen.Distinct().Count());
        Assert.Single(_recorder.Seen, text => text.StartsWith("inserted 1 ", StringComparison.Ordinal));
        Assert.True(_recorder.Seen.ToList().FindIndex(text => text.StartsWith("inserted 2 ", StringComparison.Ordinal))
            < _recorder.Seen.ToList().FindIndex(text => text.StartsWith("modified 2 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_stands_before_the_failure_is_delivered_whatever_its_lane()
    {
        // The broken key's lane is the first to run; the other keys' records before the failure must be delivered all the same.
        var changes = new[] { TestChange.Insert(1, "a", 1) }
            .Concat(Enumerable.Range(2, 30).Select(number => TestChange.Insert(100 + number, "x", number)))
            .Append(TestChange.Modify(1, "a", "bad", 40))
            .Concat(Enumerable.Range(41, 10).Select(number => TestChange.Insert(200 + number, "y", number)))
            .ToArray();
        _recorder.Before = (change, _) => change is Modified<Customer> ? throw new InvalidOperationException("broken") : default;
        await using var function = Harness.Functions.Create(_recorder);

        Assert.Equal([TestChange.Sequence(40)], await function.FailuresAsync(TriggerEvents.Kinesis(changes)));
        Assert.Equal(31, _recorder.Positions.Count(position => position.SequenceNumber < SequenceNumber.Parse(TestChange.Sequence(40))));
    }

    [Fact]
    public async Task Every_shard_of_an_event_answers_for_itself()
    {
        var changes = Enumerable.Range(1, 9).Select(number => TestChange.Insert(number, "x", number)).ToArray();
        _recorder.Before = (change, _) => change.Key.UserId is 2 or 6 ? throw new InvalidOperationException("broken") : default;
        await using var function = Harness.Functions.Create(_recorder);

        var answer = await function.FailuresAsync(TriggerEvents.Kinesis(changes.Select((change, index) =>
            TriggerEvents.KinesisRecord(change, "shardId-00000000000" + (index / 3).ToString(System.Globalization.CultureInfo.InvariantCulture)))));

        Assert.Equal([TestChange.Sequence(2), TestChange.Sequence(6)], answer);
        Assert.Superset(new HashSet<long> { 1, 4, 5, 7, 8, 9 }, _recorder.Seen.Select(text => long.Parse(text.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)).ToHashSet());
    }

    [Fact]
    public async Task With_a_dead_letter_store_a_failed_record_goes_there_and_the_rest_goes_on()
    {
        var letters = new DeadLetterList();
        _recorder.Before = (change, _) => change.Key.UserId == 2 && change is Inserted<Customer> ? throw new InvalidOperationException("broken") : default;
        await using var function = Harness.Functions.Create(_recorder, cdc => cdc.DeadLettersTo(letters));

        Assert.Empty(await function.FailuresAsync(TriggerEvents.Kinesis(Changes)));

        var (letter, payload) = Assert.Single(letters.Stored);
        Assert.Equal(SequenceNumber.Parse(TestChange.Sequence(2)), letter.Position.SequenceNumber);
        Assert.Equal(2, letter.Attempts);
        Assert.Equal(Changes[1].ToKinesisJson(), payload);
        Assert.Equal(Expected.Where((_, index) => index != 1).Order(), _recorder.Seen.Order());
    }

    [Theory]
    [InlineData("eyJub3QiOiJhIGNoYW5nZSJ9", """{"not":"a change"}""")]
    [InlineData("bm90IEpTT04=", "not JSON")]
    [InlineData("%%%", "%%%")]
    [InlineData("", "")]
    [InlineData("84mawhIBYQ==", null)] // looks like an aggregate of the KPL and is none
    public async Task A_malformed_record_is_a_dead_letter_or_the_first_failure(string data, string? payload)
    {
        var records = new[] { TriggerEvents.KinesisRecord(Changes[0]), TriggerEvents.KinesisRecord(data, TestChange.Sequence(2)), TriggerEvents.KinesisRecord(Changes[2]) };
        await using (var without = Harness.Functions.Create(_recorder))
        {
            Assert.Equal([TestChange.Sequence(2)], await without.FailuresAsync(TriggerEvents.Kinesis(records)));
            Assert.Equal(Expected[0], _recorder.Seen[0]);
        }

        var letters = new DeadLetterList();
        var recorder = new Recorder();
        await using var with = Harness.Functions.Create(recorder, cdc => cdc.DeadLettersTo(letters));
        Assert.Empty(await with.FailuresAsync(TriggerEvents.Kinesis(records)));
        Assert.Equal([Expected[0], Expected[2]], recorder.Seen);
        var stored = Assert.Single(letters.Stored);
        Assert.Equal(SequenceNumber.Parse(TestChange.Sequence(2)), stored.Letter.Position.SequenceNumber);
        if (payload is not null)
        {
            Assert.Equal(payload, stored.Payload);
        }
    }

    [Fact]
    public async Task A_malformed_DynamoDB_record_is_the_first_failure()
    {
        var json = TriggerEvents.DynamoDb(Changes).Replace("\"INSERT\"", "\"INSURT\"", StringComparison.Ordinal);
        await using var function = Harness.Functions.Create(_recorder);

        Assert.Equal([TestChange.Sequence(1)], await function.FailuresAsync(json));
        Assert.DoesNotContain(_recorder.Seen, text => text.StartsWith("inserted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Base64_may_have_escaped_slashes_and_names_any_case_and_order()
    {
        var json = TriggerEvents.Kinesis(TestChange.Insert(1, "???>>>~~~", 1));
        Assert.Contains('/', json[json.IndexOf("\"data\"", StringComparison.Ordinal)..]);
        var data = json[(json.IndexOf("\"data\":\"", StringComparison.Ordinal) + 8)..];
        data = data[..data.IndexOf('"', StringComparison.Ordinal)];
        json = $$"""
            {"other":{"Records":1},"records":[{"EventSourceARN":"arn:aws:kinesis:eu-west-1:1:stream/s/consumer/c:1","Kinesis":{"SequenceNumber":"7","Other":[{}],"Data":"{{data.Replace("/", "\\/", StringComparison.Ordinal)}}"},"EventID":"shardId-1:7"}]}
            """;
        await using var function = Harness.Functions.Create(_recorder);

        Assert.Empty(await function.FailuresAsync(json));
        Assert.Equal("inserted 1 / -> ???>>>~~~/1 at 1700000001 False", Assert.Single(_recorder.Seen));
        Assert.Equal(new StreamPosition(new("s", "shardId-1"), new(7)), Assert.Single(_recorder.Positions));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"Records":{}}""")]
    [InlineData("""{"Records":[1]}""")]
    [InlineData("""{"Records":[{"messageId":"1","eventSource":"aws:sqs","body":"x"}]}""")]
    [InlineData("""{"Records":[{"kinesis":{"data":"","sequenceNumber":"1"},"eventID":"no-shard"}]}""")]
    [InlineData("""{"Records":[{"kinesis":{"data":""},"eventID":"s:1"}]}""")]
    [InlineData("""{"Records":[{"dynamodb":{"SequenceNumber":null}}]}""")]
    [InlineData("""{"Records":[{"kinesis":"dynamodb"}]}""")]
    [InlineData("""{"Records":[]} x""")]
    [InlineData("""{"Records":[""")]
    public async Task What_is_no_trigger_s_event_fails_as_a_whole(string json)
    {
        await using var function = Harness.Functions.Create(_recorder);

        await Assert.ThrowsAsync<InvalidDataException>(() => function.InvokeAsync(json));
        Assert.Empty(_recorder.Seen);
    }

    [Fact]
    public async Task Nothing_is_delivered_of_an_event_that_is_broken_further_on()
    {
        await using var function = Harness.Functions.Create(_recorder);

        await Assert.ThrowsAsync<InvalidDataException>(() => function.InvokeAsync(TriggerEvents.Kinesis(Changes)[..^3]));
        Assert.Empty(_recorder.Seen);
        Assert.Empty(await function.FailuresAsync(TriggerEvents.Kinesis(Changes)));
    }

    [Fact]
    public async Task An_empty_event_is_a_success()
    {
        await using var function = Harness.Functions.Create(_recorder);

        Assert.Equal("""{"batchItemFailures":[]}""", await function.InvokeAsync("""{"Records":[]}"""));
    }

    [Theory]
    [InlineData(""","window":{"start":"2020-07-30T17:00:00Z","end":"2020-07-30T17:05:00Z"},"state":{"1":282}""", """{"batchItemFailures":[],"state":{"1":282}}""")]
    [InlineData(""","window":{"start":"2020-07-30T17:00:00Z","end":"2020-07-30T17:05:00Z"},"state":null""", """{"batchItemFailures":[],"state":{}}""")]
    [InlineData(""","window":{"start":"2020-07-30T17:00:00Z","end":"2020-07-30T17:05:00Z"}""", """{"batchItemFailures":[],"state":{}}""")]
    [InlineData(""","window":null,"state":{"1":2}""", """{"batchItemFailures":[]}""")]
    public async Task A_tumbling_window_s_state_goes_back_as_it_came(string rest, string answer)
    {
        await using var function = Harness.Functions.Create(_recorder);

        Assert.Equal(answer, await function.InvokeAsync($$"""{"Records":[]{{rest}}}"""));
    }

    [Fact]
    public async Task A_view_type_without_a_needed_image_fails_the_event()
    {
        var json = $$"""{"Records":[{{Changes[0].ToStreamsJson("NEW_IMAGE")}}]}""";
        await using var function = Harness.Functions.Create(_recorder);

        var exception = await Assert.ThrowsAsync<CdcConfigurationException>(() => function.InvokeAsync(json));
        Assert.Contains("Before", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_recorder.Seen);
    }

    [Fact]
    public async Task A_failure_can_fail_the_whole_event()
    {
        _recorder.Before = (change, _) => change.Key.UserId == 2 ? throw new InvalidOperationException("broken") : default;
        await using var function = Harness.Functions.Create(_recorder, options: options => options.FailureAnswer = FailureAnswer.Throw);

        var exception = await Assert.ThrowsAsync<BatchFailedException>(() => function.InvokeAsync(TriggerEvents.Kinesis(Changes)));
        Assert.Equal([TestChange.Sequence(2)], exception.FirstFailures);
    }

    [Fact]
    public async Task A_change_that_is_not_done_in_time_is_reported_and_not_overtaken_by_the_next_event()
    {
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;
        _recorder.Before = async (change, _) =>
        {
            if (change.Key.UserId == 2 && change is Inserted<Customer> && Interlocked.Increment(ref runs) == 1)
            {
                reached.SetResult();
                await slow.Task; // a handler that does not heed its token
            }
        };
        await using var function = Harness.Functions.Create(_recorder, concurrency: 2);
        using var deadline = new CancellationTokenSource();
        Task<string[]> second;
        try
        {
            var first = function.FailuresAsync(TriggerEvents.Kinesis(LaneApart), deadline.Token);
            await reached.Task;
            await deadline.CancelAsync();
            Assert.Equal([TestChange.Sequence(3)], await first);

            second = function.FailuresAsync(TriggerEvents.Kinesis(LaneApart[2..]));
            await Task.Delay(50);
            Assert.False(second.IsCompleted);
            Assert.Equal(1, runs);
        }
        finally
        {
            slow.SetResult();
        }

        Assert.Empty(await second);
        Assert.Equal(4, _recorder.Seen.Distinct().Count());
        Assert.Equal(1, _recorder.Seen.Count(text => text.Contains("-> a/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_transient_failure_is_retried_until_the_deadline()
    {
        _recorder.Before = (change, _) => change.Key.UserId == 2 ? throw new TimeoutException("down") : default;
        await using var function = Harness.Functions.Create(_recorder);
        using var deadline = new CancellationTokenSource();
        var invocation = function.FailuresAsync(TriggerEvents.Kinesis(LaneApart), deadline.Token);
        while (Volatile.Read(ref _recorder.Calls) < 8)
        {
            await Task.Delay(5);
        }

        Assert.False(invocation.IsCompleted);
        await deadline.CancelAsync();
        Assert.Equal([TestChange.Sequence(3)], await invocation);

        // The environment is none the worse for it.
        _recorder.Before = (_, _) => default;
        Assert.Empty(await function.FailuresAsync(TriggerEvents.Kinesis(LaneApart[2..])));
    }

    /// <summary>Two changes of an item whose lane is not that of item 2, then two of item 2: a run of one lane cannot hold both.</summary>
    private static TestChange[] LaneApart
    {
        get
        {
            var other = Enumerable.Range(3, 100).First(id => Lane(id) != Lane(2));
            return [TestChange.Insert(other, "a", 1), TestChange.Modify(other, "a", "b", 2), TestChange.Insert(2, "c", 3), TestChange.Modify(2, "c", "d", 4)];

            static ulong Lane(int id) => CdcRecord.Parse(Encoding.UTF8.GetBytes(TestChange.Insert(id, "x", 1).ToKinesisJson())).GetKeyHash() % 64;
        }
    }

    [Fact]
    public async Task A_policy_that_stops_ends_the_shard_s_batch_and_not_the_function()
    {
        var letters = new DeadLetterList();
        _recorder.Before = (change, _) => change.Key.UserId == 2 ? throw new InvalidOperationException("broken") : default;
        await using var function = Harness.Functions.Create(_recorder, cdc => cdc.DeadLettersTo(letters).OnFailure(failure => failure.OnPermanent = FailureAction.Stop));

        for (var invocation = 0; invocation < 3; invocation++)
        {
            Assert.Equal([TestChange.Sequence(2)], await function.FailuresAsync(TriggerEvents.Kinesis(Changes)));
        }

        Assert.Empty(letters.Stored);
        _recorder.Before = (_, _) => default;
        Assert.Empty(await function.FailuresAsync(TriggerEvents.Kinesis(Changes)));
    }

    [Fact]
    public async Task An_aggregate_of_the_KPL_is_asked_for_again_as_long_as_one_of_its_records_is_not_done()
    {
        var records = new[]
        {
            TriggerEvents.KinesisRecord(Changes[0]),
            TriggerEvents.KinesisRecord(Convert.ToBase64String(Aggregates.Write(TestChange.Insert(11, "x", 11), TestChange.Insert(12, "y", 12), TestChange.Insert(13, "z", 13))), TestChange.Sequence(2)),
            TriggerEvents.KinesisRecord(Changes[4]),
        };
        var broken = 12;
        _recorder.Before = (change, _) => change.Key.UserId == broken ? throw new InvalidOperationException("broken") : default;
        await using var function = Harness.Functions.Create(_recorder);

        Assert.Equal([TestChange.Sequence(2)], await function.FailuresAsync(TriggerEvents.Kinesis(records)));
        broken = 0;
        Assert.Empty(await function.FailuresAsync(TriggerEvents.Kinesis(records[1..])));
        Assert.Equal(["1", "11", "11", "12", "13", "3"], _recorder.Seen.Select(text => text.Split(' ')[1]));
    }

    [Fact]
    public async Task A_source_has_no_place_in_a_function()
    {
        var exception = Assert.Throws<CdcConfigurationException>(() => Harness.Functions.Create(_recorder, cdc => cdc.FromFiles("*.json")));
        Assert.Contains("Take cdc.From", exception.Message, StringComparison.Ordinal);
        Assert.Throws<CdcConfigurationException>(() => CdcFunction.Create(_ => { }));
        Assert.Throws<CdcConfigurationException>(() => CdcFunction.Create(services => services.AddTypedCdc(_ => { })));
        await using var container = new ServiceCollection().AddSingleton(_recorder).AddTypedCdc(cdc => cdc.Handle<Customer, RecordingHandler>()).BuildServiceProvider();
        await using var function = CdcFunction.Create(container);
        Assert.Empty(await function.FailuresAsync(TriggerEvents.Kinesis(Changes)));
        Assert.Equal(5, container.GetRequiredService<CdcStatistics>().Events);
    }

    [Fact]
    public async Task The_event_s_stream_may_be_any_stream()
    {
        await using var function = Harness.Functions.Create(_recorder);
        await using var input = new BufferedStream(new MemoryStream(Encoding.UTF8.GetBytes(TriggerEvents.Kinesis(Changes))), 16);
        await using var answer = await function.InvokeAsync(input);
        Assert.Equal(0, answer.Position);
        Assert.Equal(5, _recorder.Seen.Count);
    }
}
