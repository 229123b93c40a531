// Traces, metrics and logs of a consumer, exported by OTLP: one trace goes from the record to the handler and to the row.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Quickstart;
using Telemetry;
using TypedCdc;

// Where to: OTEL_EXPORTER_OTLP_ENDPOINT (by default http://localhost:4317) and OTEL_EXPORTER_OTLP_PROTOCOL (grpc, http/protobuf), as OpenTelemetry defines them.
var resource = ResourceBuilder.CreateDefault().AddService("shop-cdc");
using var traces = Sdk.CreateTracerProviderBuilder()
    .SetResourceBuilder(resource)
    .AddSource(CdcDiagnostics.ActivitySourceName, Welcome.ActivitySourceName)
    .AddOtlpExporter()
    .Build();
using var metrics = Sdk.CreateMeterProviderBuilder()
    .SetResourceBuilder(resource)
    .AddMeter(CdcDiagnostics.MeterName)
    .AddOtlpExporter()
    .Build();

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddOpenTelemetry(logs => logs.SetResourceBuilder(resource).AddOtlpExporter());
builder.Services.AddTypedCdc(cdc => cdc
    .FromFiles(Path.Combine(AppContext.BaseDirectory, "events", "*.jsonl"))
    .DeadLettersToFile("telemetry.dead-letters.jsonl")
    .Configure(options => options.CircuitBreaker = new() { ConsecutiveDeadLetters = null, DeadLetterRatio = null })
    .Handle<Customer, Welcome>()
    .ToSqlite("telemetry.db", tables => tables.Add<Customer>()));

using var host = builder.Build();
await host.StartAsync();
await host.WaitForShutdownAsync();   // ends when the files do
metrics.ForceFlush();   // the last values, while their meter is there
