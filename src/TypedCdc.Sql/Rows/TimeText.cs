using System.Globalization;
using TypedCdc.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Times as text, for databases without types of their own for them. Bytewise order is the order of time.</summary>
internal static class TimeText
{
    /// <summary>
    /// Writes a cell: a point in time as ISO 8601 in UTC with as much of a fraction as there is (<c>2024-07-12T01:17:42.5+00:00</c>), a day as <c>2024-07-12</c>, a time of
    /// day as <c>01:17:42.5</c>, a duration as .NET writes it (<c>1.02:03:04</c>).
    /// </summary>
    /// <param name="type">What the column holds.</param>
    /// <param name="value">Ticks of 100 ns; of a day, its number.</param>
    /// <param name="destination">At least 40 bytes.</param>
    /// <returns>How many bytes it took.</returns>
    public static int Format(ColumnType type, long value, Span<byte> destination)
    {
        int length;
        switch (type)
        {
            case ColumnType.Timestamp:
                new DateTime(value, DateTimeKind.Utc).TryFormat(destination, out length, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
                "+00:00"u8.CopyTo(destination[length..]);
                return length + 6;
            case ColumnType.Date:
                DateOnly.FromDayNumber((int)value).TryFormat(destination, out length, "yyyy-MM-dd", CultureInfo.InvariantCulture);
                return length;
            case ColumnType.Time:
                new TimeOnly(value).TryFormat(destination, out length, "HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
                return length;
            default:
                new TimeSpan(value).TryFormat(destination, out length, "c", CultureInfo.InvariantCulture);
                return length;
        }
    }
}
