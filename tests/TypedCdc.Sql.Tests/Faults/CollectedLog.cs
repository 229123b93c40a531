using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using LogEventId = Microsoft.Extensions.Logging.EventId;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>Keeps everything that is logged.</summary>
internal sealed class CollectedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<Entry> _entries = new();

    public IReadOnlyCollection<Entry> Entries => _entries;

    /// <summary>The SQLSTATEs of the exceptions that were logged.</summary>
    public IEnumerable<string> SqlStates => _entries.Select(static entry => (entry.Exception as System.Data.Common.DbException)?.SqlState).OfType<string>();

    /// <summary>All of it as a log file shows it, exceptions with all that they hold.</summary>
    public string Text => string.Join('\n', _entries.Select(static entry => $"{entry.Category} {entry.Level} {entry.Message} {entry.Exception}"));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    internal sealed record Entry(string Category, LogLevel Level, LogEventId Id, string Message, Exception? Exception);

    private sealed class Logger(CollectedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, LogEventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._entries.Enqueue(new(category, logLevel, eventId, formatter(state, exception), exception));
    }
}
