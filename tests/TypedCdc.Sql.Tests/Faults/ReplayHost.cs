using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TypedCdc.DeadLetters;
using TypedCdc.Sources;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>
/// Replays a history through the whole host, as often as it is started, from behind the last checkpoint. What a checkpoint may say is what the source was told, kept here as a durable
/// store would keep it.
/// </summary>
internal sealed class ReplayHost(IReadOnlyList<History.Event> history, int seed, Action<CdcBuilder> sink)
{
    private static readonly ShardId Shard = TestRecord.Shard;

    private readonly Random _random = new(seed);
    private long _token; // each run is another owner
    private long _checkpoint = -1; // the index of the last acknowledged record

    /// <summary>The index in the history of the last record that a checkpoint says is done; -1 for none.</summary>
    public int Checkpoint => (int)Interlocked.Read(ref _checkpoint);

    public ConcurrentBag<DeadLetter> DeadLetters { get; } = [];

    /// <summary>How often the sink was tried again.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>Runs until the history is through, or the token says that the process dies.</summary>
    public async Task RunAsync(CancellationToken crash, TimeSpan pause)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", DisableDefaults = true });
        builder.Logging.AddProvider(new Listener(this));
        builder.Services.AddTypedCdc(cdc =>
        {
            cdc.From(new Source(this, pause));
            cdc.DeadLettersTo(new Store(this));
            cdc.Configure(static options => options.DrainTimeout = TimeSpan.FromMilliseconds(1));
            sink(cdc);
        });
        using var host = builder.Build();
        await host.RunAsync(crash);
    }

    /// <summary>How a sink has to be set for a test: it tries again soon.</summary>
    public static void RetrySoon(SinkOptions options)
    {
        options.Failure.BaseDelay = TimeSpan.FromMilliseconds(10);
        options.Failure.MaximumDelay = TimeSpan.FromMilliseconds(100);
        options.MaximumBatchRecords = 200;
    }

    private sealed class Source(ReplayHost host, TimeSpan pause) : IChangeSource
    {
        public string Name => "history";

        public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
        {
            var numbers = host.History.Select(static one => SequenceNumber.Parse(one.Sequence!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture))).ToArray();
            var next = host.Checkpoint + 1;
            var lease = new ShardLease("history", token: Interlocked.Increment(ref host._token), start: next == 0 ? null : numbers[next - 1]);
            await using var channel = context.OpenShard(Shard, lease);
            channel.WatermarkAdvanced = number =>
            {
                Interlocked.Exchange(ref host._checkpoint, Array.IndexOf(numbers, number));
                lease.Checkpoint = number;
            };
            try
            {
                while (next < numbers.Length && !cancellationToken.IsCancellationRequested)
                {
                    var batch = new RecordBatch(Shard);
                    for (var end = Math.Min(numbers.Length, next + host._random.Next(1, 60)); next < end; next++)
                    {
                        batch.Add(numbers[next], host.History[next].ToRecord().Utf8.Span);
                    }

                    await channel.PublishAsync(batch, cancellationToken);
                    await Task.Delay(pause, cancellationToken);
                }

                await channel.DrainAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The process dies: nothing is drained.
            }
        }
    }

    private IReadOnlyList<History.Event> History => history;

    private sealed class Store(ReplayHost host) : IDeadLetterStore
    {
        public ValueTask StoreAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
        {
            foreach (var letter in letters)
            {
                host.DeadLetters.Add(letter);
            }

            return default;
        }
    }

    private sealed class Listener(ReplayHost host) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            host.Said.Enqueue($"{logLevel} {formatter(state, exception)} {exception?.GetType().Name} {(exception as System.Data.Common.DbException)?.SqlState}");
    }
}
