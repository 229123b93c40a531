using System.Buffers;

namespace TypedCdc.Postgres;

/// <summary>
/// One array as PostgreSQL's text of it (PostgreSQL documentation, "Arrays", "Array Input and Output Syntax"), in a buffer that is kept: a parameter of any length costs no allocation,
/// and any type has its text.
/// </summary>
internal sealed class ArrayText
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create("\"\\"u8);

    private byte[] _bytes = new byte[256];
    private int _length;
    private bool _isEmpty;

    /// <summary>What has been written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Begins anew.</summary>
    public void Begin()
    {
        _length = 0;
        _isEmpty = true;
        Put((byte)'{');
    }

    /// <summary>Ends it.</summary>
    public void End() => Put((byte)'}');

    /// <summary>Adds NULL.</summary>
    public void AddNull()
    {
        Separate();
        "NULL"u8.CopyTo(Reserve(4));
        _length += 4;
    }

    /// <summary>Adds an element whose text has nothing in it that must be quoted: numbers, times, identifiers.</summary>
    public void AddPlain(ReadOnlySpan<byte> text)
    {
        Separate();
        text.CopyTo(Reserve(text.Length));
        _length += text.Length;
    }

    /// <summary>Adds any text.</summary>
    public void AddQuoted(ReadOnlySpan<byte> text)
    {
        Separate();
        Put((byte)'"');
        while (text.IndexOfAny(Escaped) is >= 0 and var special)
        {
            text[..special].CopyTo(Reserve(special + 2));
            _bytes[_length + special] = (byte)'\\';
            _bytes[_length + special + 1] = text[special];
            _length += special + 2;
            text = text[(special + 1)..];
        }

        text.CopyTo(Reserve(text.Length + 1));
        _length += text.Length;
        Put((byte)'"');
    }

    /// <summary>Adds bytes, as hexadecimal digits (PostgreSQL documentation, "Binary Data Types", "bytea Hex Format").</summary>
    public void AddBytes(ReadOnlySpan<byte> bytes)
    {
        Separate();
        var destination = Reserve((2 * bytes.Length) + 5);
        "\"\\\\x"u8.CopyTo(destination);
        Convert.TryToHexStringLower(bytes, destination[4..], out var length);
        destination[4 + length] = (byte)'"';
        _length += length + 5;
    }

    private void Separate()
    {
        if (!_isEmpty)
        {
            Put((byte)',');
        }

        _isEmpty = false;
    }

    private void Put(byte one)
    {
        Reserve(1)[0] = one;
        _length++;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(checked(_bytes.Length * 2), checked(_length + count)));
        }

        return _bytes.AsSpan(_length);
    }
}
