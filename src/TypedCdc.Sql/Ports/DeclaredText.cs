using System.Globalization;
using System.Text;

namespace TypedCdc.Sql.Ports;

/// <summary>Whether a text fits a declared <c>VARCHAR(n)</c>, for databases whose CAST cuts it without a word.</summary>
internal static class DeclaredText
{
    private static readonly string[] Names = ["VARCHAR", "CHARACTER VARYING", "CHAR VARYING", "NVARCHAR", "CHAR", "CHARACTER", "NCHAR", "BPCHAR"];

    /// <summary>False where the declared type is such a one and the text is longer.</summary>
    /// <param name="declaredType">The type.</param>
    /// <param name="value">A value of any kind.</param>
    /// <param name="countsBytes">Whether the database counts UTF-8 bytes; if not, code points.</param>
    public static bool Fits(string declaredType, object? value, bool countsBytes)
    {
        var open = declaredType.IndexOf('(', StringComparison.Ordinal);
        if (value is not string text || open < 0 || !declaredType.EndsWith(')') || !Names.Contains(declaredType[..open].Trim(), StringComparer.OrdinalIgnoreCase)
            || !int.TryParse(declaredType.AsSpan()[(open + 1)..^1], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var most))
        {
            return true;
        }

        return (countsBytes ? Encoding.UTF8.GetByteCount(text) : text.EnumerateRunes().Count()) <= most;
    }
}
