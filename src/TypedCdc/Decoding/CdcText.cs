using System.Text;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>The text of an S in place, in a view: nothing is allocated until <see cref="ToString"/>.</summary>
public readonly ref struct CdcText
{
    private readonly bool _isThere;

    internal CdcText(ReadOnlySpan<byte> raw, bool isPlain)
    {
        Raw = raw;
        IsPlain = isPlain;
        _isThere = true;
    }

    /// <summary>Whether the attribute is absent or NULL.</summary>
    public bool IsNull => !_isThere;

    /// <summary>The bytes as they stand in the record, with JSON's escapes.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    /// <summary>Whether <see cref="Raw"/> is ASCII without escapes, so that its bytes are the text.</summary>
    public bool IsPlain { get; }

    /// <summary>Whether the text is this.</summary>
    public bool Equals(ReadOnlySpan<byte> utf8Text) => _isThere && JsonText.Equals(Raw, utf8Text);

    /// <summary>Writes the text as UTF-8; as long as <see cref="Raw"/> is always enough.</summary>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int CopyTo(Span<byte> destination)
    {
        using var text = new UnescapedText(Raw, IsPlain ? default : stackalloc byte[256]);
        text.Utf8.CopyTo(destination);
        return text.Utf8.Length;
    }

    /// <summary>Writes the text as UTF-16; as long as <see cref="Raw"/> is always enough.</summary>
    /// <returns>How many characters were written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int CopyTo(Span<char> destination)
    {
        using var text = new UnescapedText(Raw, IsPlain ? default : stackalloc byte[256]);
        return Encoding.UTF8.GetChars(text.Utf8, destination);
    }

    /// <summary>The text as a new string; empty where there is none.</summary>
    public override string ToString() => JsonText.GetString(Raw, IsPlain);
}
