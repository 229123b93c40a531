using SQLitePCL;

namespace Quickstart;

/// <summary>Prints a view of the SQLite database as a table, in the order of its key.</summary>
public static class TablePrinter
{
    public static void Print(string database, string view, string orderBy)
    {
        if (raw.sqlite3_open_v2(database, out var connection, raw.SQLITE_OPEN_READWRITE, null) != raw.SQLITE_OK)
        {
            throw new IOException($"Cannot open the database '{database}'.");
        }

        using (connection)
        {
            if (raw.sqlite3_prepare_v2(connection, $"SELECT * FROM \"{view}\" ORDER BY {orderBy}", out var statement) != raw.SQLITE_OK)
            {
                throw new IOException($"Cannot read the view '{view}': {raw.sqlite3_errmsg(connection).utf8_to_string()}");
            }

            using (statement)
            {
                var rows = new List<string[]> { ReadRow(statement, raw.sqlite3_column_name) };
                while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
                {
                    rows.Add(ReadRow(statement, raw.sqlite3_column_text));
                }

                Write(view, rows);
            }
        }
    }

    private static string[] ReadRow(sqlite3_stmt statement, Func<sqlite3_stmt, int, utf8z> read) =>
        [.. Enumerable.Range(0, raw.sqlite3_column_count(statement)).Select(column => read(statement, column).utf8_to_string() ?? "")];

    private static void Write(string title, List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        Console.Out.WriteLine();
        Console.Out.WriteLine($"{title} ({rows.Count - 1} {(rows.Count == 2 ? "row" : "rows")})");
        foreach (var row in rows)
        {
            Console.Out.WriteLine("  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
