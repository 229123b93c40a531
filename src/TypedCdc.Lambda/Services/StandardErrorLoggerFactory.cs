using System.Globalization;
using Microsoft.Extensions.Logging;

namespace TypedCdc.Lambda.Services;

/// <summary>
/// Writes log lines to standard error: CloudWatch takes it from there, and under the MultiLangDaemon standard output belongs to the protocol. Small, because its start is part of
/// every cold start; register loggers of your own (<c>services.AddLogging(…)</c>) and it is not used.
/// </summary>
internal sealed class StandardErrorLoggerFactory(TextWriter output) : ILoggerFactory
{
    private readonly Lock _gate = new(); // one line at a time

    public ILogger CreateLogger(string categoryName) => new StandardErrorLogger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("Register loggers of your own with services.AddLogging(…) to use a provider.");

    public void Dispose()
    {
        // Standard error is the process's, not ours.
    }

    private void Write(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
        }
    }

    private sealed class StandardErrorLogger(StandardErrorLoggerFactory factory, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var level = logLevel switch
            {
                LogLevel.Information => "info",
                LogLevel.Warning => "warn",
                LogLevel.Error => "fail",
                _ => "crit",
            };
            var line = string.Create(CultureInfo.InvariantCulture, $"{level}: {category}[{eventId.Id}] {formatter(state, exception)}");
            factory.Write(exception is null ? line : line + Environment.NewLine + exception);
        }
    }
}
