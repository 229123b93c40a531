using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TypedCdc.Checkpoints;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Tests.Fakes;

/// <summary>A real host that reads the fake service over HTTP, with its checkpoints in a file: what it keeps outlives its runs.</summary>
internal sealed class ReadingHost : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("typedcdc-kinesis-").FullName;
    private readonly Uri _endpoint;
    private readonly Lock _gate = new();
    private readonly List<(string Shard, string Text)> _written = [];

    internal ReadingHost(FakeKinesisServer server)
        : this(server.Endpoint)
    {
    }

    internal ReadingHost(Uri endpoint)
    {
        _endpoint = endpoint;
    }

    /// <summary>The leases that records came with, in the order of their first records.</summary>
    internal List<ShardLease> Leases { get; } = [];

    internal List<KinesisDataLoss> Losses { get; } = [];

    internal StringBuilder Log { get; } = new();

    /// <summary>Called before each write; may wait or throw.</summary>
    internal Func<CancellationToken, ValueTask>? BeforeWrite { get; set; }

    internal Action<KinesisSourceOptions>? Configure { get; set; }

    internal Action<CdcBuilder>? ConfigureCdc { get; set; }

    internal string CheckpointFile => Path.Combine(_folder, "checkpoints.json");

    internal string DeadLetters => File.Exists(DeadLetterFile) ? File.ReadAllText(DeadLetterFile) : "";

    private string DeadLetterFile => Path.Combine(_folder, "dead.jsonl");

    /// <summary>All records that the sink was given, in order, over all runs.</summary>
    internal List<(string Shard, string Text)> Written
    {
        get
        {
            lock (_gate)
                return [.. _written];
        }
    }

    internal static byte[] Insert(int id, int n) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$$"""
        {"awsRegion":"us-east-1","eventID":"00000000-0000-0000-0000-{{{id:D12}}}","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"items","dynamodb":{"ApproximateCreationDateTime":1720740233012995,"Keys":{"id":{"N":"{{{id}}}"}},"NewImage":{"id":{"N":"{{{id}}}"},"n":{"N":"{{{n}}}"}},"SizeBytes":9,"ApproximateCreationDateTimePrecision":"MICROSECOND"},"eventSource":"aws:dynamodb"}
        """));

    internal IHost Build()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(new LogInto(Log)).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddTypedCdc(cdc => (ConfigureCdc is null ? cdc : With(cdc))
            .FromKinesis(_endpoint + "wire?region=us-east-1", o =>
            {
                o.Checkpoints = new FileCheckpointStore(CheckpointFile);
                o.IdleDelay = TimeSpan.FromMilliseconds(200);
                o.CheckpointInterval = TimeSpan.FromMilliseconds(100);
                o.ShardListInterval = TimeSpan.FromSeconds(1);
                o.DataLossDetected = Losses.Add;
                Configure?.Invoke(o);
            })
            .Model<Item>()
            .DeadLettersToFile(DeadLetterFile)
            .To(new Sink(this)));
        return builder.Build();

        CdcBuilder With(CdcBuilder cdc)
        {
            ConfigureCdc(cdc);
            return cdc;
        }
    }

    internal string LogText
    {
        get
        {
            lock (Log)
                return Log.ToString();
        }
    }

    internal async Task<IHost> StartAsync()
    {
        var host = Build();
        await host.StartAsync();
        return host;
    }

    internal static async Task StopAsync(IHost host)
    {
        await host.StopAsync();
        host.Dispose();
    }

    internal static async Task Until(Func<bool> condition, int seconds = 60)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, "It did not come to be so in time.");
            await Task.Delay(20);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class Sink(ReadingHost host) : ISink
    {
        public async ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
        {
            if (host.BeforeWrite is { } before)
                await before(cancellationToken);
            lock (host._gate)
            {
                host.Leases.AddRange(records.Select(record => record.Lease).OfType<ShardLease>().Distinct().Except(host.Leases));
                host._written.AddRange(records.Select(record => (record.Position.Shard!.Shard, Encoding.UTF8.GetString(record.Keys.Span))));
            }
        }
    }

    private sealed class LogInto(StringBuilder log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (log)
                log.Append(logLevel).Append(' ').Append(eventId.Id).Append(' ').AppendLine(formatter(state, exception) + exception);
        }

        public void Dispose()
        {
        }
    }
}
