using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace TypedCdc.Kinesis.Api;

/// <summary>What an answer that is not a success, and an exception of the network, mean. The table in this package's README lists the same, row by row.</summary>
internal static class AwsErrors
{
    internal const string Timeout = "Timeout";
    internal const string NoCredentials = "NoCredentials";
    internal const string Unreadable = "UnreadableAnswer";

    /// <summary>The SDKs take a signature's refusal for clock drift from here on; the service itself allows 5 minutes.</summary>
    private static readonly TimeSpan ToleratedSkew = TimeSpan.FromMinutes(4);

    /// <summary>The service's error: from the body, else from the header. Nothing where it is not the service that answers.</summary>
    internal static AwsError Read(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        string? code = null, text = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                code = Text(json.RootElement, "__type") ?? Text(json.RootElement, "code");
                text = Text(json.RootElement, "message") ?? Text(json.RootElement, "Message");
            }
        }
        catch (JsonException)
        {
            // A proxy's page.
        }

        code ??= response.Headers.TryGetValues("x-amzn-ErrorType", out var values) ? values.FirstOrDefault() : null;
        return new(Name(code), text);
    }

    /// <summary>Whether the service refuses the time of a signature. A refused signature alone says it only when the clocks differ.</summary>
    internal static bool IsClockSkew(AwsError error, TimeSpan? skew) => error.Code switch
    {
        "RequestTimeTooSkewed" or "RequestExpired" or "RequestInTheFuture" => true,
        "InvalidSignatureException" or "SignatureDoesNotMatch" or "AuthFailure" when skew?.Duration() >= ToleratedSkew => true,
        "InvalidSignatureException" => error.Text is { } text
            && (text.StartsWith("Signature expired", StringComparison.Ordinal) || text.StartsWith("Signature not yet current", StringComparison.Ordinal)),
        _ => false,
    };

    /// <summary>The exception of an answer that refuses.</summary>
    internal static KinesisException Refused(string operation, HttpResponseMessage response, AwsError error)
    {
        var status = response.StatusCode;
        if (error.Code is null)
        {
            // Every error of the service has a name. An answer without one comes from something in between: a proxy, a load balancer, a captive portal.
            var what = response.Content.Headers.ContentType?.MediaType is { } type ? $"HTTP {(int)status} with {type}" : $"HTTP {(int)status}";
            return new(
                status == HttpStatusCode.TooManyRequests ? KinesisErrorKind.Throttled : KinesisErrorKind.Transient,
                $"{operation}: {what}, which is no answer of the service. Is a proxy in between?",
                string.Create(CultureInfo.InvariantCulture, $"Http{(int)status}"));
        }

        var message = $"{operation}: {error.Code}";
        return new(Classify(status, error.Code), MayBeShown(error.Code) && error.Text is not null ? $"{message}: {error.Text}" : message, error.Code);
    }

    /// <summary>Why the service cannot be reached: a stable name, and text for people.</summary>
    internal static (string Reason, string Text) Network(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => ("DnsFailure", "its name cannot be resolved (DNS)"),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => ("TlsFailure", "the TLS handshake failed"),
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => ("ProxyFailure", "the proxy refused the connection"),
        _ => Socket(exception)?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => ("ConnectionRefused", "the connection was refused"),
            SocketError.TimedOut => (Timeout, "the connection timed out"),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown => ("NetworkUnreachable", "no route to it"),
            _ => ("ConnectionBroken", "the connection broke"),
        },
    };

    private static SocketException? Socket(Exception? exception) => exception switch
    {
        null => null,
        SocketException socket => socket,
        _ => Socket(exception.InnerException),
    };

    /// <summary><c>com.amazonaws.kinesis.v20131202#Name:http://…</c> → <c>Name</c>.</summary>
    private static string? Name(string? type) => type?.Split(':')[0].Split('#')[^1].Trim() is { Length: > 0 } name ? name : null;

    private static KinesisErrorKind Classify(HttpStatusCode status, string code) => code switch
    {
        "ExpiredIteratorException" => KinesisErrorKind.ExpiredIterator,
        "ProvisionedThroughputExceededException" or "LimitExceededException" or "ThrottlingException" or "KMSThrottlingException" or "RequestLimitExceeded"
            or "TooManyRequestsException" => KinesisErrorKind.Throttled,
        "InvalidArgumentException" => KinesisErrorKind.InvalidPosition,
        "ResourceNotFoundException" => KinesisErrorKind.NotFound,
        // The stream is being created or changed; temporary credentials have just expired, and the next signature uses new ones; a page token is older than five minutes, and the listing begins again.
        "ResourceInUseException" or "ExpiredTokenException" or "ExpiredNextTokenException" or "InternalFailureException" or "InternalServerError" or "ServiceUnavailable"
            or "ServiceUnavailableException" => KinesisErrorKind.Transient,
        _ => status == HttpStatusCode.TooManyRequests ? KinesisErrorKind.Throttled
            : (int)status >= 500 || status == HttpStatusCode.RequestTimeout ? KinesisErrorKind.Transient
            : KinesisErrorKind.Permanent,
    };

    private static bool MayBeShown(string code) => code is "ResourceNotFoundException" or "ResourceInUseException" or "InvalidArgumentException" or "ValidationException"
        or "AccessDeniedException" or "LimitExceededException" or "ProvisionedThroughputExceededException" or "ExpiredIteratorException" or "SerializationException";

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What the service calls an error, and what it says of it; nothing where it is not the service that answers.</summary>
/// <param name="Code">Such as <c>ExpiredIteratorException</c>.</param>
/// <param name="Text">Its message.</param>
internal sealed record AwsError(string? Code, string? Text);
