// The compiler's process has no System.Text.Json that an analyzer could rely on, and samples need little of JSON: this reads values, one after the other.
using System.Collections.Generic;
using System.Text;

namespace TypedCdc.Generators.Samples;

/// <summary>What a JSON value is.</summary>
internal enum SampleJsonKind
{
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// <summary>A JSON value.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="Text">A string's characters without escapes, a number as it stands; else empty.</param>
/// <param name="Names">An object's property names, in its order, duplicates included.</param>
/// <param name="Values">An object's values, or an array's elements.</param>
internal sealed record SampleJson(SampleJsonKind Kind, int Start, string Text, List<string> Names, List<SampleJson> Values)
{
    private static readonly List<string> NoNames = [];
    private static readonly List<SampleJson> NoValues = [];

    public SampleJson(SampleJsonKind kind, int start, string text = "")
        : this(kind, start, text, NoNames, NoValues)
    {
    }

    /// <summary>The first property of that name; null where there is none, or where this is no object.</summary>
    public SampleJson? this[string name] => Names.IndexOf(name) is >= 0 and var index ? Values[index] : null;
}

/// <summary>Text that is not JSON.</summary>
/// <param name="position">Where it stopped being JSON.</param>
/// <param name="message">What is wrong, as the rest of a sentence.</param>
internal sealed class SampleJsonException(int position, string message) : System.Exception(message)
{
    public int Position { get; } = position;
}

/// <summary>Reads JSON values that follow each other, with or without white space between them (RFC 8259).</summary>
internal sealed class SampleJsonReader(string text)
{
    // DynamoDB nests values 32 deep, and each level is two of JSON; the rest is the record around them.
    private const int MaximumDepth = 100;

    /// <summary>Where the next value is looked for.</summary>
    public int Position { get; set; }

    /// <summary>Moves to the next value; false at the end of the text.</summary>
    public bool MoveToValue()
    {
        SkipWhiteSpace();
        return Position < text.Length;
    }

    /// <summary>Reads the value at <see cref="Position"/> and moves behind it.</summary>
    /// <exception cref="SampleJsonException">The text is not JSON.</exception>
    public SampleJson Read() => ReadValue(0);

    private SampleJson ReadValue(int depth)
    {
        SkipWhiteSpace();
        if (Position >= text.Length)
        {
            throw Unexpected();
        }

        if (depth > MaximumDepth)
        {
            throw new SampleJsonException(Position, "is nested deeper than DynamoDB does");
        }

        var start = Position;
        return text[start] switch
        {
            '{' => ReadObject(depth),
            '[' => ReadArray(depth),
            '"' => new SampleJson(SampleJsonKind.String, start, ReadString()),
            't' => ReadWord("true", SampleJsonKind.True),
            'f' => ReadWord("false", SampleJsonKind.False),
            'n' => ReadWord("null", SampleJsonKind.Null),
            _ => ReadNumber(),
        };
    }

    private SampleJson ReadObject(int depth)
    {
        var start = Position++;
        var names = new List<string>();
        var values = new List<SampleJson>();
        for (var isFirst = true; !TryTake('}'); isFirst = false)
        {
            if (!isFirst)
            {
                Take(',');
            }

            SkipWhiteSpace();
            names.Add(ReadString());
            Take(':');
            values.Add(ReadValue(depth + 1));
        }

        return new(SampleJsonKind.Object, start, "", names, values);
    }

    private SampleJson ReadArray(int depth)
    {
        var start = Position++;
        var values = new List<SampleJson>();
        for (var isFirst = true; !TryTake(']'); isFirst = false)
        {
            if (!isFirst)
            {
                Take(',');
            }

            values.Add(ReadValue(depth + 1));
        }

        return new(SampleJsonKind.Array, start, "", [], values);
    }

    private string ReadString()
    {
        if (Position >= text.Length || text[Position] != '"')
        {
            throw Unexpected();
        }

        var start = ++Position;
        while (Position < text.Length && text[Position] is not ('"' or '\\' or < ' '))
        {
            Position++;
        }

        if (Position < text.Length && text[Position] == '"')
        {
            return text.Substring(start, Position++ - start);
        }

        var unescaped = new StringBuilder(text, start, Position - start, 2 * (Position - start) + 16);
        while (Position < text.Length && text[Position] >= ' ')
        {
            var character = text[Position++];
            if (character == '"')
            {
                return unescaped.ToString();
            }

            unescaped.Append(character == '\\' ? ReadEscape() : character);
        }

        throw Unexpected();
    }

    private char ReadEscape()
    {
        var escape = Position < text.Length ? text[Position++] : throw Unexpected();
        switch (escape)
        {
            case '"' or '\\' or '/':
                return escape;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                var value = 0;
                for (var i = 0; i < 4; i++, Position++)
                {
                    value = (value << 4) | (Position < text.Length && HexDigit(text[Position]) is >= 0 and var digit ? digit : throw Unexpected());
                }

                return (char)value;
            default:
                Position--;
                throw Unexpected();
        }
    }

    private static int HexDigit(char character) => character switch
    {
        >= '0' and <= '9' => character - '0',
        >= 'a' and <= 'f' => character - 'a' + 10,
        >= 'A' and <= 'F' => character - 'A' + 10,
        _ => -1,
    };

    private SampleJson ReadWord(string word, SampleJsonKind kind)
    {
        var start = Position;
        if (string.CompareOrdinal(text, start, word, 0, word.Length) != 0)
        {
            throw Unexpected();
        }

        Position += word.Length;
        return new(kind, start);
    }

    private SampleJson ReadNumber()
    {
        var start = Position;
        while (Position < text.Length && text[Position] is (>= '0' and <= '9') or '-' or '+' or '.' or 'e' or 'E')
        {
            Position++;
        }

        var number = text.Substring(start, Position - start);
        if (SampleNumber.TryParse(number) is null)
        {
            Position = start;
            throw Unexpected();
        }

        return new(SampleJsonKind.Number, start, number);
    }

    private bool TryTake(char character)
    {
        SkipWhiteSpace();
        if (Position >= text.Length || text[Position] != character)
        {
            return false;
        }

        Position++;
        return true;
    }

    private void Take(char character)
    {
        if (!TryTake(character))
        {
            throw Unexpected();
        }
    }

    private void SkipWhiteSpace()
    {
        while (Position < text.Length && text[Position] is ' ' or '\t' or '\r' or '\n' or '\uFEFF')
        {
            Position++;
        }
    }

    private SampleJsonException Unexpected() => new(
        Position, Position >= text.Length ? "ends in the middle of a value" : text[Position] < ' ' ? "has a line break or control character inside a string" : $"has an unexpected '{text[Position]}'");
}
