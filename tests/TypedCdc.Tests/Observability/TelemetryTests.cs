using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TypedCdc.Observability;
using TypedCdc.Testing;
using TypedCdc.Tests.Hosting;

namespace TypedCdc.Tests.Observability;

public class TelemetryTests
{
    private readonly Journal _journal = new();

    private CdcTestHost Start() => CdcTestHost.Start(
        cdc => cdc.Handle<Customer, RecordingHandler>().To(new TestSink<Customer>()), services => services.AddSingleton(_journal));

    private static Customer Person(long id, string name) => new() { UserId = id, FirstName = name };

    [Fact]
    public async Task Metrics_say_what_the_statistics_say()
    {
        var sums = new ConcurrentDictionary<string, double>();
        await using var host = Start();
        var telemetry = host.Services.GetRequiredService<CdcTelemetry>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter, telemetry.Meter))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        host.Put(Person(1, "a"));
        host.Put(Person(1, "b"));
        host.Fail<RecordingHandler>(times: 6);
        host.SendRaw(System.Text.Encoding.UTF8.GetBytes(Events.Insert(3, "c", "orders")));
        await host.WaitUntilSettledAsync();
        listener.RecordObservableInstruments();

        Assert.Equal(1, sums["cdc.records modify done"]);
        Assert.Equal(1, sums["cdc.records any dead_letter"]);
        Assert.Equal(1, sums["cdc.records any unknown"]);
        Assert.Equal(1, sums["cdc.dead_letters RecordingHandler"]);
        Assert.Equal(5, sums["cdc.retries RecordingHandler"]);
        Assert.Equal(0, sums["cdc.in_flight.records "]);
        Assert.True(sums.ContainsKey("cdc.lag RecordingHandler"));
        Assert.True(sums.ContainsKey("cdc.work.duration TestSink`1"));
        Assert.Equal(0, sums["cdc.backlog RecordingHandler"]);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = tags.ToArray().Where(tag => tag.Key != "cdc.table").Select(tag => tag.Value);
            sums.AddOrUpdate($"{instrument.Name} {string.Join(' ', labels)}", value, (_, sum) => sum + value);
        }
    }

    [Fact]
    public async Task One_trace_goes_from_the_record_to_what_the_handler_does()
    {
        using var own = new ActivitySource("handler's own");
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "TypedCdc" or "handler's own",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        _journal.Before = (_, _) =>
        {
            using var activity = own.StartActivity("insert row");
            return default;
        };
        await using var host = Start();
        host.Put(Person(41_001, "secret"));
        await host.WaitUntilSettledAsync();
        await DeliveryTests.Until(() => ended.Any(activity => activity.OperationName == "cdc record" && IsOurs(activity)));

        // Other tests run beside this one and are listened to as well.
        var row = Assert.Single(ended, activity => activity.OperationName == "insert row");
        var delivery = Assert.Single(ended, activity => activity.SpanId == row.ParentSpanId);
        var record = Assert.Single(ended, activity => activity.SpanId == delivery.ParentSpanId);
        Assert.Equal(("cdc deliver", "cdc record"), (delivery.OperationName, record.OperationName));
        Assert.Equal(record.TraceId, row.TraceId);
        Assert.Equal(default, record.ParentSpanId);
        Assert.Equal("RecordingHandler", delivery.GetTagItem("cdc.subscriber"));
        Assert.Equal("1", record.GetTagItem("cdc.sequence_number"));

        // The sink's batch of one is in the same trace.
        Assert.Contains(ended, activity => activity.TraceId == record.TraceId && (string?)activity.GetTagItem("cdc.subscriber") == "TestSink`1");

        // Neither keys nor values.
        Assert.DoesNotContain(record.TagObjects.Concat(delivery.TagObjects), tag => tag.Value?.ToString() is "secret" or "41001");

        bool IsOurs(Activity activity) => ended.Any(other => other.OperationName == "insert row" && other.TraceId == activity.TraceId);
    }

    [Fact]
    public async Task Each_record_of_a_batch_has_its_own_trace_down_to_the_write()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "TypedCdc" or "database driver",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var sink = new DriverSink();
        await using (var host = CdcTestHost.Start(cdc => cdc.Handle<Customer, RecordingHandler>().To(sink), services => services.AddSingleton(_journal)))
        {
            for (var id = 0; id < 20; id++)
            {
                host.Put(Person(52_000 + id, "x"));
            }

            await host.WaitUntilSettledAsync();
        }

        var mine = ended.Where(activity => (string?)activity.GetTagItem("cdc.subscriber") == nameof(DriverSink)).ToList();
        var deliveries = mine.Where(static activity => activity.OperationName == "cdc deliver").ToList();
        Assert.Equal(20, deliveries.Count);
        Assert.Equal(20, deliveries.Select(static delivery => delivery.TraceId).Distinct().Count());
        Assert.All(deliveries, delivery => Assert.Contains(ended, record => record.OperationName == "cdc record" && record.SpanId == delivery.ParentSpanId));

        // Where they were written together, the trace and the batch know of each other, and the driver's span is the batch's.
        var batches = mine.Where(static activity => activity.OperationName == "cdc batch").ToList();
        Assert.NotEmpty(batches);
        foreach (var batch in batches)
        {
            var records = batch.Links.Select(static link => link.Context.SpanId).ToHashSet();
            var linked = deliveries.Where(delivery => delivery.Links.Any(link => link.Context.SpanId == batch.SpanId)).ToList();
            Assert.Equal(batch.GetTagItem("cdc.records"), linked.Count);
            Assert.All(linked, delivery => Assert.Contains(delivery.ParentSpanId, records));
            Assert.Contains(ended, driver => driver.OperationName == "COPY" && driver.ParentSpanId == batch.SpanId);
        }

        Assert.Equal(1, mine.Count(static activity => activity.Status == ActivityStatusCode.Error && activity.OperationName == "cdc deliver"));
    }

    /// <summary>Has a driver that is traced, and refuses the first record.</summary>
    private sealed class DriverSink : ISink
    {
        private readonly ActivitySource _driver = new("database driver");

        public async ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
        {
            using var copy = _driver.StartActivity("COPY");
            await Task.Yield();
            if (records[0].Position.SequenceNumber.ToString(null, null) == "1")
            {
                throw new RejectedRecordsException([new(0, new FormatException("no"))]);
            }
        }
    }

    [Fact]
    public async Task The_health_check_is_degraded_while_something_fails()
    {
        await using var host = Start();
        var check = host.Services.GetRequiredService<CdcHealthCheck>();
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new())).Status);

        host.Fail<RecordingHandler>(times: 2);
        host.Put(Person(1, "a"));
        host.Send();
        await DeliveryTests.Until(() => host.Health.Alarms.Count > 0);
        var degraded = await check.CheckHealthAsync(new());
        Assert.Equal(HealthStatus.Degraded, degraded.Status);
        Assert.Equal("Failing, and tried again: RecordingHandler.", degraded.Description);

        await host.WaitUntilSettledAsync();
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new())).Status);
    }

    [Fact]
    public async Task Neither_keys_nor_values_are_logged()
    {
        using var files = new TestHost(null!);
        var misfit = Events.Insert(424_242, "top-secret").Replace("{\"S\":\"top-secret\"}", "{\"BOOL\":true}", StringComparison.Ordinal);
        var file = files.File1(string.Join('\n', misfit, Events.Insert(424_242, "top-secret"), "{\"top-secret\":"));
        using var host = new TestHost(cdc => cdc.FromFiles(file).Handle<Customer, RecordingHandler>(), builder => builder.Services.AddSingleton(_journal));
        await host.RunAsync();
        Assert.Equal(2, host.DeadLetters.Length);
        Assert.DoesNotContain(host.Logged, entry => entry.Text.Contains("top-secret", StringComparison.Ordinal) || entry.Text.Contains("424242", StringComparison.Ordinal));
    }
}
