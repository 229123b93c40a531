using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace TypedCdc.Decoding;

/// <summary>What JSON string contents mean. The slices given have been checked by <see cref="JsonScanner.TakeString"/>.</summary>
internal static class JsonText
{
    /// <summary>The UTF-16 unit of four hexadecimal digits; -1 where they are not.</summary>
    internal static int HexUnit(ReadOnlySpan<byte> utf8, int position)
    {
        if (position > utf8.Length - 4)
        {
            return -1;
        }

        var unit = 0;
        foreach (var digit in utf8.Slice(position, 4))
        {
            var value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => -1,
            };
            if (value < 0)
            {
                return -1;
            }

            unit = unit << 4 | value;
        }

        return unit;
    }

    /// <summary>Writes the text as UTF-8 and returns its length, at most that of <paramref name="spelled"/>.</summary>
    internal static int Unescape(ReadOnlySpan<byte> spelled, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var escape = spelled.IndexOf((byte)'\\');
            if (escape < 0)
            {
                spelled.CopyTo(destination[written..]);
                return written + spelled.Length;
            }

            spelled[..escape].CopyTo(destination[written..]);
            written += escape;
            var kind = spelled[escape + 1];
            if (kind != 'u')
            {
                destination[written++] = kind switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => kind,
                };
                spelled = spelled[(escape + 2)..];
                continue;
            }

            var unit = (char)HexUnit(spelled, escape + 2);
            spelled = spelled[(escape + 6)..];
            Rune rune;
            if (char.IsSurrogate(unit))
            {
                rune = new Rune(unit, (char)HexUnit(spelled, 2));
                spelled = spelled[6..];
            }
            else
            {
                rune = new Rune(unit);
            }

            written += rune.EncodeToUtf8(destination[written..]);
        }
    }

    /// <summary>The text of a slice.</summary>
    internal static string GetString(ReadOnlySpan<byte> spelled, bool isPlain)
    {
        if (isPlain)
        {
            return Kernels.AsciiText.ToString(spelled);
        }

        if (!spelled.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(spelled);
        }

        byte[]? rented = null;
        var buffer = spelled.Length <= 256 ? stackalloc byte[256] : rented = ArrayPool<byte>.Shared.Rent(spelled.Length);
        var text = Encoding.UTF8.GetString(buffer[..Unescape(spelled, buffer)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return text;
    }

    /// <summary>Whether a slice means the given UTF-8 text.</summary>
    internal static bool Equals(ReadOnlySpan<byte> spelled, ReadOnlySpan<byte> text)
    {
        // An escape is never shorter than what it stands for.
        if (spelled.Length < text.Length)
        {
            return false;
        }

        if (spelled.SequenceEqual(text))
        {
            return !spelled.Contains((byte)'\\');
        }

        if (spelled.Length == text.Length || !spelled.Contains((byte)'\\'))
        {
            return false;
        }

        using var unescaped = new UnescapedText(spelled, stackalloc byte[256]);
        return unescaped.Utf8.SequenceEqual(text);
    }

    /// <summary>The order of two slices by the code points they mean.</summary>
    internal static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (!left.Contains((byte)'\\') && !right.Contains((byte)'\\'))
        {
            return left.SequenceCompareTo(right);
        }

        using var unescapedLeft = new UnescapedText(left, stackalloc byte[256]);
        using var unescapedRight = new UnescapedText(right, stackalloc byte[256]);
        return unescapedLeft.Utf8.SequenceCompareTo(unescapedRight.Utf8);
    }
}

/// <summary>A string's text as UTF-8: the slice itself where it has no escapes, else unescaped into the caller's or a pooled buffer.</summary>
internal ref struct UnescapedText
{
    private byte[]? _rented;

    /// <param name="spelled">What stands between the quotes.</param>
    /// <param name="scratch">Used where it is large enough.</param>
    internal UnescapedText(ReadOnlySpan<byte> spelled, Span<byte> scratch)
    {
        if (!spelled.Contains((byte)'\\'))
        {
            Utf8 = spelled;
            return;
        }

        var buffer = spelled.Length <= scratch.Length ? scratch : _rented = ArrayPool<byte>.Shared.Rent(spelled.Length);
        Utf8 = buffer[..JsonText.Unescape(spelled, buffer)];
    }

    internal ReadOnlySpan<byte> Utf8 { get; private set; }

    public void Dispose()
    {
        if (_rented is { } rented)
        {
            Debug.Assert(rented.Length > 0, "An empty array is never rented.");
            _rented = null;
            Utf8 = default;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
