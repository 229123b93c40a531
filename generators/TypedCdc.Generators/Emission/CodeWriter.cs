// Prints indented lines. Generated code is read by people, so its layout is part of the product.
using System;
using System.Text;

namespace TypedCdc.Generators.Emission;

/// <summary>Lines with indentation and <c>\n</c> at their ends on every system.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes lines; the indentation of a multi-line text is added to the current one.</summary>
    public CodeWriter Line(string text = "")
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.Length > 0)
            {
                _text.Append(' ', _depth * 4).Append(line);
            }

            _text.Append('\n');
        }

        return this;
    }

    /// <summary>Writes text as it is, without indentation: the inside of a raw string.</summary>
    public CodeWriter Verbatim(string text)
    {
        _text.Append(text).Append('\n');
        return this;
    }

    /// <summary>Opens a block; <see cref="Close"/> ends it.</summary>
    public CodeWriter Open(string? header = null)
    {
        if (header is not null)
        {
            Line(header);
        }

        Line("{");
        _depth++;
        return this;
    }

    /// <summary>Ends a block, with something behind its brace.</summary>
    public CodeWriter Close(string behind = "")
    {
        _depth--;
        return Line("}" + behind);
    }

    /// <summary>Writes something indented by one more.</summary>
    public CodeWriter Indented(Action<CodeWriter> body)
    {
        _depth++;
        body(this);
        _depth--;
        return this;
    }

    public override string ToString() => _text.ToString();
}
