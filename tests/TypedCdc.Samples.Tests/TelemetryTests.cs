using System.Diagnostics;

namespace TypedCdc.Samples.Tests;

/// <summary>The Telemetry sample as a process, with a collector that looks at what it exports.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task One_trace_goes_from_the_record_to_the_handler_and_to_the_row()
    {
        var folder = Directory.CreateTempSubdirectory("typedcdc-telemetry-");
        await using var receiver = await OtlpReceiver.StartAsync();
        try
        {
            await RunAsync(folder.FullName, receiver.Endpoint);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        var spans = receiver.Spans.ToList();
        Assert.All(spans, static span => Assert.Equal("shop-cdc", span.Service));
        var welcomes = spans.Where(static span => span.Name == "welcome customer").ToList();
        Assert.NotEmpty(welcomes);
        foreach (var welcome in welcomes)
        {
            var trace = spans.Where(span => span.TraceId == welcome.TraceId).ToList();
            var root = Assert.Single(trace, static span => span.ParentSpanId.Length == 0);
            Assert.Equal(("TypedCdc", "cdc record"), (root.Scope, root.Name));
            var handler = Assert.Single(trace, span => span.SpanId == welcome.ParentSpanId);
            Assert.Equal((root.SpanId, "Welcome"), (handler.ParentSpanId, handler.Tags["cdc.subscriber"]));
            var row = Assert.Single(trace, static span => span.Name == "cdc deliver" && span.Tags["cdc.subscriber"] != "Welcome");
            Assert.Equal(root.SpanId, row.ParentSpanId);

            // Written alone, the row's span is the write; written with others, it is linked to the write of all of them.
            Assert.All(row.LinkedSpanIds, link => Assert.Contains(spans, batch => batch.SpanId == link && batch.Name == "cdc batch" && batch.LinkedSpanIds.Contains(root.SpanId)));
            Assert.Contains(receiver.Logs, log => log.TraceId == welcome.TraceId && log.SpanId == welcome.SpanId);
        }

        var metrics = receiver.Metrics.Where(static metric => metric is { Service: "shop-cdc", Scope: "TypedCdc" }).Select(static metric => metric.Name).ToHashSet();
        Assert.Superset(new HashSet<string> { "cdc.records", "cdc.lag", "cdc.work.duration", "cdc.dead_letters", "cdc.ties", "cdc.unmapped_attributes", "cdc.backlog" }, metrics);
    }

    private static async Task RunAsync(string folder, string endpoint)
    {
        var assembly = Path.Combine(Quickstart.RepositoryRoot, "samples", "Telemetry", "bin", Quickstart.Configuration, "net10.0", "Telemetry.dll");
        var start = new ProcessStartInfo("dotnet", [assembly]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
        start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{await output}\n{await error}");
    }
}
