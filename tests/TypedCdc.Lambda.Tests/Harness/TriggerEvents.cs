using System.Text;
using System.Text.Json;

namespace TypedCdc.Lambda.Tests.Harness;

/// <summary>Events of Lambda's triggers.</summary>
internal static class TriggerEvents
{
    internal const string Shard = "shardId-000000000006";

    /// <summary>A Kinesis trigger's event.</summary>
    internal static string Kinesis(params IEnumerable<TestChange> changes) => Kinesis(changes.Select(change => KinesisRecord(change)));

    internal static string Kinesis(IEnumerable<string> records) => $$"""{"Records":[{{string.Join(',', records)}}]}""";

    internal static string KinesisRecord(TestChange change, string shard = Shard) =>
        KinesisRecord(Convert.ToBase64String(Encoding.UTF8.GetBytes(change.ToKinesisJson())), change.SequenceNumber, shard);

    internal static string KinesisRecord(string data, string sequenceNumber, string shard = Shard) => $$"""
        {"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"1","sequenceNumber":"{{sequenceNumber}}","data":"{{data}}","approximateArrivalTimestamp":1545084650.987},
         "eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"{{shard}}:{{sequenceNumber}}","eventName":"aws:kinesis:record",
         "invokeIdentityArn":"arn:aws:iam::123456789012:role/lambda-role","awsRegion":"us-east-1","eventSourceARN":"arn:aws:kinesis:us-east-1:123456789012:stream/dynamodb-cdc"}
        """;

    /// <summary>A DynamoDB trigger's event.</summary>
    internal static string DynamoDb(params IEnumerable<TestChange> changes) => $$"""{"Records":[{{string.Join(',', changes.Select(change => change.ToStreamsJson()))}}]}""";

    internal static async Task<string> InvokeAsync(this CdcFunction function, string json, CancellationToken cancellationToken = default)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(json));
        await using var answer = await function.InvokeAsync(input, cancellationToken);
        using var reader = new StreamReader(answer, Encoding.UTF8);
        return await reader.ReadToEndAsync(CancellationToken.None);
    }

    /// <summary>The item identifiers of an answer.</summary>
    internal static string[] Failures(string answer)
    {
        using var document = JsonDocument.Parse(answer);
        return [.. document.RootElement.GetProperty("batchItemFailures").EnumerateArray().Select(failure => failure.GetProperty("itemIdentifier").GetString()!)];
    }

    internal static async Task<string[]> FailuresAsync(this CdcFunction function, string json, CancellationToken cancellationToken = default) =>
        Failures(await function.InvokeAsync(json, cancellationToken));
}
