using Microsoft.Extensions.Logging;

namespace TypedCdc.Sql;

/// <summary>What is said about rows that were written before columns were added.</summary>
internal static class LackingRows
{
    // A row of an export goes before what the table has of an item that has not changed since: it brings what the older model left out.
    private const string Remedy =
        "To fill them at once, export the DynamoDB table (aws dynamodb export-table-to-point-in-time) and run a worker that reads the export with cdc.FromFiles(…) once.";

    /// <summary>Says how many rows lack the columns.</summary>
    public static void Report(ILogger logger, string table, IEnumerable<string> columns, long rows) => logger.LogWarning(
        "{Rows} rows of '{Table}' were written before the columns {Columns} were added, and are NULL in them until their items change. " + Remedy, rows, table, string.Join(", ", columns));

    /// <summary>Says that rows may lack the columns, where counting them is not worth it.</summary>
    public static void Report(ILogger logger, string table, IEnumerable<string> columns) => logger.LogWarning(
        "The rows of '{Table}' that were written before the columns {Columns} were added are NULL in them until their items change. " + Remedy, table, string.Join(", ", columns));
}
