using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TypedCdc.Benchmarks.Harness;

/// <summary>The tables of a run: printed as they come, kept for <c>--json</c>.</summary>
internal sealed class BenchmarkReport(TextWriter output)
{
    private readonly List<BenchmarkTable> _tables = [];

    /// <summary>Whether there is anything to keep.</summary>
    public bool HasTables => _tables.Count > 0;

    /// <summary>Prints a table, Markdown as it stands.</summary>
    public void Add(BenchmarkTable table)
    {
        _tables.Add(table);
        output.WriteLine();
        output.WriteLine($"### {table.Title}");
        output.WriteLine();
        var cells = table.Rows.Select(static row => row.Select(Text).ToArray()).ToList();
        var widths = table.Columns.Select((column, i) => Math.Max(column.Length, cells.Select(row => row[i].Length).DefaultIfEmpty().Max())).ToArray();
        Line(table.Columns, widths);
        Line([.. widths.Select(static (width, i) => new string('-', width - (i == 0 ? 0 : 1)) + (i == 0 ? "" : ":"))], widths);
        cells.ForEach(row => Line(row, widths));
        output.Flush();
    }

    public async Task WriteJsonAsync(string file)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        await using var stream = File.Create(file);
        await using var writer = new Utf8JsonWriter(stream, new() { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        writer.WriteString("system", RuntimeInformation.OSDescription);
        writer.WriteNumber("processors", Environment.ProcessorCount);
        writer.WriteStartArray("tables");
        foreach (var table in _tables)
        {
            writer.WriteStartObject();
            writer.WriteString("title", table.Title);
            writer.WriteStartArray("rows");
            foreach (var row in table.Rows)
            {
                writer.WriteStartObject();
                for (var i = 0; i < row.Length; i++)
                {
                    if (row[i] is double number && double.IsFinite(number))
                    {
                        writer.WriteNumber(table.Columns[i], number);
                    }
                    else
                    {
                        writer.WriteString(table.Columns[i], Text(row[i]));
                    }
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // Three digits that count, whatever the size.
    private static string Text(object value) => value switch
    {
        double number when !double.IsFinite(number) => "-",
        double number when Math.Abs(number) >= 100 => number.ToString("N0", CultureInfo.InvariantCulture),
        double number when Math.Abs(number) >= 10 => number.ToString("N1", CultureInfo.InvariantCulture),
        double number => number.ToString("N2", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private void Line(string[] cells, int[] widths) =>
        output.WriteLine("| " + string.Join(" | ", cells.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))) + " |");
}
