using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;

namespace TypedCdc.Kinesis;

/// <summary>
/// One AWS service's JSON protocol over HttpClient, signed by AWSSDK.Core's public handler. One attempt a call; errors come out classified. What a
/// service says of a request's signature or credentials is never repeated: it quotes the signed headers, the session token among them.
/// </summary>
internal sealed class AwsJsonTransport : IDisposable
{
    private const int MaximumAnswer = 128 * 1024 * 1024;
    private const int FirstRead = 64 * 1024;

    private static readonly MediaTypeHeaderValue Json11 = new("application/x-amz-json-1.1");

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string _targetPrefix;

    internal AwsJsonTransport(Uri endpoint, string service, string targetPrefix, AWSCredentials credentials, RegionEndpoint region, TimeSpan timeout)
    {
        _endpoint = endpoint;
        _targetPrefix = targetPrefix;
        var sockets = new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        _http = new(new SigV4SigningHandler(credentials, region, service, sockets)) { Timeout = timeout };
    }

    /// <summary>Makes one call.</summary>
    /// <returns>The answer's body, to be disposed when it was read.</returns>
    /// <exception cref="KinesisException">The service refused, or could not be reached.</exception>
    internal async Task<Body> SendAsync(string operation, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ReadOnlyMemoryContent(request) };
            message.Content.Headers.ContentType = Json11;
            message.Headers.Add("X-Amz-Target", $"{_targetPrefix}.{operation}");
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var body = await ReadAsync(response.Content, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return body;
            }

            using (body)
            {
                throw Refused(operation, response.StatusCode, body.Utf8.Span);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            throw new KinesisException(KinesisErrorKind.Transient, $"{operation}: no answer within {_http.Timeout}.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new KinesisException(KinesisErrorKind.Transient, $"{operation}: {_endpoint.Host} cannot be reached ({exception.GetType().Name}).");
        }
        catch (AmazonClientException exception)
        {
            // No credentials now: an expired session, an instance's metadata that does not answer. They may come back.
            throw new KinesisException(KinesisErrorKind.Transient, $"{operation}: no AWS credentials could be had ({exception.GetType().Name}).");
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<Body> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var expected = content.Headers.ContentLength;
        if (expected > MaximumAnswer)
        {
            throw new KinesisException(KinesisErrorKind.Transient, "The answer is larger than any that the service gives.");
        }

        // One more than expected: a full buffer would have to grow only to see the end.
        var buffer = ArrayPool<byte>.Shared.Rent((int)(expected + 1 ?? FirstRead));
        try
        {
            var length = 0;
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is var read and > 0)
            {
                length += read;
                if (length < buffer.Length)
                {
                    continue;
                }

                if (length >= MaximumAnswer)
                {
                    throw new KinesisException(KinesisErrorKind.Transient, "The answer is larger than any that the service gives.");
                }

                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            return new(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static KinesisException Refused(string operation, HttpStatusCode status, ReadOnlySpan<byte> body)
    {
        string? code = null, text = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                code = Text(json.RootElement, "__type")?.Split('#')[^1];
                text = Text(json.RootElement, "message") ?? Text(json.RootElement, "Message");
            }
        }
        catch (JsonException)
        {
            // A proxy's page, say. The status alone classifies it.
        }

        var kind = Classify(status, code);
        var message = $"{operation}: {code ?? status.ToString()}";
        return new(kind, MayBeShown(code) && text is not null ? $"{message}: {text}" : message, code);
    }

    private static KinesisErrorKind Classify(HttpStatusCode status, string? code) => code switch
    {
        "ExpiredIteratorException" => KinesisErrorKind.ExpiredIterator,
        "ProvisionedThroughputExceededException" or "LimitExceededException" or "ThrottlingException" or "KMSThrottlingException" or "RequestLimitExceeded"
            or "TooManyRequestsException" => KinesisErrorKind.Throttled,
        "InvalidArgumentException" => KinesisErrorKind.InvalidPosition,
        "ResourceNotFoundException" => KinesisErrorKind.NotFound,
        // The stream is being made or changed; temporary credentials have just run out, and the next signature uses new ones.
        "ResourceInUseException" or "ExpiredTokenException" or "RequestTimeTooSkewed" or "InternalFailureException" or "ServiceUnavailable" => KinesisErrorKind.Transient,
        _ => status == HttpStatusCode.TooManyRequests ? KinesisErrorKind.Throttled
            : (int)status >= 500 || status == HttpStatusCode.RequestTimeout ? KinesisErrorKind.Transient
            : KinesisErrorKind.Permanent,
    };

    private static bool MayBeShown(string? code) => code is "ResourceNotFoundException" or "ResourceInUseException" or "InvalidArgumentException" or "ValidationException"
        or "AccessDeniedException" or "LimitExceededException" or "ProvisionedThroughputExceededException" or "ExpiredIteratorException" or "SerializationException";

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>An answer's bytes in a pooled buffer.</summary>
    internal sealed class Body(byte[] buffer, int length) : IDisposable
    {
        private byte[]? _buffer = buffer;

        internal ReadOnlyMemory<byte> Utf8 => _buffer.AsMemory(0, length);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _buffer, null) is { } rented)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
