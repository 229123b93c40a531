// Names in another case, exactly as System.Text.Json converts them: the generator, which shares this file, cannot reference it.
using System.Globalization;
using System.Text;

namespace TypedCdc.Sql.Schema;

/// <summary>The convention for columns. The values are those of <c>TypedCdc.NamingPolicy</c>.</summary>
internal enum ColumnCase
{
    Lower = 0,
    Camel = 1,
    Snake = 2,
}

/// <summary>Converts names.</summary>
internal static class NameCase
{
    /// <summary>Lowers the leading run of capitals, but for the last one before a small letter: <c>IPAddress</c> is <c>ipAddress</c>.</summary>
    public static string Camel(string name)
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
    public static string Snake(string name)
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
