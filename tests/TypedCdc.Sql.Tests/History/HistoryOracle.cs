using System.Globalization;
using System.Numerics;

namespace TypedCdc.Sql.Tests.Histories;

/// <summary>What the history of customers must hold after a delivery. Knows nothing of the sink.</summary>
internal static class HistoryOracle
{
    /// <summary>The columns that are compared, in SQL of both databases; all of them text.</summary>
    public const string Select = """
        SELECT CAST(userid AS text) || '|' || CAST(cdc_timestamp AS text) || '|' || cdc_position || '|' || cdc_operation || '|' || coalesce(CAST(cdc_before AS text), '∅') || '|' || coalesce(CAST(cdc_after AS text), '∅')
        FROM customers__history
        """;

    public static string[] Expect(IEnumerable<History.Event> delivery) =>
        [.. delivery.Select(Line).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string Line(History.Event one)
    {
        var number = (one.Sequence ?? BigInteger.Zero).ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{one.Key}|{one.Time}|{number.Length:D3}:{number}|{one.Operation}|{Json(one.Old)}|{Json(one.New)}");
    }

    // Plain JSON has one text for each number: 1.50 is 1.5.
    private static string Json(string? item)
    {
        if (item is null)
        {
            return "∅";
        }

        var parts = item.Split('␟');
        return "{" + string.Join(',', ((string[])[
            parts[1].Length > 0 ? $"\"balance\":{parts[1].TrimEnd('0')}" : "", parts[0].Length > 0 ? $"\"first_name\":\"{parts[0]}\"" : "",
            parts[2].Length > 0 ? $"\"phone\":{parts[2]}" : "", $"\"userid\":{parts[3]}"]).Where(static part => part.Length > 0)) + "}";
    }
}
