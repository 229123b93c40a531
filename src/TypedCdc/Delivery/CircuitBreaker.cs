using System.Globalization;

namespace TypedCdc.Delivery;

/// <summary>Counts one subscriber's successes and dead letters; says when it is too much. Time comes from the caller.</summary>
internal sealed class CircuitBreaker(CircuitBreakerOptions options)
{
    // The window in slices: counts of the oldest are forgotten as time goes on.
    private const int Slices = 12;

    private readonly int[] _successes = new int[Slices];
    private readonly int[] _failures = new int[Slices];
    private long _slice;
    private int _consecutive;

    /// <summary>Why it opened; null while it is closed.</summary>
    internal string? Reason { get; private set; }

    internal void OnSuccess(TimeSpan now)
    {
        _consecutive = 0;
        MoveTo(now);
        _successes[_slice % Slices]++;
    }

    /// <summary>Counts a record that is to become a dead letter. Returns the reason where that is one too many: then it must not be stored.</summary>
    internal string? OnFailure(TimeSpan now)
    {
        MoveTo(now);
        _failures[_slice % Slices]++;
        _consecutive++;
        if (options.ConsecutiveDeadLetters is { } most && _consecutive > most)
        {
            return Reason = string.Create(CultureInfo.InvariantCulture, $"more than {most} records in a row would become dead letters");
        }

        var failures = _failures.Sum();
        var all = failures + _successes.Sum();
        if (options.DeadLetterRatio is { } ratio && all >= options.MinimumRecords && failures > ratio * all)
        {
            return Reason = string.Create(
                CultureInfo.InvariantCulture,
                $"{failures} of {all} records within {options.Window} would become dead letters, which is more than {ratio:P0}");
        }

        return null;
    }

    private void MoveTo(TimeSpan now)
    {
        var slice = now.Ticks / Math.Max(1, options.Window.Ticks / Slices);
        for (var stale = Math.Max(_slice + 1, slice - Slices + 1); stale <= slice; stale++)
        {
            _successes[stale % Slices] = 0;
            _failures[stale % Slices] = 0;
        }

        _slice = Math.Max(_slice, slice);
    }
}
