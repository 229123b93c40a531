using Microsoft.Extensions.Logging;
using TypedCdc.Sql.Ports;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// Writes the records of one call in parts that the database can take: as large as <see cref="WriteSize"/> allows, halved after a time-out, and halved down to one record where an error
/// is known neither as a record's nor as the database's.
/// </summary>
internal sealed class SizedWrite(IRelationalStore store, WriteSize size, SinkMetrics metrics, SinkContext context, IReadOnlyList<CdcRecord> records)
{
    private const int UnknownAttempts = 3;

    // So many records that fail, and not one that succeeds: the database is at fault.
    private const int RecordsOfAnOutage = 20;

    private static readonly TimeSpan UnknownWait = TimeSpan.FromMilliseconds(50);

    private List<RejectedRecord>? _rejected;
    private int _isolated;  // records that failed alone, with an unknown error
    private int _succeeded; // records of parts that were written

    /// <summary>Writes all records.</summary>
    /// <param name="write">Writes a part of them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RejectedRecordsException">The database will never take some of them; all others are written.</exception>
    public async ValueTask RunAsync(Func<IReadOnlyList<CdcRecord>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var most = int.MaxValue; // of this call alone, while an unknown error is isolated
        var attempt = 1;
        for (var start = 0; start < records.Count;)
        {
            var count = Math.Min(Math.Min(size.Limit, most), records.Count - start);
            var part = count == records.Count ? records : [.. records.Skip(start).Take(count)];
            var started = context.TimeProvider.GetTimestamp();
            try
            {
                await write(part, cancellationToken);
                _succeeded += count;
            }
            catch (RejectedRecordsException error)
            {
                _succeeded += count - error.Rejected.Count;
                var offset = start;
                (_rejected ??= []).AddRange(error.Rejected.Select(one => one with { Index = one.Index + offset }));
            }
            catch (Exception error) when (count > 1 && !cancellationToken.IsCancellationRequested && store.Classify(error) == SqlFailure.TimedOut)
            {
                var elapsed = context.TimeProvider.GetElapsedTime(started);
                size.TimedOut(count, elapsed);
                metrics.Retried();
                context.Logger.LogWarning(
                    "A write of {Records} records to {Database} was cancelled after {Elapsed:0.0} s because it took too long. It is repeated with at most {Limit} records a write; the size grows again when writes are faster.",
                    count, store.Name, elapsed.TotalSeconds, size.Limit);
                continue;
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested && store.Classify(error) == SqlFailure.Unknown)
            {
                if (attempt < UnknownAttempts)
                {
                    metrics.Retried();
                    await Task.Delay(UnknownWait * attempt++, context.TimeProvider, cancellationToken);
                    continue;
                }

                if (count > 1)
                {
                    // One attempt a part from here on, until a record is alone.
                    most = count / 2;
                    continue;
                }

                if (++_isolated >= RecordsOfAnOutage && _succeeded == 0)
                {
                    throw;
                }

                (_rejected ??= []).Add(new(start, store.Explain(error)));
            }

            most = most < int.MaxValue / 2 ? most * 2 : int.MaxValue;
            size.Succeeded(count, context.TimeProvider.GetElapsedTime(started));
            start += count;
        }

        if (_rejected is not null)
        {
            throw new RejectedRecordsException(_rejected);
        }
    }
}
