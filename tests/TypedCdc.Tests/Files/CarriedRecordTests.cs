using System.Text;
using System.Text.Json;
using TypedCdc.Files;

namespace TypedCdc.Tests.Files;

/// <summary>Files that hold records inside what another tool wrote around them.</summary>
public sealed class CarriedRecordTests
{
    private const string A = """{"eventID":"1","eventName":"REMOVE","dynamodb":{"ApproximateCreationDateTime":1720747062,"Keys":{"Id":{"N":"101"}},"SequenceNumber":"111"},"eventSourceARN":"arn:aws:dynamodb:us-west-2:123456789012:table/things/stream/x"}""";
    private const string B = """{"eventID":"2","eventName":"REMOVE","dynamodb":{"ApproximateCreationDateTime":1720747063,"Keys":{"Id":{"N":"102"}},"SequenceNumber":"112"},"eventSourceARN":"arn:aws:dynamodb:us-west-2:123456789012:table/things/stream/x"}""";

    [Theory]
    [InlineData("""{"Items":[{"Id":{"N":"101"}},{"Id":{"N":"102"},"Message":{"NULL":true}}],"Count":2,"ScannedCount":2,"ConsumedCapacity":null}""")]
    [InlineData("""{"Count":2,"ScannedCount":2,"Items":[{"Id":{"N":"101"}} , {"Id":{"N":"102"},"Message":{"NULL":true}}]}""")]
    [InlineData("{\n    \"Items\": [\n        {\"Id\":{\"N\":\"101\"}},\n        {\"Id\":{\"N\":\"102\"},\"Message\":{\"NULL\":true}}\n    ],\n    \"Count\": 2\n}\n")]
    [InlineData("""{"Items":[{"Id":{"N":"101"}}],"NextToken":"a\"]}"}{"Items":[]}{"Items":[{"Id":{"N":"102"},"Message":{"NULL":true}}]}""")]
    public async Task The_items_of_a_scan_or_a_query_are_snapshot_rows(string text)
    {
        var records = await ReadAsync(text);
        Assert.Equal(["""{"Item":{"Id":{"N":"101"}}}""", """{"Item":{"Id":{"N":"102"},"Message":{"NULL":true}}}"""], records.Select(static record => record.Text));
        Assert.All(records, static record => Assert.Equal(
            ChangeOperation.Snapshot, CdcRecord.Parse(Encoding.UTF8.GetBytes(record.Text), default, new() { TableName = "things" }).Operation));
    }

    /// <summary>Attributes may have any name, those of envelopes among them.</summary>
    [Fact]
    public async Task An_item_is_an_item_whatever_its_attributes_are_called()
    {
        const string item = """{"Items":{"L":[]},"Data":{"S":"AA=="},"payload":{"S":"x"},"requestContext":{"S":"y"},"DDBStreamBatchInfo":{"S":"z"},"kinesis":{"M":{}}}""";
        Assert.Equal(["{\"Item\":" + item + "}"], (await ReadAsync("{\"Items\":[" + item + "]}")).Select(static record => record.Text));
        Assert.Equal(["{\"Item\":" + item + "}"], (await ReadAsync("{\"Item\":" + item + "}")).Select(static record => record.Text));
    }

    [Fact]
    public async Task An_on_failure_destination_keeps_a_streams_batch_as_text()
    {
        var payload = JsonSerializer.Serialize("{\"Records\":[" + A + "," + B + "]}");
        var text = "{\"requestContext\":{\"requestId\":\"c9b8fa9f\",\"condition\":\"RetryAttemptsExhausted\"},\"version\":\"1.0\","
            + "\"DDBStreamBatchInfo\":{\"shardId\":\"shardId-1\",\"batchSize\":2},\"payload\":" + payload + "}";
        Assert.Equal([A, B], Texts(await ReadAsync(text)));
        Assert.Equal([A, B, A, B, A], Texts(await ReadAsync(text + "\n" + text + "\n" + A + "\n")));
    }

    [Fact]
    public async Task An_asynchronous_invocation_keeps_the_event_as_an_object()
    {
        Assert.Equal([A, B], Texts(await ReadAsync("{\"version\":\"1.0\",\"requestContext\":{},\"requestPayload\":{\"Records\":[" + A + "," + B + "]},\"responsePayload\":{\"errorType\":\"x\"}}")));
        Assert.Equal([A, B], Texts(await ReadAsync("{\"requestPayload\":[" + A + "," + B + "],\"requestContext\":{}}"))); // what EventBridge Pipes had passed
    }

    [Fact]
    public async Task A_destination_that_leaves_the_records_out_says_so()
    {
        var record = Assert.Single(await ReadAsync("""{"requestContext":{"requestId":"c9"},"KinesisBatchInfo":{"shardId":"shardId-1","startSequenceNumber":"1"}}"""));
        Assert.Contains("an SQS or SNS destination leaves them out", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipes_passes_Kinesis_records_without_an_object_around_their_data()
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(A));
        var text = $$"""[{"kinesisSchemaVersion":"1.0","partitionKey":"1","sequenceNumber":"4959","data":"{{data}}","eventSource":"aws:kinesis","eventID":"shardId-000000000006:4959"}]""";
        var record = Assert.Single(await ReadAsync(text));
        Assert.Equal(A, record.Text);
        Assert.Equal(SequenceNumber.Parse("4959"), record.Number);

        // Without the mark of Kinesis, data is anybody's.
        Assert.Equal("""{"data":"AA==","sequenceNumber":"1"}""", Assert.Single(await ReadAsync("""{"data":"AA==","sequenceNumber":"1"}""")).Text);
    }

    private static IEnumerable<string> Texts(List<Found> records)
    {
        Assert.All(records, static record => Assert.Null(record.Problem));
        return records.Select(static record => record.Text);
    }

    private static async Task<List<Found>> ReadAsync(string text)
    {
        // Whole, and in pieces that end anywhere.
        var whole = await ReadAsync(text, int.MaxValue);
        for (var piece = 1; piece < 60; piece += 7)
        {
            Assert.Equal(whole, await ReadAsync(text, piece));
        }

        return whole;
    }

    private static async Task<List<Found>> ReadAsync(string text, int piece)
    {
        using var stream = new FileRecordReaderTests.PiecesStream(Encoding.UTF8.GetBytes(text), piece);
        var reader = new FileRecordReader(stream, 1_000_000);
        var records = new List<Found>();
        while (await reader.ReadAsync(default) is { } record)
        {
            records.Add(new(Encoding.UTF8.GetString(record.Utf8.Span), record.Problem, record.CarriedNumber));
        }

        return records;
    }

    private sealed record Found(string Text, string? Problem, SequenceNumber Number);
}
