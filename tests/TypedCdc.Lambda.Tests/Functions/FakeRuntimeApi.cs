using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Lambda.Tests.Functions;

/// <summary>Lambda's runtime API as its documentation describes it, on a free port.</summary>
internal sealed class FakeRuntimeApi : IAsyncDisposable
{
    private readonly Channel<(string Id, string Event, DateTimeOffset? Deadline)> _events = Channel.CreateUnbounded<(string, string, DateTimeOffset?)>();
    private readonly Channel<Posted> _posted = Channel.CreateUnbounded<Posted>();
    private WebApplication? _application;
    private int _number;

    /// <summary>Something that the runtime posted.</summary>
    internal sealed record Posted(string Path, string Body, string? ContentType, string? ErrorType, DateTimeOffset Time);

    internal string Endpoint => new Uri(_application!.Urls.Single()).Authority;

    /// <summary>What the API answers to a posted response.</summary>
    internal int ResponseStatus { get; set; } = StatusCodes.Status202Accepted;

    internal static async Task<FakeRuntimeApi> StartAsync()
    {
        var api = new FakeRuntimeApi();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.MapGet("/2018-06-01/runtime/invocation/next", api.NextAsync);
        application.MapPost("/2018-06-01/runtime/{**path}", api.PostAsync);
        api._application = application;
        await application.StartAsync();
        return api;
    }

    /// <summary>Queues an event. Returns its request id.</summary>
    internal string Send(string json, DateTimeOffset? deadline = null)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"8476a536-e9f4-11e8-9739-{++_number:D12}");
        _events.Writer.TryWrite((id, json, deadline));
        return id;
    }

    internal Task<Posted> ReceiveAsync() => _posted.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        await _application!.DisposeAsync();
    }

    private async Task NextAsync(HttpContext context)
    {
        var (id, json, deadline) = await _events.Reader.ReadAsync(context.RequestAborted);
        context.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = id;
        context.Response.Headers["Lambda-Runtime-Deadline-Ms"] =
            (deadline ?? DateTimeOffset.UtcNow.AddMinutes(1)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["Lambda-Runtime-Trace-Id"] = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700";
        context.Response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:123456789012:function:cdc";
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }

    private async Task PostAsync(HttpContext context, string path)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        context.Response.StatusCode = path.EndsWith("/response", StringComparison.Ordinal) ? ResponseStatus : StatusCodes.Status202Accepted;
        await _posted.Writer.WriteAsync(new(path, body, context.Request.ContentType, context.Request.Headers["Lambda-Runtime-Function-Error-Type"], DateTimeOffset.UtcNow));
    }
}
