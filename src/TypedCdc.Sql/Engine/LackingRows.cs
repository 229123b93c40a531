using Microsoft.Extensions.Logging;

namespace TypedCdc.Sql.Engine;

/// <summary>Reports rows that were written before columns were added.</summary>
internal static class LackingRows
{
    // A row of an export takes precedence over what the table has of an item that has not changed since: it brings what the older model left out.
    private const string Remedy =
        "To fill them at once, export the DynamoDB table (aws dynamodb export-table-to-point-in-time) and run a worker that reads the export with cdc.FromFiles(…) once.";

    /// <summary>Reports how many rows lack the columns.</summary>
    public static void Report(ILogger logger, string table, IEnumerable<string> columns, long rows) => logger.LogWarning(
        "{Rows} row(s) of '{Table}' were written before {Columns} added, and are NULL there until their items change. " + Remedy, rows, table, Describe(columns));

    /// <summary>Reports that rows may lack the columns, where counting them is not worth it.</summary>
    public static void Report(ILogger logger, string table, IEnumerable<string> columns) => logger.LogWarning(
        "The rows of '{Table}' that were written before {Columns} added are NULL there until their items change. " + Remedy, table, Describe(columns));

    private static string Describe(IEnumerable<string> columns)
    {
        var names = columns.Select(static column => $"'{column}'").ToList();
        return names is [var single] ? $"column {single} was" : $"columns {string.Join(", ", names)} were";
    }
}
