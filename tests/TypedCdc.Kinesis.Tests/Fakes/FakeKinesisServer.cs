using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TypedCdc.Kinesis.Api;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Tests.Fakes;

/// <summary>The Kinesis HTTP API over a <see cref="FakeStream"/>, on a free port of this machine: for what kinesis-mock does not do (throttle, trim, expire, fail).</summary>
internal sealed class FakeKinesisServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeKinesisServer(WebApplication application, FakeStream stream)
    {
        _application = application;
        Stream = stream;
    }

    internal FakeStream Stream { get; }

    internal Uri Endpoint => new(_application.Urls.Single());

    /// <summary>Answers instead of the fake where it returns something.</summary>
    internal Func<HttpContext, string, IResult?>? Intercept { get; set; }

    /// <summary>Refuses records of a PutRecords request: given how many the request has and an index, an error code or null.</summary>
    internal Func<int, int, string?>? RefusesPut { get; set; }

    /// <summary>Changes the text of an answer, given the operation.</summary>
    internal Func<string, string, string>? Mutate { get; set; }

    internal static Task<FakeKinesisServer> StartAsync(string stream, int shards)
    {
        var fake = new FakeStream(stream, TimeProvider.System);
        for (var index = 0; index < shards; index++)
            fake.AddShard();
        return StartAsync(fake, port: 0);
    }

    /// <summary>Serves a stream that may have been served before.</summary>
    internal static async Task<FakeKinesisServer> StartAsync(FakeStream stream, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var application = builder.Build();
        var server = new FakeKinesisServer(application, stream);
        application.MapPost("/", (Delegate)server.AnswerAsync);
        await application.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var operation = context.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1];
        if (Intercept?.Invoke(context, operation) is { } other)
            return other;
        Assert.Equal("application/x-amz-json-1.1", context.Request.ContentType);
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=", context.Request.Headers.Authorization.ToString(), StringComparison.Ordinal);
        var request = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        try
        {
            var answer = Answer(operation, request).ToJsonString();
            return Results.Text(Mutate?.Invoke(operation, answer) ?? answer, "application/x-amz-json-1.1");
        }
        catch (KinesisException exception)
        {
            return Error(exception.Code!, exception.Message, exception.Kind == KinesisErrorKind.Transient ? 500 : 400);
        }
    }

    internal static IResult Error(string code, string message, int status) =>
        Results.Text(new JsonObject { ["__type"] = "com.amazonaws.kinesis.v20131202#" + code, ["message"] = message }.ToJsonString(), "application/x-amz-json-1.1", statusCode: status);

    private JsonObject Answer(string operation, JsonObject request)
    {
        if (operation != "GetRecords" && request["NextToken"] is null && ((string?)request["StreamName"] ?? ((string?)request["StreamARN"])?.Split('/')[^1]) != Stream.Name)
            throw new KinesisException(KinesisErrorKind.NotFound, "Stream not found", "ResourceNotFoundException");
        switch (operation)
        {
            case "DescribeStreamSummary":
                var summary = Stream.Describe();
                return new()
                {
                    ["StreamDescriptionSummary"] = new JsonObject
                    {
                        ["StreamCreationTimestamp"] = summary.CreatedAt.ToUnixTimeSeconds(),
                        ["RetentionPeriodHours"] = (int)summary.Retention.TotalHours,
                    },
                };
            case "ListShards":
                // The service refuses a name beside a token.
                if (request["NextToken"] is not null && request["StreamName"] is not null)
                    throw new KinesisException(KinesisErrorKind.InvalidPosition, "NextToken and StreamName", "InvalidArgumentException");
                var page = Stream.List((string?)request["NextToken"]);
                return new()
                {
                    ["Shards"] = new JsonArray(page.Shards.Select(Describe).ToArray<JsonNode>()),
                    ["NextToken"] = page.NextToken,
                };
            case "GetShardIterator":
                return new() { ["ShardIterator"] = Stream.GetIterator((string)request["ShardId"]!, Position(request)) };
            case "GetRecords":
                using (var batch = new RecordBatch(new(Stream.Name, "")))
                {
                    var answer = Stream.GetRecords((string)request["ShardIterator"]!, (int)request["Limit"]!, new(batch));
                    return new()
                    {
                        ["MillisBehindLatest"] = (long)answer.BehindLatest!.Value.TotalMilliseconds,
                        ["ChildShards"] = new JsonArray(answer.HasChildShards ? [new JsonObject { ["ShardId"] = "child" }] : []),
                        ["NextShardIterator"] = answer.NextShardIterator,
                        ["Records"] = new JsonArray(Enumerable.Range(0, batch.Count).Select(JsonNode (index) => new JsonObject
                        {
                            ["ApproximateArrivalTimestamp"] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000m,
                            ["Data"] = Convert.ToBase64String(batch.GetUtf8(index).Span),
                            ["PartitionKey"] = "k",
                            ["SequenceNumber"] = batch.GetPosition(index).SequenceNumber.ToString(null, CultureInfo.InvariantCulture),
                        }).ToArray()),
                    };
                }

            case "PutRecords":
                return Put(request["Records"]!.AsArray());
            default:
                throw new KinesisException(KinesisErrorKind.Permanent, operation, "UnknownOperationException");
        }
    }

    // The limits of the service: 500 records and 5 MiB a request, 1 MiB a record, partition keys included.
    private JsonObject Put(JsonArray records)
    {
        var put = records.Select(record => (Key: (string)record!["PartitionKey"]!, Data: Convert.FromBase64String((string)record["Data"]!))).ToArray();
        if (put.Length > 500 || put.Sum(record => record.Key.Length + record.Data.Length) > 5 * 1024 * 1024 || put.Any(record => record.Key.Length + record.Data.Length > 1024 * 1024))
            throw new KinesisException(KinesisErrorKind.Permanent, "Too large", "ValidationException");
        var open = Stream.Shards.Where(shard => shard.IsOpen).ToArray();
        var answers = new JsonArray();
        var failed = 0;
        for (var index = 0; index < put.Length; index++)
        {
            if (RefusesPut?.Invoke(put.Length, index) is { } code)
            {
                failed++;
                answers.Add(new JsonObject { ["ErrorCode"] = code, ["ErrorMessage"] = "refused" });
                continue;
            }

            var number = Stream.Put(open[put[index].Key.Sum(letter => letter) % open.Length], put[index].Data);
            answers.Add(new JsonObject { ["SequenceNumber"] = number.ToString(null, CultureInfo.InvariantCulture), ["ShardId"] = "s" });
        }

        return new() { ["FailedRecordCount"] = failed, ["Records"] = answers };
    }

    private static JsonObject Describe(KinesisShard shard)
    {
        var range = new JsonObject { ["StartingSequenceNumber"] = "1" };
        if (!shard.IsOpen)
            range["EndingSequenceNumber"] = "9";
        var described = new JsonObject { ["ShardId"] = shard.ShardId, ["SequenceNumberRange"] = range };
        if (shard.ParentShardId is not null)
            described["ParentShardId"] = shard.ParentShardId;
        if (shard.AdjacentParentShardId is not null)
            described["AdjacentParentShardId"] = shard.AdjacentParentShardId;
        return described;
    }

    private static ShardPosition Position(JsonObject request) => (string?)request["ShardIteratorType"] switch
    {
        "TRIM_HORIZON" => ShardPosition.TrimHorizon,
        "LATEST" => ShardPosition.Latest,
        "AT_TIMESTAMP" => ShardPosition.AtTimestamp(DateTimeOffset.UnixEpoch.AddMilliseconds((double)(decimal.Parse(request["Timestamp"]!.ToJsonString(), CultureInfo.InvariantCulture) * 1000))),
        "AT_SEQUENCE_NUMBER" => ShardPosition.At(SequenceNumber.Parse((string)request["StartingSequenceNumber"]!)),
        "AFTER_SEQUENCE_NUMBER" => ShardPosition.After(SequenceNumber.Parse((string)request["StartingSequenceNumber"]!)),
        var other => throw new InvalidOperationException(other),
    };
}
