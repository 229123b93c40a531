using System.Text;
using TypedCdc.Sql;
using TypedCdc.Sql.Rows;

namespace TypedCdc;

/// <summary>
/// The version of a row, as the column <c>cdc_ver</c> holds it and the generated statements take it as <c>@cdc_ver</c>: microseconds as 19 digits, <c>:</c>, the length of the
/// sequence number as 3 digits, the sequence number. Bytewise order is the order of (time, sequence number).
/// </summary>
public static class CdcVersion
{
    /// <summary>
    /// The version of a change: its time, and its sequence number where it came through a host and is not a scan's row.
    /// </summary>
    /// <exception cref="ArgumentException">The change was made before 1970, which a version cannot say.</exception>
    public static string Of<T>(Change<T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var position = change.Position;
        return Format(change.Timestamp, change.Operation != ChangeOperation.Snapshot && position.Shard is not null ? position.SequenceNumber : null, nameof(change));
    }

    /// <summary>The version of a row that is not from the stream, such as one of your own initial load: older than every change of the same instant.</summary>
    /// <param name="time">When the row was so; take the start of the load minus a margin (5 minutes) for clocks that differ.</param>
    /// <exception cref="ArgumentException">Before 1970.</exception>
    public static string At(DateTimeOffset time) => Format(time, null, nameof(time));

    private static string Format(DateTimeOffset time, SequenceNumber? sequenceNumber, string parameter)
    {
        var microseconds = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        if (time < DateTimeOffset.UnixEpoch)
        {
            throw new ArgumentException("A row's version cannot say a time before 1970.", parameter);
        }

        Span<byte> text = stackalloc byte[RowVersion.MaximumLength];
        return Encoding.ASCII.GetString(text[..RowVersion.Format(text, microseconds, sequenceNumber)]);
    }
}
