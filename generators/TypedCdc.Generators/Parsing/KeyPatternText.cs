// A key pattern as the user writes it, taken apart: CUSTOMER#{Id}#{Number:D8}#{*Rest}.
using System.Collections.Generic;
using System.Text;

namespace TypedCdc.Generators.Parsing;

/// <summary>A member in braces.</summary>
/// <param name="Name">The member.</param>
/// <param name="Format">What stands behind the colon; empty for nothing.</param>
/// <param name="IsRest">A star stands before the name.</param>
internal sealed record KeyPatternPart(string Name, string Format, bool IsRest)
{
    public override string ToString() => "{" + (IsRest ? "*" : "") + Name + (Format.Length == 0 ? "" : ":" + Format) + "}";
}

/// <summary>The literals and the parts between them.</summary>
internal sealed class KeyPatternText
{
    private KeyPatternText(string text) => Text = text;

    public string Text { get; }

    /// <summary>One more than there are parts.</summary>
    public List<string> Literals { get; } = [];

    public List<KeyPatternPart> Parts { get; } = [];

    /// <summary>Takes a pattern apart. Braces that are meant are doubled.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="fault">What is wrong with it; null where nothing is.</param>
    public static KeyPatternText Parse(string text, out string? fault)
    {
        var pattern = new KeyPatternText(text);
        var literal = new StringBuilder();
        fault = text.Length == 0 ? "it is empty" : null;
        for (var i = 0; i < text.Length && fault is null; i++)
        {
            if (text[i] is '{' or '}' && i + 1 < text.Length && text[i + 1] == text[i])
            {
                literal.Append(text[i++]);
            }
            else if (text[i] == '{')
            {
                var close = text.IndexOf('}', i);
                var open = text.IndexOf('{', i + 1);
                if (close < 0 || (open >= 0 && open < close))
                {
                    fault = "its braces do not match";
                    break;
                }

                var inner = text.Substring(i + 1, close - i - 1);
                var colon = inner.IndexOf(':');
                var name = colon < 0 ? inner : inner.Substring(0, colon);
                var isRest = name.Length > 0 && name[0] == '*';
                var part = new KeyPatternPart(isRest ? name.Substring(1) : name, colon < 0 ? "" : inner.Substring(colon + 1), isRest);
                if (pattern.Parts.Count > 0 && literal.Length == 0)
                {
                    fault = $"'{pattern.Parts[pattern.Parts.Count - 1]}' and '{part}' have nothing between them that says where one ends";
                }

                pattern.Literals.Add(literal.ToString());
                literal.Clear();
                pattern.Parts.Add(part);
                i = close;
            }
            else if (text[i] == '}')
            {
                fault = "its braces do not match";
            }
            else
            {
                literal.Append(text[i]);
            }
        }

        pattern.Literals.Add(literal.ToString());
        return pattern;
    }
}
