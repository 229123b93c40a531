using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TypedCdc.Observability;

namespace TypedCdc.Tests.Hosting;

/// <summary>A real host around a pipeline, with files and dead letters in a directory of its own and a record of what was logged.</summary>
internal sealed class TestHost : IDisposable
{
    private readonly Action<CdcBuilder> _configure;
    private readonly Action<HostApplicationBuilder>? _services;

    internal TestHost(Action<CdcBuilder> configure, Action<HostApplicationBuilder>? services = null)
    {
        _configure = configure;
        _services = services;
    }

    internal string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("typedcdc-").FullName;

    internal ConcurrentQueue<(int Id, LogLevel Level, string Text)> Logged { get; } = new();

    internal CdcStatistics Statistics { get; private set; } = new();

    internal CdcHealth Health { get; private set; } = new();

    internal string DeadLetterFile => Path.Combine(Directory, "dead-letters.jsonl");

    internal string[] DeadLetters => File.Exists(DeadLetterFile) ? File.ReadAllLines(DeadLetterFile) : [];

    internal string File1(string content, string name = "events.jsonl")
    {
        var path = Path.Combine(Directory, name);
        File.WriteAllText(path, content);
        return path;
    }

    internal IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "tests", EnvironmentName = "Production", ContentRootPath = Directory });
        builder.Logging.AddProvider(new Recorder(Logged));
        _services?.Invoke(builder);
        builder.Services.AddTypedCdc(cdc =>
        {
            cdc.DeadLettersToFile(DeadLetterFile);
            _configure(cdc);
        });
        var host = builder.Build();
        Statistics = host.Services.GetRequiredService<CdcStatistics>();
        Health = host.Services.GetRequiredService<CdcHealth>();
        return host;
    }

    /// <summary>Runs until the host stops by itself.</summary>
    internal async Task RunAsync()
    {
        using var host = Build();
        await host.RunAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private sealed class Recorder(ConcurrentQueue<(int Id, LogLevel Level, string Text)> logged) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logged.Enqueue((eventId.Id, logLevel, formatter(state, exception)));
    }
}
