using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Lambda.Functions;

/// <summary>
/// Speaks Lambda's runtime API (AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", version 2018-06-01): waits for an event, invokes, answers.
/// </summary>
internal sealed partial class RuntimeApiLoop(CdcFunction function, HttpClient http, string endpoint, TimeSpan deadlineMargin, TimeProvider timeProvider, ILogger logger)
{
    // Lambda ends an initialisation after 10 s; sinks that are not ready by then are waited for in the first invocation.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(7);

    private readonly string _api = $"http://{endpoint}/2018-06-01/runtime/";

    internal async Task RunAsync(CancellationToken stopping)
    {
        await StartAsync(stopping);
        while (!stopping.IsCancellationRequested)
        {
            using var next = await NextAsync(stopping);
            if (next is not null)
            {
                await InvokeAsync(next);
            }
        }
    }

    private async Task StartAsync(CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(StartLimit, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            await function.StartAsync(both.Token);
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            // Begun again with the first event.
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, "(initialisation)");
            await PostErrorAsync("init/error", exception);
            throw;
        }
    }

    /// <summary>Null when the process is to end.</summary>
    private async Task<HttpResponseMessage?> NextAsync(CancellationToken stopping)
    {
        try
        {
            var next = await http.GetAsync(new Uri(_api + "invocation/next"), HttpCompletionOption.ResponseHeadersRead, stopping);
            next.EnsureSuccessStatusCode();
            return next;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task InvokeAsync(HttpResponseMessage next)
    {
        var request = Header(next, "Lambda-Runtime-Aws-Request-Id") ?? throw new InvalidDataException("Lambda's runtime API gave an event without a request id.");

        // Where the X-Ray SDK and OpenTelemetry's Lambda support look for it.
        Environment.SetEnvironmentVariable("_X_AMZN_TRACE_ID", Header(next, "Lambda-Runtime-Trace-Id"));
        using var deadline = new CancellationTokenSource(TimeLeft(next), timeProvider);
        Stream answer;
        try
        {
            await using var input = await next.Content.ReadAsStreamAsync(deadline.Token);
            answer = await function.InvokeAsync(input, deadline.Token);
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, request);
            await PostErrorAsync($"invocation/{request}/error", exception);
            return;
        }

        await using (answer)
        {
            using var content = new StreamContent(answer);
            content.Headers.ContentType = new("application/json");
            using var response = await http.PostAsync(new Uri($"{_api}invocation/{request}/response"), content);
            if (!response.IsSuccessStatusCode)
            {
                LogRefused(logger, request, (int)response.StatusCode); // Lambda has its reasons, such as a deadline that has passed, and gives the event again
            }
        }
    }

    private TimeSpan TimeLeft(HttpResponseMessage next)
    {
        if (!long.TryParse(Header(next, "Lambda-Runtime-Deadline-Ms"), NumberStyles.None, CultureInfo.InvariantCulture, out var deadline))
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = DateTimeOffset.FromUnixTimeMilliseconds(deadline) - timeProvider.GetUtcNow() - deadlineMargin;
        return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left;
    }

    private async Task PostErrorAsync(string path, Exception exception)
    {
        using var body = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("errorMessage"u8, exception.Message);
            writer.WriteString("errorType"u8, exception.GetType().Name);
            writer.WriteStartArray("stackTrace"u8);
            foreach (var line in (exception.StackTrace ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                writer.WriteStringValue(line);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        using var content = new ByteArrayContent(body.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.Add("Lambda-Runtime-Function-Error-Type", "TypedCdc." + exception.GetType().Name);
        using var response = await http.PostAsync(new Uri(_api + path), content);
        if (!response.IsSuccessStatusCode)
        {
            LogRefused(logger, path, (int)response.StatusCode);
        }
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    [LoggerMessage(400, LogLevel.Error, "Invocation {Request} has failed; Lambda gives the event again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string request);

    [LoggerMessage(401, LogLevel.Warning, "Lambda's runtime API refused the answer to {Request} with status {Status}")]
    private static partial void LogRefused(ILogger logger, string request, int status);
}
