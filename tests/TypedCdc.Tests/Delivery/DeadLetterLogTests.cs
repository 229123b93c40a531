using System.Globalization;
using Microsoft.Extensions.Logging;
using TypedCdc.Changes;
using TypedCdc.DeadLetters;
using TypedCdc.Delivery;
using TypedCdc.Testing;

namespace TypedCdc.Tests.Delivery;

public class DeadLetterLogTests
{
    private readonly TestTimeProvider _clock = new();
    private readonly Lines _lines = new();

    [Fact]
    public void A_reason_is_said_once_and_then_counted_once_a_minute()
    {
        var log = new DeadLetterLog(_lines, _clock);
        for (var i = 0; i < 10_000; i++)
        {
            log.Say(Letter("orders", "Bad"), new FormatException());
        }

        Assert.Equal([121], _lines.Said);
        log.Say(Letter("orders", "Other"), new FormatException());
        log.Say(Letter("carts", "Bad"), new FormatException());
        log.Say(Letter(null, "Bad"), new FormatException());
        Assert.Equal([121, 121, 121, 127], _lines.Said);

        _clock.Advance(DeadLetterLog.Interval);
        log.Say(Letter("orders", "Bad"), new FormatException());
        log.Say(Letter("orders", "Bad"), new FormatException());
        Assert.Equal([121, 121, 121, 127, 128], _lines.Said);
        Assert.Contains("10000 further record(s) of table 'orders' were dead-lettered for 'Sink' (Bad)", _lines.Last, StringComparison.Ordinal);
        _clock.Advance(DeadLetterLog.Interval);
        log.Say(Letter("orders", "Bad"), new FormatException());
        Assert.Contains("2 further record(s)", _lines.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void Reasons_are_kept_up_to_a_bound()
    {
        var log = new DeadLetterLog(_lines, _clock);
        for (var table = 0; table < 3 * DeadLetterLog.MaximumReasons; table++)
        {
            log.Say(Letter(table.ToString(CultureInfo.InvariantCulture), "Bad"), new FormatException());
        }

        Assert.Equal(DeadLetterLog.MaximumReasons, _lines.Said.Count);
    }

    private static DeadLetter Letter(string? table, string exception) => new()
    {
        Time = DateTimeOffset.UnixEpoch,
        Application = "tests",
        Subscriber = "Sink",
        TableName = table,
        EventId = "",
        Position = default,
        Attempts = 1,
        ExceptionType = exception,
        Message = "",
        Payload = default,
    };

    private sealed class Lines : ILogger
    {
        public List<int> Said { get; } = [];

        public string Last { get; private set; } = "";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel > LogLevel.Debug)
            {
                Said.Add(eventId.Id);
                Last = formatter(state, exception);
            }
        }
    }
}
