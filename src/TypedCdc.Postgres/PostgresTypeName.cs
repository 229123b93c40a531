using System.Globalization;
using System.Text;

namespace TypedCdc.Postgres;

/// <summary>The names that PostgreSQL has for one type (PostgreSQL documentation, "Data Types", table of aliases).</summary>
internal static class PostgresTypeName
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["timestamptz"] = "timestamp with time zone",
        ["timestamp"] = "timestamp without time zone",
        ["timetz"] = "time with time zone",
        ["time"] = "time without time zone",
        ["varchar"] = "character varying",
        ["char"] = "character",
        ["decimal"] = "numeric",
        ["int"] = "integer",
        ["int2"] = "smallint",
        ["int4"] = "integer",
        ["int8"] = "bigint",
        ["float4"] = "real",
        ["float8"] = "double precision",
        ["float"] = "double precision",
        ["bool"] = "boolean",
        ["varbit"] = "bit varying",
    };

    /// <summary>A declared type as <c>format_type</c> spells it: <c>VARCHAR(40)</c> is <c>character varying(40)</c>, <c>timestamptz(3)</c> is <c>timestamp(3) with time zone</c>.</summary>
    public static string InCatalogue(string type)
    {
        var (name, modifier, behind) = Split(type);
        if (behind is "" or "[]" && Aliases.TryGetValue(name, out var alias))
        {
            name = alias;
        }
        else if (Aliases.TryGetValue(name, out alias) && !alias.StartsWith("time", StringComparison.Ordinal))
        {
            name = alias;
        }

        modifier = modifier switch
        {
            "" when name is "character" => "(1)",
            not "" when name is "numeric" && !modifier.Contains(',', StringComparison.Ordinal) => modifier[..^1] + ",0)",
            _ => modifier,
        };

        // The precision of a time stands within its name.
        var place = name.IndexOf(" with", StringComparison.Ordinal);
        return place > 0 && modifier.Length > 0 ? name[..place] + modifier + name[place..] + behind : name + modifier + behind;
    }

    /// <summary>Whether a value can be assigned to the type without a cast, which would cut it.</summary>
    public static bool IsText(string type) => InCatalogue(type) is var name
        && (name.StartsWith("character", StringComparison.Ordinal) || name is "text" or "citext") && !name.EndsWith("[]", StringComparison.Ordinal);

    /// <summary>Whether a text type, as the catalogue spells it, is another than a second one and holds all that that holds.</summary>
    public static bool HoldsText(string type, string other) => type != other && Length(other) is { } length && (type == "text" || (Length(type) is { } own && own > length));

    /// <summary>Whether a numeric type, as the catalogue spells it, is another than a second one and holds all that that holds, without rounding.</summary>
    public static bool HoldsNumbers(string type, string other) => type != other && Digits(other) is { } digits
        && (type == "numeric" || (Digits(type) is { } own && own.Precision - own.Scale >= digits.Precision - digits.Scale && own.Scale >= digits.Scale));

    /// <summary>The digits behind the point of a numeric type; -1 where it does not say.</summary>
    public static int ScaleOf(string type) => Digits(type)?.Scale ?? -1;

    // char(n) is none of them: it pads what it holds, and text then keeps the blanks or drops them.
    private static int? Length(string type) => type == "character varying" ? int.MaxValue
        : type.StartsWith("character varying(", StringComparison.Ordinal) && int.TryParse(type.AsSpan(18, type.Length - 19), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
        : null;

    private static (int Precision, int Scale)? Digits(string type) => type.StartsWith("numeric(", StringComparison.Ordinal) && type.EndsWith(')') && type[8..^1].Split(',') is [var precision, var scale]
        && int.TryParse(precision, NumberStyles.None, CultureInfo.InvariantCulture, out var digits) && int.TryParse(scale, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var behind)
            ? (digits, behind)
            : null;

    // Lower case, single blanks, no blanks in parentheses: name, modifier with its parentheses, and what stands behind (an array's brackets, "with time zone").
    private static (string Name, string Modifier, string Behind) Split(string type)
    {
        var text = new StringBuilder(type.Length);
        var depth = 0;
        foreach (var one in type.Trim())
        {
            depth += one == '(' ? 1 : one == ')' ? -1 : 0;
            var isBlank = char.IsWhiteSpace(one);
            if (!isBlank)
            {
                if (one == '(' && text.Length > 0 && text[^1] == ' ')
                {
                    text.Length--;
                }

                text.Append(char.ToLowerInvariant(one));
            }
            else if (depth == 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }
        }

        var whole = text.ToString();
        var open = whole.IndexOf('(', StringComparison.Ordinal);
        var close = whole.IndexOf(')', StringComparison.Ordinal);
        if (open > 0 && close > open)
        {
            var behind = whole[(close + 1)..];
            return behind.StartsWith(' ')
                ? (whole[..open] + behind, whole[open..(close + 1)], "")
                : (whole[..open], whole[open..(close + 1)], behind);
        }

        return whole.EndsWith("[]", StringComparison.Ordinal) ? (whole[..^2], "", "[]") : (whole, "", "");
    }
}
