using System.Globalization;
using System.Text.Json;
using TypedCdc.Lambda.Tests.Harness;

namespace TypedCdc.Lambda.Tests.Functions;

/// <summary>Events that carry a trigger's records in another form: EventBridge Pipes, on-failure destinations, the console's samples.</summary>
public sealed class OtherEventTests
{
    private static readonly TestChange[] Changes = [TestChange.Insert(1, "Ada", 1), TestChange.Insert(2, "Grace", 2), TestChange.Modify(1, "Ada", "Ada L.", 3)];

    private static readonly string[] Expected =
    [
        "inserted 1 / -> Ada/1 at 1700000001 False",
        "inserted 2 / -> Grace/2 at 1700000002 False",
        "modified 1 Ada/2 -> Ada L./3 at 1700000003 False",
    ];

    private readonly Recorder _recorder = new();

    public static TheoryData<string, string> Events()
    {
        var streams = TriggerEvents.DynamoDb(Changes);
        var kinesis = TriggerEvents.Kinesis(Changes);
        return new()
        {
            { "Pipes, DynamoDB", streams["{\"Records\":".Length..^1] },
            { "Pipes, Kinesis", "[" + string.Join(',', Changes.Select(Pipes)) + "]" },
            { "on failure, DynamoDB", OnFailure("DDBStreamBatchInfo", JsonSerializer.Serialize(streams), "payload") },
            { "on failure, Kinesis", OnFailure("KinesisBatchInfo", JsonSerializer.Serialize(kinesis), "payload") },
            { "on failure, Pipes", OnFailure("DDBStreamBatchInfo", JsonSerializer.Serialize(streams["{\"Records\":".Length..^1]), "payload") },
            { "asynchronous", OnFailure("responsePayload", streams, "requestPayload") },
        };
    }

    [Theory]
    [MemberData(nameof(Events))]
    public async Task Its_records_reach_the_handler(string name, string json)
    {
        await using var function = Harness.Functions.Create(_recorder);
        Assert.Equal("""{"batchItemFailures":[]}""", await function.InvokeAsync(json));
        Assert.True(Expected.Order().SequenceEqual(_recorder.Seen.Order()), name);
    }

    [Theory]
    [MemberData(nameof(Events))]
    public async Task The_answer_names_the_first_failure(string name, string json)
    {
        _recorder.Before = static (change, _) => change.Key.UserId == 2 ? throw new InvalidOperationException("broken") : default;
        await using var function = Harness.Functions.Create(_recorder);
        Assert.True(await function.FailuresAsync(json) is [var failure] && failure == Changes[1].SequenceNumber, name);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("[[]]")]
    [InlineData("""[{"eventName":"INSERT"}]""")]
    [InlineData("""[{"data":"AA=="}]""")]
    [InlineData("""{"payload":"nothing"}""")]
    [InlineData("""{"payload":"{}"}""")]
    [InlineData("""{"payload":null,"requestContext":{}}""")]
    [InlineData("7")]
    public async Task What_is_no_event_fails_as_a_whole(string json)
    {
        await using var function = Harness.Functions.Create(_recorder);
        await Assert.ThrowsAsync<InvalidDataException>(() => function.InvokeAsync(json));
        Assert.Empty(_recorder.Seen);
    }

    /// <summary>The Lambda console's sample event has no ApproximateCreationDateTime.</summary>
    [Fact]
    public async Task Changes_without_a_time_reach_the_handler_marked_as_such()
    {
        var hasTimestamp = new List<bool>();
        _recorder.Before = (change, _) =>
        {
            hasTimestamp.Add(change.HasTimestamp);
            return default;
        };
        var json = TriggerEvents.DynamoDb(Changes);
        foreach (var change in Changes)
        {
            json = json.Replace(string.Create(CultureInfo.InvariantCulture, $"\"ApproximateCreationDateTime\":{change.Seconds},"), "", StringComparison.Ordinal);
        }

        await using var function = Harness.Functions.Create(_recorder);
        Assert.Empty(await function.FailuresAsync(json));
        Assert.Equal([false, false, false], hasTimestamp);
        Assert.Equal(Expected.Select(static text => text.Replace(" at 17000000", "", StringComparison.Ordinal)).Select(static text => text[..text.LastIndexOf('/')]).Order(),
            _recorder.Seen.Select(static text => text[..text.LastIndexOf('/')]).Order());
    }

    private static string Pipes(TestChange change)
    {
        using var record = JsonDocument.Parse(TriggerEvents.KinesisRecord(change));
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in record.RootElement.EnumerateObject().SelectMany(static one => one.Name == "kinesis" ? [.. one.Value.EnumerateObject()] : new[] { one }))
            {
                property.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string OnFailure(string about, string payload, string property) =>
        $$"""{"requestContext":{"condition":"RetryAttemptsExhausted"},"version":"1.0","{{about}}":{"batchSize":3},"{{property}}":{{payload}}}""";
}
