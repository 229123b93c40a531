using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc.DeadLetters;
using TypedCdc.Lambda.Tests.Harness;

namespace TypedCdc.Lambda.Tests.MultiLang;

/// <summary>
/// The daemon's side, as strict as its Java: one action at a time, checkpoints only between an action and its status, none beyond what was given, none that goes back, none without a number
/// except at the shard's end; and nothing but JSON lines from the child.
/// </summary>
internal sealed class DaemonDriver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // a hang must fail, not hang

    private readonly Pipe _toChild = new();
    private readonly Pipe _fromChild = new();
    private readonly StreamReader _reader;
    private readonly List<(string Number, long Sub)> _given = [];
    private readonly MultiLangChild _child;
    private readonly CancellationTokenSource _killed = new();

    internal DaemonDriver(Recorder recorder, Action<CdcBuilder>? configure = null, Action<MultiLangOptions>? options = null, int concurrency = 1, IDeadLetterStore? letters = null)
        : this(
            services =>
            {
                services.AddSingleton(recorder);
                services.AddLogging();
                services.AddTypedCdc(cdc =>
                {
                    cdc.Handle<Customer, RecordingHandler>(handler => handler.Concurrency = concurrency)
                        .DeadLettersTo(letters ?? new DeadLetterList())
                        .OnFailure(failure =>
                        {
                            failure.MaximumAttempts = 2;
                            failure.BaseDelay = TimeSpan.FromMilliseconds(1);
                            failure.MaximumDelay = TimeSpan.FromMilliseconds(2);
                        });
                    configure?.Invoke(cdc);
                });
            },
            options)
    {
    }

    internal DaemonDriver(Action<IServiceCollection> configure, Action<MultiLangOptions>? options = null)
    {
        _child = MultiLangChild.Create(
            configure,
            child =>
            {
                child.StreamName = "dynamodb-cdc";
                child.CheckpointInterval = TimeSpan.Zero;
                child.BatchPatience = Patience;
                child.CheckpointRetryDelay = TimeSpan.Zero;
                options?.Invoke(child);
            });
        _reader = new(_fromChild.Reader.AsStream(), Encoding.UTF8);
        Exit = RunAsync();
    }

    /// <summary>The child's exit code.</summary>
    internal Task<int> Exit { get; }

    /// <summary>Every checkpoint that the child asked for; null for the shard's end.</summary>
    internal List<(string? Number, long? Sub)> Asked { get; } = [];

    /// <summary>The checkpoint that the lease table holds: what was asked for and not refused.</summary>
    internal (string? Number, long? Sub)? Checkpoint { get; private set; }

    /// <summary>What is answered to the next checkpoints: the simple name of an exception, or null.</summary>
    internal Queue<string?> Errors { get; } = new();

    internal Task InitializeAsync() =>
        DoAsync("initialize", $$"""{"action":"initialize","shardId":"{{TriggerEvents.Shard}}","sequenceNumber":"TRIM_HORIZON","subSequenceNumber":0}""");

    internal Task ProcessAsync(params IEnumerable<TestChange> changes) => ProcessAsync(changes.Select(change => (change, 0L)));

    internal Task ProcessAsync(IEnumerable<(TestChange Change, long Sub)> changes)
    {
        var records = changes.Select(record =>
        {
            _given.Add((record.Change.SequenceNumber, record.Sub));
            return string.Create(CultureInfo.InvariantCulture, $$"""
                {"action":"record","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(record.Change.ToKinesisJson()))}}","partitionKey":"1","sequenceNumber":"{{record.Change.SequenceNumber}}","approximateArrivalTimestamp":1545084650987,"subSequenceNumber":{{record.Sub}}}
                """);
        }).ToArray();
        return DoAsync("processRecords", $$"""{"action":"processRecords","millisBehindLatest":0,"records":[{{string.Join(',', records)}}]}""");
    }

    /// <summary>Sends a record that no <see cref="TestChange"/> makes.</summary>
    internal Task ProcessRawAsync(string data, string sequenceNumber)
    {
        _given.Add((sequenceNumber, 0));
        return DoAsync("processRecords", $$"""{"action":"processRecords","records":[{"data":"{{data}}","sequenceNumber":"{{sequenceNumber}}","subSequenceNumber":0}]}""");
    }

    internal Task ShutdownRequestedAsync() => DoAsync("shutdownRequested", """{"action":"shutdownRequested"}""");

    internal Task ShardEndedAsync() => DoAsync("shardEnded", """{"action":"shardEnded"}""");

    internal Task LeaseLostAsync() => DoAsync("leaseLost", """{"action":"leaseLost"}""");

    /// <summary>Sends an action and answers the child until its status comes.</summary>
    /// <exception cref="EndOfStreamException">The child has ended without one.</exception>
    internal async Task DoAsync(string action, string json)
    {
        await SendAsync(json);
        while (true)
        {
            var line = await _reader.ReadLineAsync().WaitAsync(Patience) ?? throw new EndOfStreamException($"The child ended instead of answering {action}.");
            using var message = JsonDocument.Parse(line);
            switch (message.RootElement.GetProperty("action").GetString())
            {
                case "status":
                    Assert.Equal(action, message.RootElement.GetProperty("responseFor").GetString());
                    return;
                case "checkpoint":
                    await CheckpointAsync(action, message.RootElement);
                    break;
                default:
                    Assert.Fail($"Not of the protocol: {line}");
                    break;
            }
        }
    }

    /// <summary>Closes the child's input, as the daemon does when it is done with it; then nothing more may come.</summary>
    internal async Task<int> CloseAsync()
    {
        await _toChild.Writer.CompleteAsync();
        var code = await Exit.WaitAsync(Patience);
        Assert.Equal("", await _reader.ReadToEndAsync());
        return code;
    }

    /// <summary>The process dies.</summary>
    internal async Task KillAsync()
    {
        await _killed.CancelAsync();
        await Exit.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _child.DisposeAsync();
        _reader.Dispose();
        _killed.Dispose();
    }

    internal async Task SendAsync(string json)
    {
        Assert.DoesNotContain('\n', json);
        await _toChild.Writer.WriteAsync(Encoding.UTF8.GetBytes(json + Environment.NewLine));
    }

    private async Task CheckpointAsync(string action, JsonElement message)
    {
        Assert.Contains(action, new[] { "processRecords", "shardEnded", "shutdownRequested", "shutdown" });
        var number = message.GetProperty("sequenceNumber").GetString();
        var sub = message.GetProperty("subSequenceNumber") is { ValueKind: JsonValueKind.Number } value ? value.GetInt64() : (long?)null;
        Assert.Equal(action is "shardEnded" or "shutdown", number is null);
        if (number is not null)
        {
            Assert.Contains((number, sub!.Value), _given);
            if (Checkpoint is { } before)
            {
                Assert.True(_given.IndexOf((number, sub.Value)) >= _given.IndexOf((before.Number!, before.Sub!.Value)), "A checkpoint went back.");
            }
        }

        Asked.Add((number, sub));
        var error = Errors.TryDequeue(out var next) ? next : null;
        if (error is null)
        {
            Checkpoint = (number, sub);
        }

        await SendAsync(JsonSerializer.Serialize(new { action = "checkpoint", sequenceNumber = number, subSequenceNumber = sub, error }));
    }

    private async Task<int> RunAsync()
    {
        await Task.Yield();
        await using var output = _fromChild.Writer.AsStream();
        return await _child.RunAsync(_toChild.Reader.AsStream(), output, _killed.Token);
    }
}
