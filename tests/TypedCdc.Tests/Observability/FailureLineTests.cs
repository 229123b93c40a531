using System.Net.Sockets;
using TypedCdc.Delivery;
using TypedCdc.Observability;

namespace TypedCdc.Tests.Observability;

/// <summary>What the log gets of an outage: one line, and a calm reminder.</summary>
public class FailureLineTests
{
    private static readonly DateTimeOffset Start = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_outage_is_one_line_whatever_its_parts_report_and_a_reminder_a_minute()
    {
        var health = new CdcHealth();
        Exception[] reasons = [new TimeoutException("slow"), new IOException("cut", new SocketException((int)SocketError.ConnectionReset)), new SocketException((int)SocketError.ConnectionRefused)];
        var lines = Enumerable.Range(0, 600).Select(second => health.OnFailing("sink", reasons[second % 3], Start.AddSeconds(second)).Line).ToList();
        Assert.Equal(FailureLine.News, lines[0]);
        Assert.Equal(Enumerable.Range(1, 9).Select(static minute => minute * 60), Enumerable.Range(0, 600).Where(second => lines[second] == FailureLine.Reminder));
        Assert.Single(lines, FailureLine.News);

        var over = health.OnSuccess("sink");
        Assert.Equal((Start, 600), (over!.Since, over.Attempts));
        Assert.Null(health.OnSuccess("sink"));
        Assert.Equal(FailureLine.News, health.OnFailing("sink", reasons[0], Start.AddHours(1)).Line);
    }

    [Fact]
    public void Another_reason_that_is_no_outage_is_a_line_of_its_own_once()
    {
        var health = new CdcHealth();
        Assert.Equal(FailureLine.News, health.OnFailing("handler", new TimeoutException(), Start).Line);
        Assert.Equal(FailureLine.News, health.OnFailing("handler", new InvalidOperationException(), Start).Line);
        Assert.Equal(FailureLine.News, health.OnFailing("other", new InvalidOperationException(), Start).Line);
        Assert.Equal(FailureLine.None, health.OnFailing("handler", new TimeoutException(), Start).Line);
        Assert.Equal(FailureLine.None, health.OnFailing("handler", new InvalidOperationException(), Start).Line);
    }

    [Fact]
    public void A_server_that_became_read_only_is_another_reason_than_one_that_went_down()
    {
        var health = new CdcHealth();
        Assert.Equal(FailureLine.News, health.OnFailing("sink", new Stated("57P01"), Start).Line);
        Assert.Equal(FailureLine.None, health.OnFailing("sink", new Stated("08006"), Start).Line);
        Assert.Equal(FailureLine.News, health.OnFailing("sink", new Stated("25006"), Start).Line);
        Assert.Equal(FailureLine.None, health.OnFailing("sink", new Stated("25006"), Start).Line);
    }

    private sealed class Stated(string state) : System.Data.Common.DbException("no")
    {
        public override string SqlState => state;
    }

    [Fact]
    public void A_failure_and_its_causes_are_one_line() => Assert.Equal(
        "Failed to connect to 127.0.0.1:5432: Connection refused.",
        FailureClassifier.Describe(new IOException("Failed to connect to 127.0.0.1:5432\n\nDETAIL: redacted", new TimeoutException("Connection refused.\r\n  more", new InvalidOperationException("refused")))));
}
