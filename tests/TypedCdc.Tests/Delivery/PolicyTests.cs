using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using TypedCdc.Delivery;
using TypedCdc.Sinks;
using TypedCdc.Testing;

namespace TypedCdc.Tests.Delivery;

public class PolicyTests
{
    [Theory]
    [InlineData("prod-customers", "prod-customers", true)]
    [InlineData("prod-customers", "prod-customers2", false)]
    [InlineData("prod-customers", "Prod-customers", false)]
    [InlineData("prod-*", "prod-", true)]
    [InlineData("prod-*", "prod-customers", true)]
    [InlineData("prod-*", "my-prod-customers", false)]
    [InlineData("*-customers", "eu-customers", true)]
    [InlineData("*", "", true)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("a**b", "ab", true)]
    public void Patterns_of_table_names(string pattern, string name, bool expected) => Assert.Equal(expected, new TableNamePattern(pattern).Matches(name));

    [Fact]
    public void Failures_are_told_apart()
    {
        var options = new FailureOptions();
        Exception[] transient =
        [
            new TimeoutException(), new SocketException(), new HttpRequestException("x"), new HttpRequestException("x", null, HttpStatusCode.TooManyRequests),
            new HttpRequestException("x", null, HttpStatusCode.BadGateway), new IOException("x", new SocketException()), new TaskCanceledException(), new StaleLeaseException("x"),
            new DatabaseException("08006"), new DatabaseException("40001"), new DatabaseException("40P01"), new DatabaseException("53300"), new DatabaseException("57P01"),
            new AggregateException(new TimeoutException()), new InvalidOperationException("outer", new DatabaseException("57014")),
        ];
        Exception[] permanent = [new CdcDecodeException("x"), new RejectedRecordsException([]), new TransformException("x")];
        Exception[] unclassified =
        [
            new InvalidOperationException(), new HttpRequestException("x", null, HttpStatusCode.BadRequest), new DatabaseException("23505"), new DatabaseException(null),
            new DatabaseException("0800"), new IOException(),
        ];
        Assert.All(transient, exception => Assert.Equal(FailureKind.Transient, FailureClassifier.Classify(exception, options)));
        Assert.All(permanent, exception => Assert.Equal(FailureKind.Permanent, FailureClassifier.Classify(exception, options)));
        Assert.All(unclassified, exception => Assert.Equal(FailureKind.Unclassified, FailureClassifier.Classify(exception, options)));

        options.IsTransient = exception => exception is InvalidOperationException;
        options.IsPermanent = exception => exception is TimeoutException;
        Assert.Equal(FailureKind.Transient, FailureClassifier.Classify(new InvalidOperationException(), options));
        Assert.Equal(FailureKind.Permanent, FailureClassifier.Classify(new TimeoutException(), options));
    }

    [Fact]
    public async Task Waits_grow_up_to_their_limit_and_transient_failures_have_no_last_attempt()
    {
        var clock = new TestTimeProvider();
        var waits = new List<TimeSpan>();
        var retry = new RetryPipeline(new() { BaseDelay = TimeSpan.FromMilliseconds(200), MaximumDelay = TimeSpan.FromSeconds(30) }, clock, notice => waits.Add(notice.Delay), new Random(5).NextDouble);
        var attempts = 0;
        var run = retry.ExecuteAsync((_, _) => ++attempts < 500 ? throw new TimeoutException() : default, 0, default).AsTask();
        for (var step = 0; !run.IsCompleted; step++)
        {
            clock.AdvanceToNextTimer();
            await Task.Yield();
        }

        await run;
        Assert.Equal(500, attempts);
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
        Assert.InRange(waits[0], TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(600));
        Assert.True(waits[20..].Average(wait => wait.TotalSeconds) > 10);
        Assert.True(waits.Distinct().Count() > 5, "There is no jitter.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_failure_of_unknown_kind_has_its_number_of_attempts_and_a_permanent_one_a_single_one(int most)
    {
        var retry = new RetryPipeline(new() { MaximumAttempts = most, BaseDelay = TimeSpan.Zero }, TimeProvider.System, _ => { });
        var attempts = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => retry.ExecuteAsync((_, _) => ++attempts > 0 ? throw new InvalidOperationException() : default, 0, default).AsTask());
        Assert.Equal(most, attempts);

        attempts = 0;
        await Assert.ThrowsAsync<CdcDecodeException>(() => retry.ExecuteAsync((_, _) => ++attempts > 0 ? throw new CdcDecodeException("x") : default, 0, default).AsTask());
        Assert.Equal(1, attempts);
    }

    private sealed class DatabaseException(string? state) : DbException("x")
    {
        public override string? SqlState => state;
    }
}
