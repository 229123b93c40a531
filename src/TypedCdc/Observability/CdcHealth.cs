using TypedCdc.Delivery;

namespace TypedCdc.Observability;

/// <summary>Which subscribers and sources are failing right now. Injectable; may be read at any time.</summary>
public sealed class CdcHealth
{
    private readonly Lock _gate = new();
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, CdcAlarm> _failing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _loggedAt = new(StringComparer.Ordinal); // by failing subscriber
    private readonly HashSet<(string Subscriber, string Reason)> _logged = [];                    // since it began to fail
    private readonly Dictionary<string, SourceMonitor> _sources = new(StringComparer.Ordinal);
    private CdcAlarm? _deadLetterStore;
    private CdcAlarm? _halted;
    private volatile bool _hasAlarms; // spares the lock where all is well

    /// <summary>What is wrong; empty where all is well.</summary>
    public IReadOnlyList<CdcAlarm> Alarms
    {
        get
        {
            lock (_gate)
            {
                return
                [
                    .. Nullable(_halted),
                    .. Nullable(_deadLetterStore),
                    .. _sources.Values.Select(source => source.Alarm).OfType<CdcAlarm>().OrderBy(alarm => alarm.Since),
                    .. _failing.Values.OrderBy(alarm => alarm.Since),
                ];
            }

            static CdcAlarm[] Nullable(CdcAlarm? alarm) => alarm is null ? [] : [alarm];
        }
    }

    /// <summary>Delivery has stopped by itself and does not go on in this process.</summary>
    public bool IsHalted
    {
        get
        {
            lock (_gate)
            {
                return _halted is not null;
            }
        }
    }

    /// <summary>Shows a source's alarm from now on, in place of an earlier run's.</summary>
    internal void Observe(SourceMonitor source)
    {
        lock (_gate)
        {
            _sources[source.Name] = source;
        }
    }

    /// <summary>
    /// Takes a failed attempt, and decides what the log gets: a line when it begins to fail, one for each reason that is new, and a reminder a minute. That a service cannot be reached is one reason,
    /// whatever its parts say of it one after the other.
    /// </summary>
    internal (CdcAlarm Alarm, FailureLine Line) OnFailing(string subscriber, Exception exception, DateTimeOffset now)
    {
        var reason = ReasonOf(exception);
        var logged = IsUnreachable(exception) ? "(unreachable)" : reason;
        lock (_gate)
        {
            var known = _failing.GetValueOrDefault(subscriber);
            var alarm = _failing[subscriber] = new(subscriber, reason, known?.Since ?? now, (known?.Attempts ?? 0) + 1);
            _hasAlarms = true;
            var line = _logged.Add((subscriber, logged)) ? FailureLine.News
                : now - _loggedAt.GetValueOrDefault(subscriber) >= Reminder ? FailureLine.Reminder
                : FailureLine.None;
            if (line != FailureLine.None)
            {
                _loggedAt[subscriber] = now;
            }

            return (alarm, line);
        }
    }

    /// <summary>The alarm that is over; null where the subscriber had not been failing.</summary>
    internal CdcAlarm? OnSuccess(string subscriber)
    {
        if (!_hasAlarms)
        {
            return null;
        }

        lock (_gate)
        {
            _failing.Remove(subscriber, out var over);
            _loggedAt.Remove(subscriber);
            _logged.RemoveWhere(one => string.Equals(one.Subscriber, subscriber, StringComparison.Ordinal));
            UpdateUnsynchronized();
            return over;
        }
    }

    /// <summary>True where the store had not been failing, or for another reason.</summary>
    internal bool OnDeadLetterStoreFailing(Exception exception, DateTimeOffset now)
    {
        var reason = ReasonOf(exception);
        lock (_gate)
        {
            var isNews = !string.Equals(_deadLetterStore?.Reason, reason, StringComparison.Ordinal);
            _deadLetterStore = new("(dead letters)", reason, _deadLetterStore?.Since ?? now, (_deadLetterStore?.Attempts ?? 0) + 1);
            _hasAlarms = true;
            return isNews;
        }
    }

    /// <summary>True where the store had been failing.</summary>
    internal bool OnDeadLettersStored()
    {
        if (!_hasAlarms)
        {
            return false;
        }

        lock (_gate)
        {
            var recovered = _deadLetterStore is not null;
            _deadLetterStore = null;
            UpdateUnsynchronized();
            return recovered;
        }
    }

    internal void OnHalted(string subscriber, string reason)
    {
        lock (_gate)
        {
            _halted = new(subscriber, reason, default, 0);
            _hasAlarms = true;
        }
    }

    // A database's exceptions are of one type; what they say in five characters holds no data.
    internal static string ReasonOf(Exception exception) =>
        exception is System.Data.Common.DbException { SqlState: { Length: 5 } state } ? exception.GetType().Name + " " + state : exception.GetType().Name;

    // SQLSTATE classes 08 and 57: the connection, and a server that goes down or comes up.
    private static bool IsUnreachable(Exception exception) => FailureClassifier.IsOutage(exception)
        && exception is not System.Data.Common.DbException { SqlState: { Length: 5 } and not (['0', '8', ..] or ['5', '7', ..]) };

    private void UpdateUnsynchronized() => _hasAlarms = _failing.Count > 0 || _deadLetterStore is not null || _halted is not null;
}

/// <summary>Something that is wrong.</summary>
/// <param name="Subscriber">The handler or sink, <c>(dead letters)</c> for the dead-letter store, the source's name for a source.</param>
/// <param name="Reason">What a source reports, such as <c>ConnectionRefused</c>; else the type of the exception, with the SQLSTATE of a database's, or why delivery has stopped. Never a message, which may hold data.</param>
/// <param name="Since">Since when it fails; default where delivery has stopped.</param>
/// <param name="Attempts">How many attempts have failed since.</param>
public sealed record CdcAlarm(string Subscriber, string Reason, DateTimeOffset Since, int Attempts)
{
    /// <summary>Whether it has lasted so long that the health check reports Unhealthy (<see cref="CdcOptions.SourceUnhealthyAfter"/>); for sources only.</summary>
    public bool IsCritical { get; init; }
}
