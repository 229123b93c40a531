using System.Text;
using Amazon.Runtime;
using Microsoft.AspNetCore.Http;
using TypedCdc.Kinesis.Tests.Fakes;

namespace TypedCdc.Kinesis.Tests.Api;

/// <summary>The wire client against an HTTP server.</summary>
public sealed class KinesisHttpApiTests
{
    private const string Arn = "arn:aws:kinesis:us-east-1:123456789012:stream/wire";

    [Theory]
    [InlineData("wire")]
    [InlineData(Arn)]
    public async Task Operations_speak_the_protocol(string stream)
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 7);
        var (left, _) = server.Stream.Split(server.Stream.Shards[0]);
        server.Stream.Merge(server.Stream.Shards[1], server.Stream.Shards[2]);
        var first = server.Stream.Put(left, "one"u8.ToArray());
        server.Stream.Put(left, Encoding.UTF8.GetBytes("zwei €"));
        using var transport = Transport(server);
        var api = new KinesisHttpApi(transport);

        Assert.Equal(TimeSpan.FromHours(24), (await api.DescribeStreamAsync(stream, default)).Retention);
        var shards = new List<KinesisShard>();
        var pages = 0;
        string? token = null;
        do
        {
            var page = await api.ListShardsAsync(stream, token, default);
            shards.AddRange(page.Shards);
            token = page.NextToken;
            pages++;
        }
        while (token is not null);
        Assert.Equal(4, pages);
        Assert.Equal(server.Stream.Shards.Select(shard => shard.Describe()), shards);

        foreach (var (position, expected) in new[]
        {
            (ShardPosition.TrimHorizon, 2), (ShardPosition.Latest, 0), (ShardPosition.At(first), 2), (ShardPosition.After(first), 1),
            (ShardPosition.AtTimestamp(DateTimeOffset.UtcNow.AddHours(-1)), 2), (ShardPosition.AtTimestamp(DateTimeOffset.UtcNow.AddHours(1)), 0),
        })
        {
            var iterator = await api.GetShardIteratorAsync(stream, left.Id, position, default);
            using var batch = new RecordBatch(new(stream, left.Id));
            server.Stream.ReadsPerSecond = 1000;
            var answer = await api.GetRecordsAsync(iterator, 10, new(batch), default);
            Assert.Equal(expected, batch.Count);
            Assert.NotNull(answer.NextShardIterator);
            if (expected > 0)
                Assert.Equal("zwei €", Encoding.UTF8.GetString(batch.GetUtf8(expected - 1).Span));
        }
    }

    [Theory]
    [InlineData("ProvisionedThroughputExceededException", 400, KinesisErrorKind.Throttled)]
    [InlineData("LimitExceededException", 400, KinesisErrorKind.Throttled)]
    [InlineData("ExpiredIteratorException", 400, KinesisErrorKind.ExpiredIterator)]
    [InlineData("InvalidArgumentException", 400, KinesisErrorKind.InvalidPosition)]
    [InlineData("ResourceNotFoundException", 400, KinesisErrorKind.NotFound)]
    [InlineData("AccessDeniedException", 400, KinesisErrorKind.Permanent)]
    [InlineData("ValidationException", 400, KinesisErrorKind.Permanent)]
    [InlineData("ExpiredTokenException", 400, KinesisErrorKind.Transient)]
    [InlineData("InternalFailureException", 500, KinesisErrorKind.Transient)]
    [InlineData("SomethingNew", 503, KinesisErrorKind.Transient)]
    [InlineData("SomethingNew", 429, KinesisErrorKind.Throttled)]
    public async Task Errors_are_classified(string code, int status, KinesisErrorKind kind)
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        server.Intercept = (_, _) => FakeKinesisServer.Error(code, "because", status);
        using var transport = Transport(server);
        var error = await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default));
        Assert.Equal((kind, code), (error.Kind, error.Code));
        Assert.Contains("DescribeStreamSummary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_service_says_of_a_signature_is_not_repeated()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        server.Intercept = (context, _) => FakeKinesisServer.Error(
            "InvalidSignatureException", "The Canonical String should have been " + context.Request.Headers["X-Amz-Security-Token"] + context.Request.Headers.Authorization, 403);
        using var transport = new AwsJsonTransport(
            server.Endpoint, "kinesis", "Kinesis_20131202", new SessionAWSCredentials("AKIAKEY", "very-secret", "session-token"), Amazon.RegionEndpoint.USEast1, TimeSpan.FromSeconds(5));
        var error = await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default));
        Assert.Equal(KinesisErrorKind.Permanent, error.Kind);
        foreach (var secret in new[] { "AKIAKEY", "very-secret", "session-token" })
            Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreachable_or_silent_service_is_transient_and_a_proxys_page_is_no_answer()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using (var nobody = new AwsJsonTransport(
            new("http://127.0.0.1:1/"), "kinesis", "Kinesis_20131202", new BasicAWSCredentials("a", "b"), Amazon.RegionEndpoint.USEast1, TimeSpan.FromSeconds(5)))
            Assert.Equal(KinesisErrorKind.Transient, (await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(nobody).DescribeStreamAsync("wire", default))).Kind);

        server.Intercept = (_, _) => Results.Text("<html>bad gateway</html>", "text/html", statusCode: 502);
        using var transport = Transport(server);
        Assert.Equal(KinesisErrorKind.Transient, (await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default))).Kind);

        server.Intercept = (_, _) => Results.Text("<html>welcome to the hotel</html>", "text/html");
        Assert.Equal(KinesisErrorKind.Transient, (await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default))).Kind);

        server.Intercept = (context, _) =>
        {
            context.RequestAborted.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
            return Results.Ok();
        };
        using var impatient = new AwsJsonTransport(
            server.Endpoint, "kinesis", "Kinesis_20131202", new BasicAWSCredentials("a", "b"), Amazon.RegionEndpoint.USEast1, TimeSpan.FromMilliseconds(200));
        Assert.Equal(KinesisErrorKind.Transient, (await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(impatient).DescribeStreamAsync("wire", default))).Kind);
    }

    private static AwsJsonTransport Transport(FakeKinesisServer server) =>
        new(server.Endpoint, "kinesis", "Kinesis_20131202", new BasicAWSCredentials("test", "test"), Amazon.RegionEndpoint.USEast1, TimeSpan.FromSeconds(30));
}
