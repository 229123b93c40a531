using System.Buffers.Text;
using System.ComponentModel;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace TypedCdc.Decoding;

/// <summary>
/// For generated code: one part of a <see cref="KeyPattern"/>, the text of one member. A part has exactly one text for each of its values (canonical): else two items
/// would have the same typed key.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class KeyPart
{
    private protected KeyPart(int ordinal, AttributeKind kind)
    {
        Ordinal = ordinal;
        Kind = kind;
    }

    /// <summary>Text of at least one character, none of which separates it from its neighbours.</summary>
    /// <param name="ordinal">The member's ordinal.</param>
    public static KeyPart Text(int ordinal) => new TextPart(ordinal);

    /// <summary>Everything that is left, separators and all; may be empty.</summary>
    public static KeyPart Rest(int ordinal) => new RestPart(ordinal);

    /// <summary>An integer in decimal digits without leading zeros, or, with a width, never negative and filled up with zeros to that width.</summary>
    public static KeyPart Integer<T>(int ordinal, int width = 0)
        where T : struct, IBinaryInteger<T> => new IntegerPart<T>(ordinal, width);

    /// <summary>A UUID in lower case.</summary>
    /// <param name="ordinal">The member's ordinal.</param>
    /// <param name="format"><c>D</c>, with dashes, or <c>N</c>, without.</param>
    public static KeyPart Guid(int ordinal, char format = 'D') => new GuidPart(ordinal, format);

    /// <summary>The name of an enum's member, in its exact case.</summary>
    public static KeyPart Enum<T>(int ordinal)
        where T : struct, Enum => new EnumPart<T>(ordinal);

    /// <summary>One of these names.</summary>
    public static KeyPart Names(int ordinal, params string[] names) => new NamesPart(ordinal, names);

    /// <summary>A day, <c>2024-07-12</c>.</summary>
    public static KeyPart Date(int ordinal) => new DatePart(ordinal);

    /// <summary>A point in time in UTC as a .NET format writes it: <c>2024-07-12</c>, <c>2024-07-12T01:17:42.0000000+00:00</c>.</summary>
    /// <param name="ordinal">The member's ordinal.</param>
    /// <param name="format">A format of constant length that ISO 8601 reads back: <c>yyyy-MM-dd</c>, and behind it <c>THH:mm:ss.fff+00:00</c> or less of that.</param>
    public static KeyPart Time(int ordinal, string format) => new FormattedTimePart(ordinal, format);

    /// <summary>A point in time in UTC, <c>2024-07-12T01:17:42.5Z</c>.</summary>
    /// <param name="ordinal">The member's ordinal.</param>
    /// <param name="digits">The digits of the fraction; -1 for as many as are needed.</param>
    public static KeyPart Time(int ordinal, int digits = -1) => new TimePart(ordinal, digits);

    internal int Ordinal { get; }

    /// <summary>What the part's text is, for messages: <c>an integer without leading zeros</c>.</summary>
    internal abstract string Form { get; }

    /// <summary>The kind of the slot that it gives: N where the member is read as a number.</summary>
    internal AttributeKind Kind { get; }

    /// <summary>Ends before the next separator; others know their end by their own grammar.</summary>
    internal virtual bool IsDelimited => false;

    /// <summary>How much of the text is the part's; -1 where it does not begin with one. Not asked where <see cref="IsDelimited"/>.</summary>
    internal virtual int Measure(ReadOnlySpan<byte> text) => -1;

    /// <summary>Whether this is the one text of a value.</summary>
    internal abstract bool IsCanonical(ReadOnlySpan<byte> text);

    /// <summary>How many bytes at the beginning are only filling.</summary>
    internal virtual int Filling(ReadOnlySpan<byte> text) => 0;

    private sealed class TextPart(int ordinal) : KeyPart(ordinal, AttributeKind.S)
    {
        internal override string Form => "text of at least one character without the pattern's separators";

        internal override bool IsDelimited => true;

        internal override bool IsCanonical(ReadOnlySpan<byte> text) => !text.IsEmpty;
    }

    private sealed class RestPart(int ordinal) : KeyPart(ordinal, AttributeKind.S)
    {
        internal override string Form => "text";

        internal override int Measure(ReadOnlySpan<byte> text) => text.Length;

        internal override bool IsCanonical(ReadOnlySpan<byte> text) => true;
    }

    private sealed class IntegerPart<T>(int ordinal, int width) : KeyPart(ordinal, AttributeKind.N)
        where T : struct, IBinaryInteger<T>
    {
        // As many digits as an N has, a sign, and some to see that there are too many.
        private const int MaxLength = 48;

        internal override string Form => width == 0
            ? $"an integer of type {typeof(T).Name} without leading zeros"
            : string.Create(CultureInfo.InvariantCulture, $"an integer of type {typeof(T).Name} with {width} digits, filled up with zeros");

        internal override int Measure(ReadOnlySpan<byte> text)
        {
            var sign = text.Length > 0 && text[0] == '-' ? 1 : 0;
            var digits = text[sign..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            return digits < 0 ? text.Length : sign + digits;
        }

        internal override bool IsCanonical(ReadOnlySpan<byte> text)
        {
            if (text.Length > MaxLength || !T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || !DynamoDbNumber.TryParse(text[Filling(text)..], out _))
            {
                return false;
            }

            Span<byte> formatted = stackalloc byte[MaxLength];
            return value.TryFormat(formatted, out var length, default, CultureInfo.InvariantCulture)
                && text[Filling(text)..].SequenceEqual(formatted[..length])
                && (width == 0 || (text.Length == Math.Max(width, length) && !T.IsNegative(value)));
        }

        internal override int Filling(ReadOnlySpan<byte> text) => width == 0 ? 0 : Math.Max(0, Math.Min(text.IndexOfAnyExcept((byte)'0') is var zeros and >= 0 ? zeros : text.Length, text.Length - 1));
    }

    private sealed class GuidPart(int ordinal, char format) : KeyPart(ordinal, AttributeKind.S)
    {
        private int Length => format == 'D' ? 36 : 32;

        internal override string Form => format == 'D' ? "a UUID in lower case with dashes" : "a UUID in lower case without dashes";

        internal override int Measure(ReadOnlySpan<byte> text) => text.Length < Length ? -1 : Length;

        internal override bool IsCanonical(ReadOnlySpan<byte> text)
        {
            Span<byte> formatted = stackalloc byte[36];
            return Utf8Parser.TryParse(text, out System.Guid value, out _, format)
                && value.TryFormat(formatted, out var length, format == 'D' ? "D" : "N")
                && text.SequenceEqual(formatted[..length]);
        }
    }

    private sealed class EnumPart<T>(int ordinal) : KeyPart(ordinal, AttributeKind.S)
        where T : struct, Enum
    {
        private const int MaxLength = 256;

        internal override string Form => $"the name of a member of {typeof(T).Name}";

        internal override bool IsDelimited => true;

        internal override bool IsCanonical(ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty || text.Length > MaxLength)
            {
                return false;
            }

            Span<char> name = stackalloc char[MaxLength];
            Span<char> formatted = stackalloc char[MaxLength];
            name = name[..Encoding.UTF8.GetChars(text, name)];
            return !char.IsAsciiDigit(name[0]) && name[0] != '-'
                && System.Enum.TryParse(name, ignoreCase: false, out T value)
                && System.Enum.TryFormat(value, formatted, out var length)
                && name.SequenceEqual(formatted[..length]);
        }
    }

    private sealed class NamesPart(int ordinal, string[] names) : KeyPart(ordinal, AttributeKind.S)
    {
        private readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];

        internal override string Form => "one of " + string.Join(", ", names);

        internal override bool IsDelimited => true;

        internal override bool IsCanonical(ReadOnlySpan<byte> text)
        {
            foreach (var name in _names)
            {
                if (text.SequenceEqual(name))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private sealed class DatePart(int ordinal) : KeyPart(ordinal, AttributeKind.S)
    {
        private const int Length = 10;

        internal override string Form => "a day such as 2024-07-12";

        internal override int Measure(ReadOnlySpan<byte> text) => text.Length < Length ? -1 : Length;

        internal override bool IsCanonical(ReadOnlySpan<byte> text)
        {
            Span<byte> formatted = stackalloc byte[Length];
            return Iso8601.TryReadDate(text, out var value)
                && value.TryFormat(formatted, out var length, "yyyy-MM-dd", CultureInfo.InvariantCulture)
                && text.SequenceEqual(formatted[..length]);
        }
    }

    private sealed class TimePart(int ordinal, int digits) : KeyPart(ordinal, AttributeKind.S)
    {
        private const int MaxLength = 28; // 2024-07-12T01:17:42.1234567Z

        internal override string Form => digits < 0
            ? "a time in UTC such as 2024-07-12T01:17:42.5Z, without zeros at the end of its fraction"
            : string.Create(CultureInfo.InvariantCulture, $"a time in UTC such as 2024-07-12T01:17:42.{"1234567"[..digits]}Z");

        internal override int Measure(ReadOnlySpan<byte> text) => text.IndexOf((byte)'Z') + 1 is var length and > 0 ? length : -1;

        internal override bool IsCanonical(ReadOnlySpan<byte> text)
        {
            Span<char> formatted = stackalloc char[MaxLength];
            if (text.Length > MaxLength || !Iso8601.TryReadTimestamp(text, out var value) || !KeyText.TryFormatTime(value, digits, formatted, out var length) || length != text.Length)
            {
                return false;
            }

            for (var i = 0; i < length; i++)
            {
                if (formatted[i] != text[i])
                {
                    return false;
                }
            }

            return true;
        }
    }

    private sealed class FormattedTimePart(int ordinal, string format) : KeyPart(ordinal, AttributeKind.S)
    {
        internal override string Form => $"a time in UTC in the format {format}";

        internal override int Measure(ReadOnlySpan<byte> text) => text.Length < format.Length ? -1 : format.Length;

        internal override bool IsCanonical(ReadOnlySpan<byte> text)
        {
            Span<byte> formatted = stackalloc byte[Iso8601.MaxLength];
            return Iso8601.TryReadTimestamp(text, out var value)
                && value.UtcDateTime.TryFormat(formatted, out var length, format, CultureInfo.InvariantCulture)
                && text.SequenceEqual(formatted[..length]);
        }
    }
}
