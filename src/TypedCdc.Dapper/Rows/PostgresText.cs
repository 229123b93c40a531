using System.Globalization;
using System.Text;
using System.Text.Json;
using TypedCdc.Schema;
using TypedCdc.Sql;
using TypedCdc.Sql.Rows;

namespace TypedCdc.DapperRows;

/// <summary>Cells as PostgreSQL's input functions take them (PostgreSQL documentation, "Data Types", "Array Input and Output Syntax").</summary>
internal static class PostgresText
{
    public static string Of(ColumnType type, RowBuffer rows, in Cell cell)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                return cell.Int64 != 0 ? "true" : "false";
            case ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64:
                return cell.Int64.ToString(CultureInfo.InvariantCulture);
            case ColumnType.Single:
                return ((float)cell.Double).ToString("R", CultureInfo.InvariantCulture);
            case ColumnType.Double:
                return cell.Double.ToString("R", CultureInfo.InvariantCulture);
            case ColumnType.Binary:
                return "\\x" + Convert.ToHexString(rows.Bytes(cell));
            case ColumnType.Interval:
                // Not days: they are another thing to PostgreSQL than 24 hours, and the sink writes none.
                var span = new TimeSpan(cell.Int64);
                var digits = span.ToString("mm\\:ss\\.ffffff", CultureInfo.InvariantCulture);
                return string.Create(CultureInfo.InvariantCulture, $"{(span < TimeSpan.Zero ? "-" : "")}{Math.Abs(span.Ticks / TimeSpan.TicksPerHour)}:{digits}");
            case ColumnType.Timestamp or ColumnType.Date or ColumnType.Time:
                Span<byte> text = stackalloc byte[40];
                return Encoding.UTF8.GetString(text[..TimeText.Format(type, cell.Int64, text)]);
            case ColumnType.TextArray or ColumnType.Int64Array or ColumnType.NumericArray or ColumnType.DoubleArray or ColumnType.BinaryArray:
                return Array(rows.Bytes(cell), isBinary: type == ColumnType.BinaryArray);
            default:
                return Encoding.UTF8.GetString(rows.Bytes(cell));
        }
    }

    private static string Array(ReadOnlySpan<byte> json, bool isBinary)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var text = new StringBuilder("{");
        foreach (var element in document.RootElement.EnumerateArray())
        {
            text.Append(text.Length > 1 ? "," : "");
            switch (element.ValueKind)
            {
                case JsonValueKind.Null:
                    text.Append("NULL");
                    break;
                case JsonValueKind.String when isBinary:
                    text.Append("\"\\\\x").Append(Convert.ToHexString(element.GetBytesFromBase64())).Append('"');
                    break;
                case JsonValueKind.String:
                    text.Append('"').Append(element.GetString()!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
                    break;
                default:
                    text.Append(element.GetRawText());
                    break;
            }
        }

        return text.Append('}').ToString();
    }
}
