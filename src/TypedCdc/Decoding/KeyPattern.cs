using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace TypedCdc.Decoding;

/// <summary>
/// For generated code: the text of a key attribute with typed parts in it, <c>CUSTOMER#{Id}</c>. A text that matches has exactly one value for each part, and those
/// values give exactly that text again, byte for byte: two keys never become one.
/// </summary>
/// <remarks>
/// A part of text ends at the next separator: at a character of the literals beside it that is an ASCII character other than a letter or a digit, or at the first
/// character of the literal behind it. It never holds one, in neither direction.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class KeyPattern
{
    // Room on the stack for a key attribute: DynamoDB takes 2,048 bytes of a partition key and 1,024 of a sort key.
    private const int MaxKeyBytes = 2048;

    private readonly byte[][] _literals;
    private readonly KeyPart[] _parts;
    private readonly SearchValues<byte>[] _separators; // of each part
    private readonly byte[][] _next;                   // the first character of the literal behind each part; empty at the end

    /// <param name="source">The ordinal of the attribute that holds the text.</param>
    /// <param name="text">The pattern as the model says it.</param>
    /// <param name="literals">What stands before, between and behind the parts: one more than there are parts.</param>
    /// <param name="parts">The parts.</param>
    /// <exception cref="ArgumentException">The counts do not fit.</exception>
    public KeyPattern(int source, string text, string[] literals, KeyPart[] parts)
    {
        ArgumentNullException.ThrowIfNull(literals);
        ArgumentNullException.ThrowIfNull(parts);
        if (literals.Length != parts.Length + 1)
        {
            throw new ArgumentException("A pattern has one literal more than parts.", nameof(literals));
        }

        Source = source;
        Text = text;
        _parts = [.. parts];
        _literals = [.. literals.Select(Encoding.UTF8.GetBytes)];
        _separators = [.. parts.Select((_, i) => SearchValues.Create([.. Separators(literals[i]), .. Separators(literals[i + 1])]))];
        _next = [.. parts.Select((_, i) => literals[i + 1].Length == 0 ? [] : Encoding.UTF8.GetBytes(literals[i + 1].EnumerateRunes().First().ToString()))];
    }

    /// <summary>The ordinal of the attribute that holds the text.</summary>
    public int Source { get; }

    /// <summary>The pattern as the model says it.</summary>
    public string Text { get; }

    /// <summary>How many bytes of the text are the same in every key.</summary>
    internal int LiteralBytes => _literals.Sum(static literal => literal.Length);

    /// <summary>The text of the parts.</summary>
    /// <exception cref="ArgumentException">A part's text would not be read back as that part.</exception>
    public string Format(params ReadOnlySpan<string> parts)
    {
        Debug.Assert(parts.Length == _parts.Length, "Generated code gives a text for each part.");
        var text = new StringBuilder();
        for (var i = 0; i < parts.Length; i++)
        {
            CheckPart(i, parts[i]);
            text.Append(Encoding.UTF8.GetString(_literals[i])).Append(parts[i]);
        }

        text.Append(Encoding.UTF8.GetString(_literals[^1]));

        // What was written must be read as what it was written from, whatever a part holds.
        var result = text.ToString();
        Span<int> bounds = stackalloc int[2 * _parts.Length];
        var utf8 = Encoding.UTF8.GetBytes(result);
        if (!TryMatch(utf8, bounds))
        {
            throw new ArgumentException($"The values do not make a key of the form '{Text}' that could be read back.");
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (!utf8.AsSpan(bounds[2 * i], bounds[(2 * i) + 1]).SequenceEqual(Encoding.UTF8.GetBytes(parts[i])))
            {
                throw new ArgumentException($"'{NameOf(i)}' would be read back as another value from a key of the form '{Text}'.");
            }
        }

        return result;
    }

    /// <summary>For a member that holds the whole text itself: checks that it is the text of the parts.</summary>
    /// <exception cref="ArgumentException">It is another one.</exception>
    public void Check(string text, params ReadOnlySpan<string> parts)
    {
        if (!string.Equals(Format(parts), text, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The key is not the text that its parts make: '{Text}'.");
        }
    }

    /// <summary>Fills the slots of the parts from the slot of the attribute; false where its text does not match, or says something else than the slots do already.</summary>
    internal bool TryFill(ReadOnlySpan<byte> record, Span<AttributeSlot> slots)
    {
        var source = slots[Source];
        if (source.Kind != AttributeKind.S || source.Length > 6 * MaxKeyBytes)
        {
            return false;
        }

        var spelled = record.Slice(source.Start, source.Length);
        using var text = new UnescapedText(spelled, source.IsPlain ? default : stackalloc byte[256]);
        Span<int> bounds = stackalloc int[2 * _parts.Length];
        if (!TryMatch(text.Utf8, bounds))
        {
            return false;
        }

        for (var i = 0; i < _parts.Length; i++)
        {
            var part = _parts[i];
            var start = bounds[2 * i];
            var end = start + bounds[(2 * i) + 1];
            start += part.Filling(text.Utf8[start..end]);
            if (text.Utf8.Length != spelled.Length)
            {
                start = SpelledOffset(spelled, start);
                end = SpelledOffset(spelled, end);
            }

            ref var slot = ref slots[part.Ordinal];
            var filled = new AttributeSlot(part.Kind, source.Start + start, end - start, source.IsPlain);
            if (slot.Kind != AttributeKind.None && JsonText.Compare(record.Slice(slot.Start, slot.Length), record.Slice(filled.Start, filled.Length)) != 0)
            {
                return false;
            }

            slot = filled;
        }

        return true;
    }

    /// <summary>
    /// Why a text with all the pattern's literals does not match: the first part that is not of its form. Null where the text matches, or where a literal is missing, so
    /// that it is the key of something else.
    /// </summary>
    internal string? FindMismatch(ReadOnlySpan<byte> text)
    {
        Span<int> bounds = stackalloc int[2 * _parts.Length];
        if (_parts.Length == 0 || Array.TrueForAll(_literals, static literal => literal.Length == 0) || !text.StartsWith(_literals[0]) || TryMatch(text, bounds))
        {
            return null;
        }

        string? reason = null;
        var at = _literals[0].Length;
        for (var i = 0; i < _parts.Length; i++)
        {
            var rest = text[at..];
            var next = _literals[i + 1];
            var length = i + 1 < _parts.Length ? rest.IndexOf(next) : rest.EndsWith(next) ? rest.Length - next.Length : -1;
            if (length < 0)
            {
                return null;
            }

            if (reason is null && !IsWhole(i, rest[..length]))
            {
                reason = $"'{{{NameOf(i)}}}' is not {_parts[i].Form}";
            }

            at += length + next.Length;
        }

        return reason ?? "its parts cannot be told apart";
    }

    internal bool Matches(ReadOnlySpan<byte> text)
    {
        Span<int> bounds = stackalloc int[2 * _parts.Length];
        return TryMatch(text, bounds);
    }

    private bool IsWhole(int index, ReadOnlySpan<byte> text)
    {
        var part = _parts[index];
        return (part.IsDelimited ? Delimit(index, text) : part.Measure(text)) == text.Length && part.IsCanonical(text);
    }

    private void CheckPart(int index, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (_parts[index].IsDelimited && Delimit(index, utf8) != utf8.Length)
        {
            throw new ArgumentException($"'{NameOf(index)}' holds a character that separates the parts of the key '{Text}'.");
        }

        if (!_parts[index].IsCanonical(utf8))
        {
            throw new ArgumentException($"'{NameOf(index)}' has no text in the key '{Text}': it is empty, or no value that can be read back.");
        }
    }

    /// <param name="text">UTF-8 without escapes.</param>
    /// <param name="bounds">Takes start and length of each part.</param>
    private bool TryMatch(ReadOnlySpan<byte> text, Span<int> bounds)
    {
        var at = 0;
        for (var i = 0; i < _parts.Length; i++)
        {
            if (!text[at..].StartsWith(_literals[i]))
            {
                return false;
            }

            at += _literals[i].Length;
            var part = _parts[i];
            var length = part.IsDelimited ? Delimit(i, text[at..]) : part.Measure(text[at..]);
            if (length < 0 || !part.IsCanonical(text.Slice(at, length)))
            {
                return false;
            }

            bounds[2 * i] = at;
            bounds[(2 * i) + 1] = length;
            at += length;
        }

        return text[at..].SequenceEqual(_literals[^1]);
    }

    private int Delimit(int index, ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny(_separators[index]) is var separator and >= 0)
        {
            text = text[..separator];
        }

        var next = _next[index].Length == 0 ? -1 : text.IndexOf(_next[index]);
        return next < 0 ? text.Length : next;
    }

    private static IEnumerable<byte> Separators(string literal) =>
        literal.Where(static character => char.IsAscii(character) && !char.IsAsciiLetterOrDigit(character)).Select(static character => (byte)character);

    /// <summary>Where the text's byte at <paramref name="offset"/> stands in its spelling with escapes.</summary>
    private static int SpelledOffset(ReadOnlySpan<byte> spelled, int offset)
    {
        var position = 0;
        while (offset > 0)
        {
            if (spelled[position] != '\\')
            {
                position++;
                offset--;
            }
            else if (spelled[position + 1] != 'u')
            {
                position += 2;
                offset--;
            }
            else
            {
                var unit = (char)JsonText.HexUnit(spelled, position + 2);
                position += char.IsSurrogate(unit) ? 12 : 6;
                offset -= char.IsSurrogate(unit) ? 4 : new Rune(unit).Utf8SequenceLength;
            }
        }

        return position;
    }

    // From the pattern's text: only errors need it.
    private string NameOf(int index)
    {
        var at = -1;
        for (var i = 0; i <= index; i++)
        {
            at = Text.IndexOf('{', at + 1);
        }

        return at < 0 ? "" : Text[(at + 1)..Text.IndexOfAny([':', '}'], at)].TrimStart('*');
    }
}
