using Microsoft.Extensions.Logging;
using TypedCdc.Delivery;
using TypedCdc.Sources;

namespace TypedCdc.Observability;

/// <summary>
/// The state of one source: which of its parts fail since when, and how far its shards are read. The log gets one line a reason and minute while reading fails, and one when all of it reads again;
/// a source that fails and recovers every second is no louder than that.
/// </summary>
internal sealed class SourceMonitor(string name, string system, string application, CdcOptions options, TimeProvider time, ILogger logger) : ISourceMonitor
{
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Failure> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _behind = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _loggedAt = new(StringComparer.Ordinal);   // by reason
    private volatile bool _isFailing;   // spares the lock where all is well
    private long _failingSince;         // since when one part at least has failed
    private bool _isLogged;             // whether this failure has a line in the log

    internal string Name => name;

    /// <summary>Null while the source reads, and until it has failed for long enough.</summary>
    internal CdcAlarm? Alarm
    {
        get
        {
            lock (_gate)
            {
                if (_failures.Count == 0)
                {
                    return null;
                }

                var oldest = _failures.Values.MinBy(failure => failure.Since)!;
                var age = time.GetElapsedTime(oldest.Since);
                return age < options.SourceDegradedAfter
                    ? null
                    : new(name, oldest.Reason, time.GetUtcNow() - age, oldest.Attempts) { IsCritical = age >= options.SourceUnhealthyAfter };
            }
        }
    }

    internal SourceStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                var failing = _failures.Count == 0 ? TimeSpan.Zero : time.GetElapsedTime(_failures.Values.Min(failure => failure.Since));
                return new(name, system, application, new Dictionary<string, TimeSpan>(_behind, StringComparer.Ordinal), failing);
            }
        }
    }

    public void Failed(string part, string reason, string message)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_failures.Count == 0)
            {
                _failingSince = now;
            }

            if (!_failures.TryGetValue(part, out var failure))
            {
                _failures.Add(part, failure = new(now));
            }

            failure.Attempts++;
            failure.Reason = reason;
            _isFailing = true;
            Log(reason, message, now);
        }
    }

    public void Succeeded(string part)
    {
        if (!_isFailing)
        {
            return;
        }

        lock (_gate)
        {
            if (_failures.Remove(part) && _failures.Count == 0)
            {
                Recovered();
            }
        }
    }

    public void SetBehindLatest(string shard, TimeSpan behindLatest)
    {
        lock (_gate)
        {
            _behind[shard] = behindLatest;
        }
    }

    public void Closed(string shard)
    {
        lock (_gate)
        {
            _behind.Remove(shard);
            if (_failures.Remove(shard) && _failures.Count == 0)
            {
                Recovered();
            }
        }
    }

    private void Log(string reason, string message, long now)
    {
        if (_loggedAt.TryGetValue(reason, out var before) && time.GetElapsedTime(before, now) < Reminder)
        {
            return;
        }

        _loggedAt[reason] = now;
        if (_isLogged)
        {
            logger.SourceStillFailing(name, time.GetElapsedTime(_failingSince, now), _failures.Values.Sum(failure => failure.Attempts), _failures.Count, message);
        }
        else
        {
            logger.SourceFailing(name, message);
            _isLogged = true;
        }
    }

    private void Recovered()
    {
        if (_isLogged)
        {
            logger.SourceRecovered(name, time.GetElapsedTime(_failingSince));
        }

        _isFailing = _isLogged = false;
    }

    private sealed class Failure(long since)
    {
        internal long Since { get; } = since;

        internal int Attempts { get; set; }

        internal string Reason { get; set; } = "";
    }
}
