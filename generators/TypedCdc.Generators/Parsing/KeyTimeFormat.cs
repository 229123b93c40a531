// Formats of times in keys: what .NET calls O, s and u, and custom formats that ISO 8601 reads back. All of them in UTC, so that one instant has one text.
using System.Text.RegularExpressions;

namespace TypedCdc.Generators.Parsing;

/// <summary>Finds the text that a format gives a time.</summary>
internal static class KeyTimeFormat
{
    /// <summary>A day alone: midnight in UTC.</summary>
    public const string Day = "yyyy-MM-dd";

    private const string Seconds = Day + "THH:mm:ss";

    private static readonly Regex Custom = new(
        @"^yyyy-MM-dd(?:(?:(?<t>T| )|'(?<t>T| )'|\\(?<t>T))HH:mm(?<s>:ss(?<f>\.f{1,7})?)?(?:(?<z>zzz|K|Z|\+00:00)|'(?<z>Z|\+00:00)'|\\(?<z>Z))?)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>The format with its literals as they are written and its offset resolved: <c>yyyy-MM-ddTHH:mm:ss.fffffff+00:00</c>. Null where it is none of those.</summary>
    /// <param name="format">The user's format.</param>
    /// <param name="isDateTime">The member is a DateTime, which writes UTC as Z.</param>
    public static string? Find(string format, bool isDateTime)
    {
        switch (format)
        {
            case "O" or "o":
                return Seconds + ".fffffff" + (isDateTime ? "Z" : "+00:00");
            case "s":
                return Seconds;
            case "u":
                return Day + " HH:mm:ssZ";
        }

        var match = Custom.Match(format);
        if (!match.Success)
        {
            return null;
        }

        var offset = match.Groups["z"].Value switch
        {
            "zzz" => "+00:00",
            "K" => isDateTime ? "Z" : "+00:00",
            var literal => literal,
        };
        return match.Groups["t"].Success ? Day + match.Groups["t"].Value + "HH:mm" + match.Groups["s"].Value + offset : Day;
    }
}
