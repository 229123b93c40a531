using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using TypedCdc.Kinesis.Tests.Fakes;
using TypedCdc.Observability;

namespace TypedCdc.Kinesis.Tests;

/// <summary>A source that cannot read shows in the health check, the log and the statistics, with the reason.</summary>
public sealed class SourceAlarmTests
{
    [Fact]
    public async Task Service_that_is_unreachable_from_the_start_degrades_health_and_then_makes_it_unhealthy()
    {
        using var reading = Reading(new("http://127.0.0.1:1/"));
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => Status(host) == HealthStatus.Degraded);
        await ReadingHost.Until(() => Status(host) == HealthStatus.Unhealthy);
        var alarm = Assert.Single(host.Services.GetRequiredService<CdcHealth>().Alarms);
        Assert.Equal(("wire", "ConnectionRefused", true), (alarm.Subscriber, alarm.Reason, alarm.IsCritical));
        Assert.True(alarm.Attempts > 1);
        Assert.Contains("the connection was refused", reading.LogText, StringComparison.Ordinal);
        Assert.True(Assert.Single(host.Services.GetRequiredService<CdcStatistics>().Sources).FailingFor > TimeSpan.FromMilliseconds(500));
        await ReadingHost.StopAsync(host);
        // One line for all attempts of the first minute.
        Assert.Single(Lines(reading), line => line.Contains("cannot read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Service_that_goes_away_in_the_middle_alarms_and_recovers()
    {
        var server = await FakeKinesisServer.StartAsync("wire", shards: 1);
        var (stream, port) = (server.Stream, server.Endpoint.Port);
        using var reading = Reading(server.Endpoint);
        stream.Put(stream.Shards[0], ReadingHost.Insert(0, 1));
        var host = await reading.StartAsync();
        await ReadingHost.Until(() => reading.Written.Count == 1);
        Assert.Equal(HealthStatus.Healthy, Status(host));
        await server.DisposeAsync();
        await ReadingHost.Until(() => Status(host) == HealthStatus.Unhealthy);

        await using var again = await FakeKinesisServer.StartAsync(stream, port);
        stream.Put(stream.Shards[0], ReadingHost.Insert(1, 1));
        await ReadingHost.Until(() => reading.Written.Count == 2 && Status(host) == HealthStatus.Healthy);
        await ReadingHost.StopAsync(host);
        Assert.Contains(Lines(reading), line => line.Contains("reads again after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lag_of_each_shard_shows_in_the_statistics()
    {
        await using var server = await FakeKinesisServer.StartAsync("wire", shards: 2);
        using var reading = Reading(server.Endpoint);
        for (var id = 0; id < 10; id++)
            server.Stream.Put(server.Stream.Shards[0], ReadingHost.Insert(id, 1));
        server.Mutate = static (operation, answer) =>
            operation == "GetRecords" ? answer.Replace("\"MillisBehindLatest\":0", "\"MillisBehindLatest\":7000", StringComparison.Ordinal) : answer;
        var host = await reading.StartAsync();
        var statistics = host.Services.GetRequiredService<CdcStatistics>();
        await ReadingHost.Until(() => statistics.Sources.SingleOrDefault()?.Shards.Count == 2);
        var source = Assert.Single(statistics.Sources);
        Assert.Equal(("wire", "aws.kinesis", TimeSpan.FromSeconds(7)), (source.Name, source.System, source.BehindLatest));
        server.Mutate = null;
        await ReadingHost.Until(() => statistics.Sources.Single().BehindLatest == TimeSpan.Zero);
        await ReadingHost.StopAsync(host);
    }

    private static ReadingHost Reading(Uri endpoint) => new(endpoint)
    {
        ConfigureCdc = static cdc => cdc.Configure(static o =>
        {
            o.SourceDegradedAfter = TimeSpan.FromMilliseconds(300);
            o.SourceUnhealthyAfter = TimeSpan.FromMilliseconds(900);
        }),
    };

    private static HealthStatus Status(IHost host) =>
        host.Services.GetRequiredService<CdcHealthCheck>().CheckHealthAsync(new()).GetAwaiter().GetResult().Status;

    private static string[] Lines(ReadingHost reading) => reading.LogText.Split('\n');
}
