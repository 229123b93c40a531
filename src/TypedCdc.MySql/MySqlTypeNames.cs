using System.Globalization;
using TypedCdc.Sql.Schema;

namespace TypedCdc.MySql;

/// <summary>Types in the words of <c>information_schema</c>, and which of them holds all that another one holds.</summary>
internal static class MySqlTypeNames
{
    private static readonly string[] Integers = ["tinyint(1)", "tinyint", "smallint", "mediumint", "int", "bigint"];
    private static readonly string[] Texts = ["tinytext", "text", "mediumtext", "longtext"];

    /// <summary>A declared type in the catalogue's words.</summary>
    public static string Normalize(string declaredType)
    {
        ArgumentNullException.ThrowIfNull(declaredType);
        var type = declaredType.ToLowerInvariant();
        var end = type.IndexOf(" character set", StringComparison.Ordinal);
        type = end < 0 ? type : type[..end];
        return type switch
        {
            "boolean" => "tinyint(1)",
            "integer" => "int",
            "double precision" => "double",
            _ when type.StartsWith("numeric", StringComparison.Ordinal) => "decimal" + type["numeric".Length..].Replace(" ", "", StringComparison.Ordinal),
            _ when type.StartsWith("decimal", StringComparison.Ordinal) => type.Replace(" ", "", StringComparison.Ordinal),
            _ => type,
        };
    }

    /// <summary>Whether a type holds all values of another one.</summary>
    public static bool IsWider(string present, string declared)
    {
        var (wide, narrow) = (Place(Integers, present), Place(Integers, declared));
        if (wide >= 0 && narrow >= 0)
        {
            return wide >= narrow;
        }

        (wide, narrow) = (Place(Texts, present), Place(Texts, declared));
        return wide >= 0 && narrow >= 0 ? wide >= narrow
            : wide == Texts.Length - 1 && LengthOf(declared) >= 0
                || (LengthOf(present) >= 0 && LengthOf(declared) >= 0 && LengthOf(present) >= LengthOf(declared));
    }

    /// <summary>The character set that a text type needs in a statement, as the catalogue's words do not have it.</summary>
    public static string CollationOf(string type) => LengthOf(type) >= 0 || Place(Texts, type) >= 0 ? " " + MySqlTypes.Collation : "";

    private static int Place(string[] types, string type) => Array.FindIndex(types, one => string.Equals(one, type, StringComparison.OrdinalIgnoreCase));

    // Of VARCHAR(n); -1 for other types.
    private static int LengthOf(string type) =>
        type.StartsWith("varchar(", StringComparison.OrdinalIgnoreCase) && type.EndsWith(')') && int.TryParse(type.AsSpan(8..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : -1;
}
