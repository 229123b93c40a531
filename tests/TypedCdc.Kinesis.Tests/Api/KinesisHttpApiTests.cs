using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Microsoft.AspNetCore.Http;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Sources;

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
    [InlineData("ThrottlingException", 400, KinesisErrorKind.Throttled)]
    [InlineData("KMSThrottlingException", 400, KinesisErrorKind.Throttled)]
    [InlineData("RequestLimitExceeded", 400, KinesisErrorKind.Throttled)]
    [InlineData("TooManyRequestsException", 400, KinesisErrorKind.Throttled)]
    [InlineData("ResourceInUseException", 400, KinesisErrorKind.Transient)]
    [InlineData("ExpiredNextTokenException", 400, KinesisErrorKind.Transient)]
    [InlineData("ServiceUnavailable", 503, KinesisErrorKind.Transient)]
    [InlineData("SomethingNew", 408, KinesisErrorKind.Transient)]
    [InlineData("UnrecognizedClientException", 400, KinesisErrorKind.Permanent)]
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

    [Theory]
    [InlineData("ResourceNotFoundException:http://internal.amazon.com/coral/com.amazonaws.kinesis/", KinesisErrorKind.NotFound)]
    [InlineData("com.amazonaws.kinesis.v20131202#ExpiredIteratorException:http://internal/#x", KinesisErrorKind.ExpiredIterator)]
    [InlineData("com.amazonaws.kinesis.v20131202#ProvisionedThroughputExceededException", KinesisErrorKind.Throttled)]
    [InlineData("AccessDeniedException", KinesisErrorKind.Permanent)]
    public async Task Name_of_an_error_is_read_from_the_body_and_from_the_header(string type, KinesisErrorKind kind)
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using var transport = Transport(server);
        foreach (var isHeader in new[] { false, true })
        {
            server.Intercept = (context, _) =>
            {
                if (!isHeader)
                    return Results.Text(new JsonObject { ["__type"] = type, ["message"] = "because" }.ToJsonString(), "application/x-amz-json-1.1", statusCode: 400);
                context.Response.Headers["x-amzn-ErrorType"] = type;
                return Results.Text("", statusCode: 400);
            };
            var error = await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default));
            Assert.Equal((kind, type.Split(':')[0].Split('#')[^1]), (error.Kind, error.Code));
        }
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(407)]
    [InlineData(302)]
    [InlineData(502)]
    public async Task Refusal_that_does_not_come_from_the_service_is_transient(int status)
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        server.Intercept = (context, _) =>
        {
            context.Response.Headers.Location = "http://login.example/";
            return Results.Text("<html>Access denied by policy</html>", "text/html", statusCode: status);
        };
        using var transport = Transport(server);
        var error = await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default));
        Assert.Equal(KinesisErrorKind.Transient, error.Kind);
        Assert.Contains(FormattableString.Invariant($"HTTP {status} with text/html"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvalidSignatureException", "Signature expired: 20261201T000000Z is now earlier than 20261201T001500Z", -1000)]
    [InlineData("InvalidSignatureException", "Signature not yet current: 20261201T010000Z is still later than 20261201T001500Z", 4000)]
    [InlineData("InvalidSignatureException", "The request signature we calculated does not match", 4000)]
    [InlineData("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 500)]
    [InlineData("RequestExpired", "Request has expired.", -500)]
    public async Task Clock_that_drifted_is_corrected_by_the_services_date_and_logged(string code, string text, int drift)
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        server.Intercept = (context, _) =>
            DateTimeOffset.ParseExact(context.Request.Headers["X-Amz-Date"].ToString(), "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) is var signed
            && (DateTimeOffset.UtcNow - signed).Duration() > TimeSpan.FromMinutes(5)
                ? FakeKinesisServer.Error(code, text, 403)
                : null;
        using var transport = new AwsJsonTransport(
            server.Endpoint, "kinesis", "Kinesis_20131202", new BasicAWSCredentials("test", "test"), Amazon.RegionEndpoint.USEast1, TimeSpan.FromSeconds(30), new DriftingClock(TimeSpan.FromSeconds(drift)));
        var api = new KinesisHttpApi(transport);
        var error = await Assert.ThrowsAsync<KinesisException>(() => api.DescribeStreamAsync("wire", default));
        Assert.Equal((KinesisErrorKind.Transient, code), (error.Kind, error.Code));
        Assert.Contains(drift < 0 ? "behind the service's" : "ahead of the service's", error.Message, StringComparison.Ordinal);
        await api.DescribeStreamAsync("wire", default);
    }

    [Fact]
    public async Task Signature_that_expired_while_the_process_was_paused_is_retried_and_a_wrong_secret_is_not()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        using var transport = Transport(server);
        server.Intercept = (_, _) => FakeKinesisServer.Error("InvalidSignatureException", "Signature expired: 20261201T000000Z is now earlier than 20261201T001500Z", 403);
        var expired = await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default));
        Assert.Equal(KinesisErrorKind.Transient, expired.Kind);
        Assert.Contains("paused", expired.Message, StringComparison.Ordinal);
        server.Intercept = (_, _) => FakeKinesisServer.Error("InvalidSignatureException", "The request signature we calculated does not match the signature you provided.", 403);
        Assert.Equal(KinesisErrorKind.Permanent, (await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default))).Kind);
    }

    [Fact]
    public async Task Reason_of_an_unreachable_service_is_named()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        Assert.Equal("ConnectionRefused", await ReasonOf(new("http://127.0.0.1:1/")));
        Assert.Equal("DnsFailure", await ReasonOf(new("http://no-such-host.invalid/")));
        Assert.Equal("TlsFailure", await ReasonOf(new("https://" + server.Endpoint.Authority + "/")));
        server.Intercept = (context, _) =>
        {
            context.RequestAborted.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
            return Results.Ok();
        };
        Assert.Equal("Timeout", await ReasonOf(server.Endpoint));
        server.Intercept = (context, _) =>
        {
            context.Abort();
            return Results.Empty;
        };
        Assert.Equal("ConnectionBroken", await ReasonOf(server.Endpoint));

        static async Task<string?> ReasonOf(Uri endpoint)
        {
            using var transport = new AwsJsonTransport(
                endpoint, "kinesis", "Kinesis_20131202", new BasicAWSCredentials("a", "b"), Amazon.RegionEndpoint.USEast1, TimeSpan.FromSeconds(1));
            var error = await Assert.ThrowsAsync<KinesisException>(() => new KinesisHttpApi(transport).DescribeStreamAsync("wire", default));
            Assert.Equal(KinesisErrorKind.Transient, error.Kind);
            return error.Code;
        }
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

    private sealed class DriftingClock(TimeSpan drift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + drift;
    }

    private static AwsJsonTransport Transport(FakeKinesisServer server) =>
        new(server.Endpoint, "kinesis", "Kinesis_20131202", new BasicAWSCredentials("test", "test"), Amazon.RegionEndpoint.USEast1, TimeSpan.FromSeconds(30));
}
