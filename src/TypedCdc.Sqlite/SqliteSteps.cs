using System.Globalization;

namespace TypedCdc.Sqlite;

/// <summary>
/// Runs the steps of a migration, inside its transaction. After each ALTER TABLE SQLite reads all of the schema again, in a time that grows with the square of a table's columns: hundreds of
/// new columns would take seconds to minutes with everybody's writes waiting. They are therefore put into the table's definition together, as SQLite's documentation says it is done where rows
/// do not change ("ALTER TABLE", 7. Making Other Kinds Of Table Schema Changes).
/// </summary>
internal static class SqliteSteps
{
    /// <summary>From how many columns on: below it, SQLite's own way is as fast.</summary>
    public const int Many = 8;

    private const string Alter = "ALTER TABLE ";
    private const string AddColumn = " ADD COLUMN ";

    public static void Run(SqliteConnection connection, IReadOnlyList<string> steps)
    {
        for (var i = 0; i < steps.Count;)
        {
            var end = i;
            var table = TableThatGetsColumn(steps[i]);
            while (table is not null && end < steps.Count && TableThatGetsColumn(steps[end]) == table)
            {
                end++;
            }

            if (end - i < Many)
            {
                connection.Execute(steps[i++]);
            }
            else
            {
                AddColumns(connection, table!, [.. steps.Skip(i).Take(end - i)]);
                i = end;
            }
        }
    }

    private static string? TableThatGetsColumn(string step)
    {
        var end = step.IndexOf(AddColumn, StringComparison.Ordinal);
        return step.StartsWith(Alter, StringComparison.Ordinal) && end > 0 ? step[Alter.Length..end] : null;
    }

    private static void AddColumns(SqliteConnection connection, string table, string[] steps)
    {
        var name = FirstName(table);
        var definitions = Array.ConvertAll(steps, step => step[(Alter.Length + table.Length + AddColumn.Length)..].TrimEnd(';'));
        string[] expected = [.. Columns(connection, name), .. definitions.Select(FirstName)];

        // The first one by SQLite: it knows where columns end and constraints begin.
        connection.Execute(steps[0]);
        var sql = connection.Query("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?1", name)[0][0]!;
        var first = ", " + definitions[0];
        var at = sql.LastIndexOf(first, StringComparison.Ordinal);
        if (at < 0 || sql.IndexOf(first, StringComparison.Ordinal) != at)
        {
            OneByOne(steps.AsSpan(1));
            return;
        }

        connection.Execute("PRAGMA writable_schema = ON");
        try
        {
            connection.Query("UPDATE sqlite_master SET sql = ?2 WHERE type = 'table' AND name = ?1", name, sql.Insert(at + first.Length, string.Concat(definitions[1..^1].Select(static one => ", " + one))));
        }
        finally
        {
            connection.Execute("PRAGMA writable_schema = OFF");
        }

        // Another version makes every connection read the schema again, this one too. The last column is SQLite's again: it refuses a definition that makes no sense.
        var version = int.Parse(connection.Query("PRAGMA schema_version")[0][0]!, CultureInfo.InvariantCulture);
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA schema_version = {version + 1}"));
        OneByOne(steps.AsSpan(^1..));
        if (!Columns(connection, name).SequenceEqual(expected, StringComparer.Ordinal))
        {
            throw new InvalidOperationException($"The table {table} did not get the columns that were to be added to it. Nothing was changed.");
        }

        void OneByOne(ReadOnlySpan<string> alone)
        {
            foreach (var step in alone)
            {
                connection.Execute(step);
            }
        }
    }

    private static IEnumerable<string> Columns(SqliteConnection connection, string table) => connection.Query("SELECT name FROM pragma_table_info(?1)", table).Select(static row => row[0]!);

    /// <summary>The quoted name that a text begins with.</summary>
    private static string FirstName(string text)
    {
        var end = 1;
        while (text[end] != '"' || (end + 1 < text.Length && text[end + 1] == '"'))
        {
            end += text[end] == '"' ? 2 : 1;
        }

        return text[1..end].Replace("\"\"", "\"", StringComparison.Ordinal);
    }
}
