// Attribute names made from member names exactly as System.Text.Json makes JSON names, which the generator cannot reference.
using System.Globalization;
using System.Text;

namespace TypedCdc.Generators.Parsing;

/// <summary>The values of <c>TypedCdc.Naming</c>, and behind them those of AWS's DynamoDBContext.</summary>
internal enum NamingPolicy
{
    Exact = 0,
    CamelCase = 1,
    SnakeCase = 2,

    /// <summary>Only the first character is lowered.</summary>
    LowerFirst = 3,

    /// <summary>As <see cref="LowerFirst"/>, but in the item itself only, not in the models inside it.</summary>
    LowerFirstOfItem = 4,
}

/// <summary>Applies a naming policy.</summary>
internal static class NamingPolicies
{
    public static string Apply(NamingPolicy policy, string name) => policy switch
    {
        NamingPolicy.CamelCase => CamelCase(name),
        NamingPolicy.SnakeCase => SnakeCase(name),
        NamingPolicy.LowerFirst or NamingPolicy.LowerFirstOfItem => char.ToLowerInvariant(name[0]) + name.Substring(1),
        _ => name,
    };

    /// <summary>Lowers the leading run of capitals, but for the last one before a small letter: <c>IPAddress</c> is <c>ipAddress</c>.</summary>
    private static string CamelCase(string name)
    {
        if (name.Length == 0 || !char.IsUpper(name[0]))
        {
            return name;
        }

        var text = name.ToCharArray();
        for (var i = 0; i < text.Length; i++)
        {
            if ((i == 1 && !char.IsUpper(text[1])) || (i > 0 && i + 1 < text.Length && !char.IsUpper(text[i + 1])))
            {
                break;
            }

            text[i] = char.ToLowerInvariant(text[i]);
        }

        return new string(text);
    }

    /// <summary>A <c>_</c> before each word; digits belong to the word before them: <c>HTTP2Server</c> is <c>http2_server</c>.</summary>
    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        var last = Last.Nothing;
        for (var i = 0; i < name.Length; i++)
        {
            var character = name[i];
            switch (char.GetUnicodeCategory(character))
            {
                case UnicodeCategory.UppercaseLetter:
                    // The last capital of a run begins the next word.
                    if (last == Last.SmallOrDigit || (last == Last.Capital && i + 1 < name.Length && char.IsLower(name[i + 1])))
                    {
                        text.Append('_');
                    }

                    text.Append(char.ToLowerInvariant(character));
                    last = Last.Capital;
                    break;
                case UnicodeCategory.LowercaseLetter or UnicodeCategory.DecimalDigitNumber:
                    text.Append(char.ToLowerInvariant(character));
                    last = Last.SmallOrDigit;
                    break;
                default:
                    text.Append(character);
                    last = Last.Nothing;
                    break;
            }
        }

        return text.ToString();
    }

    private enum Last
    {
        Nothing,
        Capital,
        SmallOrDigit,
    }
}
