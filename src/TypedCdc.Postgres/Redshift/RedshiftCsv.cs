using System.Globalization;
using System.Text;

namespace TypedCdc.Postgres;

/// <summary>Staged rows as a CSV file for COPY (Amazon Redshift, copy-parameters-data-format.html, CSV and NULL AS).</summary>
internal static class RedshiftCsv
{
    // COPY tells NULL by what a field holds; a row that holds this text goes by INSERT.
    private const string Null = "@cdc:null@";

    /// <summary>Writes rows; false where COPY could not tell one of their values from NULL.</summary>
    public static bool TryWrite(IEnumerable<object?[]> rows, out ReadOnlyMemory<byte> csv)
    {
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] is Null)
                {
                    csv = default;
                    return false;
                }

                text.Append(i == 0 ? "" : ",").Append('"').Append(Convert.ToString(row[i] ?? Null, CultureInfo.InvariantCulture)!.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }

            text.Append('\n');
        }

        csv = Encoding.UTF8.GetBytes(text.ToString());
        return true;
    }

    /// <summary>The statement that loads the file.</summary>
    public static string Copy(RedshiftStatements statements, RedshiftObject staged) =>
        $"COPY {statements.Stage} ({string.Join(", ", statements.StageColumns)})\nFROM '{Escape(staged.Location)}'\n{staged.Authorization}\nCSV NULL AS '{Null}' TIMEFORMAT 'auto' DATEFORMAT 'auto'";

    private static string Escape(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
