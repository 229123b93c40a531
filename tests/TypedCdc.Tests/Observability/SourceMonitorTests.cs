using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using TypedCdc.Observability;
using TypedCdc.Testing;

namespace TypedCdc.Tests.Observability;

public sealed class SourceMonitorTests
{
    private readonly TestTimeProvider _time = new();
    private readonly Lines _log = new();
    private readonly CdcHealth _health = new();
    private readonly SourceMonitor _monitor;

    public SourceMonitorTests()
    {
        _monitor = new("orders", "aws.kinesis", "billing", new(), _time, _log);
        _health.Observe(_monitor);
    }

    [Fact]
    public void Failure_degrades_health_after_one_bound_and_makes_it_unhealthy_after_another()
    {
        _monitor.Failed("", "DnsFailure", "ListShards: x cannot be reached.");
        Assert.Equal((HealthStatus.Healthy, 0), (Status(), _health.Alarms.Count));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HealthStatus.Degraded, Status());
        var alarm = Assert.Single(_health.Alarms);
        Assert.Equal(("orders", "DnsFailure", 1, false), (alarm.Subscriber, alarm.Reason, alarm.Attempts, alarm.IsCritical));
        Assert.Equal(_time.GetUtcNow() - TimeSpan.FromSeconds(30), alarm.Since);
        _time.Advance(TimeSpan.FromMinutes(4.5));
        Assert.Equal(HealthStatus.Unhealthy, Status());
        _monitor.Succeeded("another");
        Assert.Equal(HealthStatus.Unhealthy, Status());
        _monitor.Succeeded("");
        Assert.Equal(HealthStatus.Healthy, Status());
    }

    [Fact]
    public void One_shard_that_cannot_be_read_is_enough_and_a_closed_one_no_longer_counts()
    {
        _monitor.Failed("shard-1", "Throttled", "slow down");
        _monitor.Succeeded("shard-2");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HealthStatus.Degraded, Status());
        _monitor.Closed("shard-1");
        Assert.Equal(HealthStatus.Healthy, Status());
    }

    [Fact]
    public void Log_repeats_itself_once_a_minute_and_says_how_long_it_has_lasted()
    {
        for (var second = 0; second < 150; second++)
        {
            _monitor.Failed("", "ConnectionRefused", "GetRecords: refused.");
            _monitor.Failed("shard-1", "ConnectionRefused", "GetRecords: refused.");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _monitor.Succeeded("shard-1");
        _monitor.Succeeded("");
        Assert.Collection(
            _log,
            line => Assert.Equal("Warning: Source 'orders' cannot read: GetRecords: refused. It is retried with growing delays", line),
            line => Assert.Equal("Warning: Source 'orders' has not been able to read for 00:01:00 (121 attempts, 2 part(s) of it): GetRecords: refused. It is still retried", line),
            line => Assert.Equal("Warning: Source 'orders' has not been able to read for 00:02:00 (241 attempts, 2 part(s) of it): GetRecords: refused. It is still retried", line),
            line => Assert.Equal("Information: Source 'orders' reads again after 00:02:30", line));
    }

    [Fact]
    public void Source_that_fails_and_recovers_every_second_is_not_louder()
    {
        for (var second = 0; second < 59; second++)
        {
            _monitor.Failed("", "Throttled", "slow down");
            _time.Advance(TimeSpan.FromSeconds(1));
            _monitor.Succeeded("");
        }

        Assert.Equal(2, _log.Count);
    }

    [Fact]
    public void Another_reason_is_logged_at_once()
    {
        _monitor.Failed("", "DnsFailure", "one");
        _monitor.Failed("", "TlsFailure", "two");
        Assert.Equal(2, _log.Count);
    }

    private HealthStatus Status() => new CdcHealthCheck(_health).CheckHealthAsync(new()).Result.Status;

    private sealed class Lines : List<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add($"{logLevel}: {formatter(state, exception)}");
    }
}
