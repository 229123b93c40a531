using System.Globalization;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Cells as objects, for drivers that take those.</summary>
internal static class CellValues
{
    /// <summary>A cell as <c>SqlDialect.ToParameter</c> takes it.</summary>
    public static object? ToObject(RowBuffer rows, ColumnType type, in Cell cell) => cell.Kind switch
    {
        CellKind.Null => null,
        CellKind.Double => cell.Double,
        CellKind.Text => Encoding.UTF8.GetString(rows.Bytes(cell)),
        CellKind.Bytes => rows.Bytes(cell).ToArray(),
        _ => type switch
        {
            ColumnType.Boolean => cell.Int64 != 0,
            ColumnType.Timestamp => new DateTime(cell.Int64, DateTimeKind.Utc),
            ColumnType.Date => DateOnly.FromDayNumber((int)cell.Int64),
            ColumnType.Time => new TimeOnly(cell.Int64),
            ColumnType.Interval => new TimeSpan(cell.Int64),
            _ => cell.Int64,
        },
    };

    /// <summary>Whether <see cref="KeyText"/> can say of a value that came back from a database whether it is the one that went there.</summary>
    public static bool IsComparable(ColumnType type) =>
        type is ColumnType.Text or ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64 or ColumnType.Numeric or ColumnType.Binary or ColumnType.Guid;

    /// <summary>A key's value, sent or come back, in one spelling.</summary>
    public static string KeyText(ColumnType type, object? value) => (type, value) switch
    {
        (_, byte[] bytes) => Convert.ToBase64String(bytes),
        (ColumnType.Numeric, _) => Number(Convert.ToString(value, CultureInfo.InvariantCulture)!),
        (ColumnType.Guid, string text) => Guid.Parse(text).ToString("D"),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // A float's text, as some drivers give it for any number, would not do; those that keep exact numbers give text or a decimal.
    private static string Number(string text)
    {
        Span<byte> utf8 = stackalloc byte[DynamoDbNumber.MaxTextLength * 2];
        return Encoding.UTF8.TryGetBytes(text, utf8, out var length) ? DynamoDbNumber.Parse(utf8[..length]).ToString(null, CultureInfo.InvariantCulture) : text;
    }
}
