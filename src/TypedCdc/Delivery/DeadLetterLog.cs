using Microsoft.Extensions.Logging;
using TypedCdc.DeadLetters;

namespace TypedCdc.Delivery;

/// <summary>
/// Says that records were dead-lettered, without a line for each: a line when a subscriber begins to refuse records of a table for a reason, and at most one a minute for those that follow. The
/// dead letters themselves say all of it.
/// </summary>
internal sealed class DeadLetterLog(ILogger logger, TimeProvider time)
{
    /// <summary>Reasons are types of exceptions and tables' names come from records: what is kept has a bound.</summary>
    internal const int MaximumReasons = 1_000;

    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Subscriber, string? Table, string Reason), Further> _said = [];

    /// <summary>Says a dead letter, or counts it for a later line.</summary>
    internal void Say(DeadLetter letter, Exception exception)
    {
        var (level, further) = Count(letter);
        if (letter.TableName is null)
        {
            logger.UnreadableDeadLettered(level, exception, letter.Position);
        }
        else
        {
            logger.DeadLettered(level, exception, letter.Subscriber, letter.Position, letter.TableName, letter.Attempts);
        }

        if (further > 0)
        {
            logger.FurtherDeadLetters(further, letter.Subscriber, letter.TableName ?? "(unknown: no change records)", letter.ExceptionType);
        }
    }

    private (LogLevel Level, long Further) Count(DeadLetter letter)
    {
        var key = (letter.Subscriber, letter.TableName, letter.ExceptionType);
        lock (_gate)
        {
            if (!_said.TryGetValue(key, out var further))
            {
                if (_said.Count >= MaximumReasons)
                {
                    return (LogLevel.Debug, 0);
                }

                _said.Add(key, new() { Since = time.GetTimestamp() });
                return (LogLevel.Warning, 0);
            }

            further.Count++;
            if (time.GetElapsedTime(further.Since) < Interval)
            {
                return (LogLevel.Debug, 0);
            }

            var count = further.Count;
            (further.Count, further.Since) = (0, time.GetTimestamp());
            return (LogLevel.Debug, count);
        }
    }

    /// <summary>What was not said since the last line.</summary>
    private sealed class Further
    {
        public long Count { get; set; }

        public long Since { get; set; }
    }
}
