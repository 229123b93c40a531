using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;

namespace TypedCdc.Kinesis.Api;

/// <summary>
/// One AWS service's JSON protocol over HttpClient, signed by AWSSDK.Core's public signer. One attempt a call; errors come out classified (<see cref="AwsErrors"/>). When the service refuses a
/// signature because of its time, the offset to the service's clock is taken from the answer's Date header, and later requests are signed with the service's time.
/// </summary>
internal sealed class AwsJsonTransport : IDisposable
{
    private const int MaximumAnswer = 128 * 1024 * 1024;
    private const int FirstRead = 64 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string _targetPrefix;
    private readonly MediaTypeHeaderValue _contentType;
    private readonly AWSCredentials _credentials;
    private readonly RegionEndpoint _region;
    private readonly string _service;
    private readonly TimeProvider _time;
    private long _clockOffset; // ticks, from this machine's clock to the service's

    internal AwsJsonTransport(
        Uri endpoint,
        string service,
        string targetPrefix,
        AWSCredentials credentials,
        RegionEndpoint region,
        TimeSpan timeout,
        TimeProvider? time = null,
        string contentType = "application/x-amz-json-1.1")
    {
        _endpoint = endpoint;
        _service = service;
        _targetPrefix = targetPrefix;
        _credentials = credentials;
        _region = region;
        _time = time ?? TimeProvider.System;
        _contentType = new(contentType);
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a login page is no answer, and a token is for the service alone
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        _http = new(sockets) { Timeout = timeout };
    }

    /// <summary>Makes one call.</summary>
    /// <returns>The answer's body, to be disposed when it was read.</returns>
    /// <exception cref="KinesisException">The service refused, or could not be reached.</exception>
    internal async Task<Body> SendAsync(string operation, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ReadOnlyMemoryContent(request) };
            await SignAsync(message, operation, request, cancellationToken);
            message.Content.Headers.ContentType = _contentType;
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var body = await ReadAsync(response.Content, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return body;
            }

            using (body)
            {
                throw Refused(operation, response, body.Utf8.Span);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException exception)
        {
            throw exception.InnerException is TimeoutException && exception.InnerException.InnerException is null
                ? new KinesisException(KinesisErrorKind.Transient, $"{operation}: {_endpoint.Host} did not accept a connection in time (time-out).", AwsErrors.Timeout)
                : new KinesisException(
                    KinesisErrorKind.Transient,
                    string.Create(CultureInfo.InvariantCulture, $"{operation}: {_endpoint.Host} did not answer within {_http.Timeout} (time-out)."),
                    AwsErrors.Timeout);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            var (reason, text) = AwsErrors.Network(exception);
            throw new KinesisException(KinesisErrorKind.Transient, $"{operation}: {_endpoint.Host} cannot be reached: {text}.", reason);
        }
        catch (AmazonClientException exception)
        {
            // No credentials now: an expired session, an instance's metadata service that does not answer. They may come back.
            throw new KinesisException(
                KinesisErrorKind.Transient, $"{operation}: the AWS credentials cannot be resolved ({exception.GetType().Name}).", AwsErrors.NoCredentials);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task SignAsync(HttpRequestMessage message, string operation, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var target = $"{_targetPrefix}.{operation}";
        var signing = new AWSSigningRequest { HttpMethod = HttpMethod.Post, RequestUri = _endpoint };
        signing.Headers["X-Amz-Target"] = target;
        signing.Headers["X-Amz-Content-Sha256"] = Convert.ToHexStringLower(SHA256.HashData(request.Span)); // spares the signer a copy of the body
        var signed = await AWSSigV4Signer.SignAsync(
            signing,
            new() { Credentials = _credentials, Region = _region, Service = _service, SignedAt = (_time.GetUtcNow() + new TimeSpan(Volatile.Read(ref _clockOffset))).UtcDateTime },
            cancellationToken);
        message.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        foreach (var (name, value) in signed.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private KinesisException Refused(string operation, HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        var error = AwsErrors.Read(response, body);
        var skew = response.Headers.Date is { } date ? date - _time.GetUtcNow() : (TimeSpan?)null;
        if (!AwsErrors.IsClockSkew(error, skew - new TimeSpan(Volatile.Read(ref _clockOffset))))
        {
            return AwsErrors.Refused(operation, response, error);
        }

        // The next request is signed with the service's time; what the service says of a signature is never repeated, because it quotes signed headers.
        Volatile.Write(ref _clockOffset, (skew ?? TimeSpan.Zero).Ticks);
        return new(
            KinesisErrorKind.Transient,
            skew is { } offset && offset.Duration() >= TimeSpan.FromSeconds(30)
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{operation}: {error.Code}: the service refuses the time of the signature. This machine's clock is {TimeSpan.FromSeconds(Math.Round(offset.Duration().TotalSeconds))} {(offset > TimeSpan.Zero ? "behind" : "ahead of")} the service's; requests are signed with the service's time. Synchronize the clock (NTP).")
                : $"{operation}: {error.Code}: the service refuses the time of the signature, although the clocks agree: the request took too long, or the process was paused.",
            error.Code);
    }

    private static async Task<Body> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var expected = content.Headers.ContentLength;
        if (expected > MaximumAnswer)
        {
            throw new KinesisException(KinesisErrorKind.Transient, "The answer is larger than any that the service sends.");
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
                    throw new KinesisException(KinesisErrorKind.Transient, "The answer is larger than any that the service sends.");
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
