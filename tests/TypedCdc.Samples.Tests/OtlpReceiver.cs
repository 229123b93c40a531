using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Samples.Tests;

/// <summary>A collector: takes OTLP over HTTP (OpenTelemetry protocol specification, opentelemetry/proto/collector) and keeps what the tests ask for.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private WebApplication? _application;

    internal sealed record Span(string Service, string Scope, string Name, string TraceId, string SpanId, string ParentSpanId, Dictionary<string, string> Tags, List<string> LinkedSpanIds);

    internal sealed record Log(string Body, string TraceId, string SpanId);

    internal ConcurrentBag<Span> Spans { get; } = [];

    internal ConcurrentBag<(string Service, string Scope, string Name)> Metrics { get; } = [];

    internal ConcurrentBag<Log> Logs { get; } = [];

    internal string Endpoint => _application!.Urls.Single();

    internal static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.MapPost("/v1/traces", context => ReceiveAsync(context, receiver.AddSpans));
        application.MapPost("/v1/metrics", context => ReceiveAsync(context, receiver.AddMetrics));
        application.MapPost("/v1/logs", context => ReceiveAsync(context, receiver.AddLogs));
        receiver._application = application;
        await application.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _application!.DisposeAsync();

    private static async Task ReceiveAsync(HttpContext context, Action<ProtobufMessage> add)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        add(new(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf"; // an empty answer: all was taken
    }

    private void AddSpans(ProtobufMessage request)
    {
        foreach (var (service, scope, span) in Items(request))
        {
            Spans.Add(new(
                service, scope, span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4),
                span.All(9).ToDictionary(static tag => tag.Text(1), static tag => tag.All(2).Select(static value => value.Text(1)).FirstOrDefault() ?? ""),
                [.. span.All(13).Select(static link => link.Hex(2))]));
        }
    }

    private void AddMetrics(ProtobufMessage request)
    {
        foreach (var (service, scope, metric) in Items(request))
        {
            Metrics.Add((service, scope, metric.Text(1)));
        }
    }

    private void AddLogs(ProtobufMessage request)
    {
        foreach (var (_, _, log) in Items(request))
        {
            Logs.Add(new(log.All(5).Single().Text(1), log.Hex(9), log.Hex(10)));
        }
    }

    // All three kinds of requests have the same frame: resources, in them scopes, in them the items.
    private static IEnumerable<(string Service, string Scope, ProtobufMessage Item)> Items(ProtobufMessage request) =>
        from resource in request.All(1)
        let service = resource.All(1).SelectMany(static one => one.All(1)).Where(static tag => tag.Text(1) == "service.name").Select(static tag => tag.All(2).Single().Text(1)).Single()
        from scope in resource.All(2)
        from item in scope.All(2)
        select (service, scope.All(1).Single().Text(1), item);
}

/// <summary>A message in protobuf's wire format, read by field number.</summary>
internal sealed class ProtobufMessage(ReadOnlyMemory<byte> bytes)
{
    private readonly List<(int Field, ReadOnlyMemory<byte> Content)> _fields = Read(bytes);

    internal IEnumerable<ProtobufMessage> All(int field) => Contents(field).Select(static content => new ProtobufMessage(content));

    internal string Text(int field) => Encoding.UTF8.GetString(Contents(field).LastOrDefault().Span);

    internal string Hex(int field) => Convert.ToHexString(Contents(field).LastOrDefault().Span);

    private IEnumerable<ReadOnlyMemory<byte>> Contents(int field) => _fields.Where(one => one.Field == field).Select(static one => one.Content);

    private static List<(int, ReadOnlyMemory<byte>)> Read(ReadOnlyMemory<byte> bytes)
    {
        var fields = new List<(int, ReadOnlyMemory<byte>)>();
        var position = 0;
        while (position < bytes.Length)
        {
            var tag = Varint();
            var start = position;
            var length = (tag & 7) switch
            {
                0 => Skip(),
                1 => 8,
                5 => 4,
                2 => Length(),
                var type => throw new InvalidDataException($"There is no wire type {type}."),
            };
            if ((tag & 7) == 2)
            {
                start = position;
            }

            fields.Add(((int)(tag >> 3), bytes.Slice(start, length)));
            position = start + length;
        }

        return fields;

        ulong Varint()
        {
            var value = 0ul;
            for (var shift = 0; ; shift += 7)
            {
                var next = bytes.Span[position++];
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }

        int Skip()
        {
            var from = position;
            Varint();
            return position - from;
        }

        int Length() => (int)Varint();
    }
}
