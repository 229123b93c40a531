using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;

namespace TypedCdc.Services;

/// <summary>A plain client of an AWS JSON service, for what tests must do around the product, without the product's own client.</summary>
public sealed class AwsJsonClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string _target;
    private readonly string _contentType;

    /// <summary>Makes one with dummy credentials.</summary>
    public AwsJsonClient(Uri endpoint, string service, string target, string contentType)
    {
        _endpoint = endpoint;
        _target = target;
        _contentType = contentType;
        _http = new(new SigV4SigningHandler(new BasicAWSCredentials("test", "test"), RegionEndpoint.USEast1, service, new SocketsHttpHandler()));
    }

    /// <summary>Calls an operation.</summary>
    /// <exception cref="AwsJsonException">The service answered with an error.</exception>
    public async Task<JsonObject> CallAsync(string operation, JsonObject request, CancellationToken cancellationToken = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.ToJsonString())) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(_contentType);
        message.Headers.Add("X-Amz-Target", $"{_target}.{operation}");
        using var answer = await _http.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new AwsJsonException(operation, answer.StatusCode, Encoding.UTF8.GetString(body));
        return body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

/// <summary>An AWS service answered with an error.</summary>
/// <param name="operation">What was asked.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="body">What it said.</param>
public sealed class AwsJsonException(string operation, System.Net.HttpStatusCode status, string body) : Exception($"{operation}: {(int)status} {body}");
