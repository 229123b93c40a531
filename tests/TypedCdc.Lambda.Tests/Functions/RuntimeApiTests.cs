using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Lambda.Functions;
using TypedCdc.Lambda.Tests.Harness;

namespace TypedCdc.Lambda.Tests.Functions;

public sealed class RuntimeApiTests : IAsyncLifetime
{
    private readonly Recorder _recorder = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private FakeRuntimeApi _api = null!;
    private CdcFunction? _function;

    private static readonly TestChange[] Changes = [TestChange.Insert(1, "Ada", 1), TestChange.Insert(2, "Grace", 2)];

    public async Task InitializeAsync() => _api = await FakeRuntimeApi.StartAsync();

    public async Task DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_function is not null)
        {
            await _function.DisposeAsync();
        }

        await _api.DisposeAsync();
        _http.Dispose();
        _stopping.Dispose();
    }

    [Fact]
    public async Task Events_are_answered_one_after_the_other_until_the_process_is_to_end()
    {
        var running = Run();
        var first = _api.Send(TriggerEvents.Kinesis(Changes[0]));
        var answer = await _api.ReceiveAsync();
        Assert.Equal($"invocation/{first}/response", answer.Path);
        Assert.Equal("""{"batchItemFailures":[]}""", answer.Body);
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700", Environment.GetEnvironmentVariable("_X_AMZN_TRACE_ID"));

        _recorder.Before = (_, _) => throw new InvalidOperationException("broken");
        var second = _api.Send(TriggerEvents.DynamoDb(Changes[1]));
        answer = await _api.ReceiveAsync();
        Assert.Equal($"invocation/{second}/response", answer.Path);
        Assert.Equal([TestChange.Sequence(2)], TriggerEvents.Failures(answer.Body));

        Assert.False(running.IsCompleted);
        await _stopping.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_failed_event_is_an_error_and_the_next_one_is_served()
    {
        _ = Run();
        var failed = _api.Send("""{"Records":[{"body":"secret"}]}""");
        var error = await _api.ReceiveAsync();
        Assert.Equal($"invocation/{failed}/error", error.Path);
        Assert.Equal("TypedCdc.InvalidDataException", error.ErrorType);
        using (var body = JsonDocument.Parse(error.Body))
        {
            Assert.Equal("InvalidDataException", body.RootElement.GetProperty("errorType").GetString());
            Assert.Contains("neither of Kinesis nor of DynamoDB", body.RootElement.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
            Assert.NotEqual(0, body.RootElement.GetProperty("stackTrace").GetArrayLength());
        }

        Assert.DoesNotContain("secret", error.Body, StringComparison.Ordinal);

        _api.ResponseStatus = 413; // refused answers do not end the process either
        _api.Send(TriggerEvents.Kinesis(Changes[0]));
        Assert.EndsWith("/response", (await _api.ReceiveAsync()).Path, StringComparison.Ordinal);
        _api.Send(TriggerEvents.Kinesis(Changes[1]));
        Assert.EndsWith("/response", (await _api.ReceiveAsync()).Path, StringComparison.Ordinal);
        Assert.Equal(2, _recorder.Seen.Count);
    }

    [Fact]
    public async Task What_is_not_delivered_shortly_before_the_deadline_is_reported()
    {
        _recorder.Before = async (change, token) => await Task.Delay(change.Key.UserId == 2 ? Timeout.Infinite : 0, token);
        _ = Run();

        // No claim about speed: without the deadline the answer would never come.
        _api.Send(TriggerEvents.Kinesis(Changes), DateTimeOffset.UtcNow.AddSeconds(3));
        var answer = await _api.ReceiveAsync();
        Assert.EndsWith("/response", answer.Path, StringComparison.Ordinal);
        Assert.Equal([TestChange.Sequence(2)], TriggerEvents.Failures(answer.Body));

        // A deadline that is over already gives everything back.
        _api.Send(TriggerEvents.Kinesis(Changes[1]), DateTimeOffset.UtcNow.AddSeconds(-3));
        answer = await _api.ReceiveAsync();
        Assert.True(answer.Path.EndsWith("/error", StringComparison.Ordinal) || TriggerEvents.Failures(answer.Body) is [_], answer.Body);
    }

    [Fact]
    public async Task What_cannot_start_is_an_error_of_the_initialisation()
    {
        var running = Run(cdc => cdc.To<Customer>(new NeverReady()));
        var error = await _api.ReceiveAsync();
        Assert.Equal("init/error", error.Path);
        Assert.Equal("TypedCdc.InvalidOperationException", error.ErrorType);
        await Assert.ThrowsAsync<InvalidOperationException>(() => running.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task RunAsync_is_for_Lambda_only()
    {
        await using var function = Harness.Functions.Create(_recorder);
        var exception = await Assert.ThrowsAsync<CdcConfigurationException>(() => function.RunAsync());
        Assert.Contains("AWS_LAMBDA_RUNTIME_API", exception.Message, StringComparison.Ordinal);
    }

    private Task Run(Action<CdcBuilder>? configure = null)
    {
        _function = Harness.Functions.Create(_recorder, configure);
        var loop = new RuntimeApiLoop(_function, _http, _api.Endpoint, TimeSpan.FromMilliseconds(500), TimeProvider.System, NullLogger.Instance);
        return loop.RunAsync(_stopping.Token);
    }

    private sealed class NeverReady : ISink<Customer>
    {
        public ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("The password is wrong.");

        public ValueTask WriteAsync(IReadOnlyList<Change<Customer>> changes, CancellationToken cancellationToken) => default;
    }
}
