using Amazon.Runtime;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Tests.Api;

/// <summary>The forms in which a stream is named.</summary>
public sealed class StreamAddressTests
{
    [Theory]
    [InlineData("dynamodb-cdc", "dynamodb-cdc", "dynamodb-cdc", null, null)]
    [InlineData("arn:aws:kinesis:eu-west-1:123456789012:stream/My.Stream_1", "arn:aws:kinesis:eu-west-1:123456789012:stream/My.Stream_1", "My.Stream_1", "eu-west-1", null)]
    [InlineData("arn:aws-cn:kinesis:cn-north-1:1:stream/a", "arn:aws-cn:kinesis:cn-north-1:1:stream/a", "a", "cn-north-1", null)]
    [InlineData("kinesis://My-Stream?region=eu-central-1", "My-Stream", "My-Stream", "eu-central-1", null)]
    [InlineData("http://127.0.0.1:4567/cdc", "cdc", "cdc", null, "http://127.0.0.1:4567/")]
    [InlineData("https://kinesis.example.org/cdc?region=us-east-2", "cdc", "cdc", "us-east-2", "https://kinesis.example.org/")]
    public void Every_form_is_understood(string text, string stream, string name, string? region, string? endpoint)
    {
        var address = StreamAddress.Parse(text);
        Assert.Equal((stream, name, region, endpoint), (address.Stream, address.Name, address.Region, address.Endpoint?.AbsoluteUri));
        Assert.Null(address.Credentials);
    }

    [Fact]
    public void Credentials_of_a_url_may_have_a_session_token_and_are_never_shown()
    {
        // Peer bug 17: a URL that cannot carry a session token, and an endpoint that is always http.
        var address = StreamAddress.Parse("https://AKIAKEY:sec%2Fret@localhost:4567/cdc?session-token=to%2Bken&region=eu-west-1");
        var credentials = Assert.IsType<SessionAWSCredentials>(address.Credentials).GetCredentials();
        Assert.Equal(("AKIAKEY", "sec/ret", "to+ken"), (credentials.AccessKey, credentials.SecretKey, credentials.Token));
        Assert.Equal("https://localhost:4567/", address.Endpoint?.AbsoluteUri);
        Assert.Equal("cdc", address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ftp://AKIAKEY:secret@host/stream")]
    [InlineData("https://AKIAKEY:secret@host/")]
    [InlineData("https://AKIAKEY-secret@host/stream")]
    [InlineData("https://AKIAKEY:secret@host/stream?token=secret")]
    [InlineData("arn:aws:sqs:eu-west-1:1:stream/secret")]
    [InlineData("arn:aws:kinesis:eu-west-1:1:secret")]
    public void Anything_else_is_refused_without_repeating_it(string text)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => StreamAddress.Parse(text));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("AKIAKEY", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoints_follow_the_partition_of_the_region()
    {
        Assert.Equal("https://kinesis.eu-west-1.amazonaws.com/", StreamAddress.AwsEndpoint(Amazon.RegionEndpoint.EUWest1).AbsoluteUri);
        Assert.Equal("https://kinesis.cn-north-1.amazonaws.com.cn/", StreamAddress.AwsEndpoint(Amazon.RegionEndpoint.CNNorth1).AbsoluteUri);
    }
}
