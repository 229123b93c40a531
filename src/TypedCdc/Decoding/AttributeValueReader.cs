using System.Buffers.Text;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>
/// One attribute value in place: its kind and the bytes it stands in. Reading a number, a Guid or a time allocates nothing. A converter reads from this.
/// </summary>
/// <remarks>
/// Every <c>Get</c> throws <see cref="CdcDecodeException"/> where the value is absent, NULL, of another kind or does not fit.
/// </remarks>
public readonly ref partial struct AttributeValueReader
{
    private readonly ReadOnlySpan<byte> _record;

    // The slot, field by field: a struct within the struct would be copied as a whole, right behind the stores that it was made by.
    private readonly int _start;
    private readonly int _length;
    private readonly AttributeKind _kind;
    private readonly bool _isPlain;
    private readonly NumberForm _form;

    // Only errors ask for these. The attribute's table, or the text of what was expected where there is none; the ordinal; where the value would be if it existed.
    private readonly object? _about;
    private readonly int _ordinal;
    private readonly int _mapStart;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal AttributeValueReader(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, string? expected)
        : this(record, slot, expected, 0, -1)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private AttributeValueReader(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, object? about, int ordinal, int mapStart)
    {
        _record = record;
        _start = slot.Start;
        _length = slot.Length;
        _kind = slot.Kind;
        _isPlain = slot.IsPlain;
        _form = slot.Form;
        _about = about;
        _ordinal = ordinal;
        _mapStart = mapStart;
    }

    /// <summary>For generated code: the value of an attribute of a scanned map.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AttributeValueReader Create(ReadOnlySpan<byte> record, scoped in AttributeSlot slot, AttributeTable table, int ordinal, int map) => new(record, slot, table, ordinal, map);

    /// <summary>The value's kind; <see cref="AttributeKind.None"/> where the attribute is absent.</summary>
    public AttributeKind Kind => _kind;

    /// <summary>True where the attribute is absent or NULL.</summary>
    public bool IsNull => _kind is AttributeKind.None or AttributeKind.NULL;

    /// <summary>
    /// The bytes as they stand in the record: what is between the quotes of an S, N or B (escapes and all), the JSON of any other kind; empty where the attribute is absent.
    /// </summary>
    public ReadOnlySpan<byte> Raw => _record.Slice(_start, _length);

    /// <summary>Whether <see cref="Raw"/> of an S, N or B is ASCII without escapes, so that its bytes are the text.</summary>
    public bool IsPlain => _isPlain;

    internal AttributeSlot Slot => new(_kind, _start, _length, _isPlain, _form);

    internal ReadOnlySpan<byte> Record => _record;

    internal string? Expected => _about is AttributeTable table ? table[_ordinal].Expected : (string?)_about;

    private string? Name => (_about as AttributeTable)?[_ordinal].Name;

    /// <summary>An error about this value, for a converter to throw. The record completes it with table, key, path and position.</summary>
    /// <param name="reason">What is wrong, in one sentence without the value.</param>
    public CdcDecodeException Error(string reason) => _kind == AttributeKind.None
        ? new("A required attribute is absent.") { ByteOffset = _mapStart, AbsentName = Name, Expected = Expected }
        : new(reason) { ByteOffset = _start, FoundKind = _kind, Expected = Expected };

    /// <summary>The value of an S.</summary>
    public string GetString()
    {
        Require(AttributeKind.S);
        return JsonText.GetString(Raw, _isPlain);
    }

    /// <summary>The value of an S in place; <see cref="CdcText.IsNull"/> where the attribute is absent or NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CdcText GetText()
    {
        if (IsNull)
        {
            return default;
        }

        Require(AttributeKind.S);
        return new(Raw, _isPlain);
    }

    /// <summary>Writes the text of an S, N or B as UTF-8, without escapes.</summary>
    /// <param name="destination">Where to; as long as <see cref="Raw"/> is always enough.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int CopyUtf8To(Span<byte> destination)
    {
        Require(AttributeKind.S | AttributeKind.N | AttributeKind.B);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        text.Utf8.CopyTo(destination);
        return text.Utf8.Length;
    }

    /// <summary>Whether an S has exactly this text.</summary>
    public bool TextEquals(ReadOnlySpan<byte> utf8Text) => _kind == AttributeKind.S && JsonText.Equals(Raw, utf8Text);

    /// <summary>An S of one UTF-16 character.</summary>
    public char GetChar()
    {
        Require(AttributeKind.S);
        Span<byte> scratch = stackalloc byte[16];
        if (Raw.Length <= scratch.Length)
        {
            using var text = new UnescapedText(Raw, scratch);
            if (Rune.DecodeFromUtf8(text.Utf8, out var rune, out var length) == System.Buffers.OperationStatus.Done && length == text.Utf8.Length && rune.IsBmp)
            {
                return (char)rune.Value;
            }
        }

        throw Error("The text is not one character.");
    }

    /// <summary>An S as a URI, absolute or relative.</summary>
    public Uri GetUri() => Uri.TryCreate(GetString(), UriKind.RelativeOrAbsolute, out var uri) ? uri : throw Error("The text is not a URI.");

    /// <summary>The value of a BOOL.</summary>
    public bool GetBoolean()
    {
        Require(AttributeKind.BOOL);
        return _length == 4;
    }

    /// <summary>The bytes of a B.</summary>
    public byte[] GetBytes()
    {
        Require(AttributeKind.B);
        if (_length == 0)
        {
            return [];
        }

        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        var padding = text.Utf8.EndsWith("=="u8) ? 2 : text.Utf8.EndsWith("="u8) ? 1 : 0;
        var bytes = new byte[text.Utf8.Length / 4 * 3 - padding];
        Base64.DecodeFromUtf8(text.Utf8, bytes, out _, out _);
        return bytes;
    }

    /// <summary>The bytes of a B as a stream of their own, at its beginning.</summary>
    public MemoryStream GetMemoryStream()
    {
        var bytes = GetBytes();
        return new(bytes, 0, bytes.Length, writable: true, publiclyVisible: true);
    }

    /// <summary>The most bytes that a B takes in <see cref="CopyBytesTo"/>.</summary>
    public int MaxByteCount => Base64.GetMaxDecodedFromUtf8Length(_length);

    /// <summary>Writes the bytes of a B.</summary>
    /// <param name="destination">At least <see cref="MaxByteCount"/> long.</param>
    /// <returns>How many bytes were written.</returns>
    public int CopyBytesTo(Span<byte> destination)
    {
        Require(AttributeKind.B);
        using var text = new UnescapedText(Raw, _isPlain ? default : stackalloc byte[256]);
        var status = Base64.DecodeFromUtf8(text.Utf8, destination, out _, out var written);
        return status == System.Buffers.OperationStatus.Done ? written : throw new ArgumentException("The destination is shorter than MaxByteCount.", nameof(destination));
    }

    /// <summary>An S in one of the forms that <see cref="Guid"/> reads: D (with dashes) or N (32 digits).</summary>
    public Guid GetGuid()
    {
        Require(AttributeKind.S);
        Span<byte> scratch = stackalloc byte[256];
        if (Raw.Length <= scratch.Length)
        {
            using var text = new UnescapedText(Raw, scratch);
            if (text.Utf8.Length is 36 or 32
                && Utf8Parser.TryParse(text.Utf8, out Guid result, out var consumed, text.Utf8.Length == 36 ? 'D' : 'N')
                && consumed == text.Utf8.Length)
            {
                return result;
            }
        }

        throw Error("The text is not a UUID.");
    }

    /// <summary>
    /// An S as the name of an enum member, exact case first, then any case. A number is not a name. Several names, separated by commas, are for enums with
    /// <see cref="FlagsAttribute"/>.
    /// </summary>
    public TEnum GetEnum<TEnum>()
        where TEnum : struct, Enum
    {
        Require(AttributeKind.S);
        return TryGetEnum(out TEnum result) ? result : throw Error("The text is not the name of a member of the enum.");
    }

    /// <summary>As <see cref="GetEnum{TEnum}()"/>; any other text is <paramref name="fallback"/>.</summary>
    public TEnum GetEnum<TEnum>(TEnum fallback)
        where TEnum : struct, Enum
    {
        Require(AttributeKind.S);
        return TryGetEnum(out TEnum result) ? result : fallback;
    }

    private bool TryGetEnum<TEnum>(out TEnum result)
        where TEnum : struct, Enum
    {
        result = default;
        Span<char> characters = stackalloc char[256];
        if (Raw.Length > characters.Length)
        {
            return false;
        }

        using var text = new UnescapedText(Raw, stackalloc byte[256]);
        var name = characters[..Encoding.UTF8.GetChars(text.Utf8, characters)];
        return IsName<TEnum>(name) && (Enum.TryParse(name, ignoreCase: false, out result) || Enum.TryParse(name, ignoreCase: true, out result));
    }

    private static bool IsName<TEnum>(ReadOnlySpan<char> name) =>
        !name.IsEmpty && !char.IsWhiteSpace(name[0]) && !char.IsWhiteSpace(name[^1])
        && !HasNumber(name)
        && (!name.Contains(',') || typeof(TEnum).IsDefined(typeof(FlagsAttribute), inherit: false));

    /// <summary>Whether one of the comma-separated names begins as a number does.</summary>
    private static bool HasNumber(ReadOnlySpan<char> names)
    {
        foreach (var range in names.Split(','))
        {
            var name = names[range].TrimStart();
            if (name.IsEmpty || name[0] is '+' or '-' || char.IsDigit(name[0]))
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Require(AttributeKind kinds)
    {
        if ((_kind & kinds) == 0)
        {
            ThrowKind();
        }
    }

    [DoesNotReturn]
    private void ThrowKind()
    {
        if (_kind == AttributeKind.None)
        {
            throw Error("");
        }

        Malformed.ThrowKind(_start, _kind, Expected);
    }
}
