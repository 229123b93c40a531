using System.Text;

namespace TypedCdc.Fuzz.Differential;

/// <summary>Damages records: bytes, bits, pieces and tokens, so that many are still records and many nearly are.</summary>
internal sealed class RecordMutator(int seed)
{
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "\\u0041", "\\n", "\\\"", "\\x", "null", "true", "false", "0", "-", "1E5", ".", "e", "00", " ", "\n", "é", "\u0001", "😀",
            "\"S\"", "\"N\"", "\"M\"", "{\"S\":\"x\"}", "{\"N\":\"1\"}", "{\"N\":\"12345678901234567890123456789012345678\"}", "{\"NULL\":true}", "{\"M\":{}}", "{\"L\":[]}", "{\"BOOL\":false}", "{\"SS\":[]}",
            ",\"userid\":{\"N\":\"8\"}", ",\"phone\":{\"N\":\"8\"}", ",\"zz\":{\"S\":\"x\"}", ",\"zz\":{\"S\":\"x\"},\"zz\":{\"N\":\"1\"}", ",\"\\u007a\":{\"S\":\"x\"}", "\"NewImage\":null,", ",\"OldImage\":{}", ",\"SizeBytes\":1",
            "\"NULL\":true", "},\"", "\"}}", "\"}", "=", "AAAA", "1E130", "1E-131", "\"N\":\"+1\"", "\"N\":\"01\"", "\"N\":\"1.\"", "\"N\":\".5\"", "\"N\":\"-\"", "\"N\":\"1.2.3\"", "\"N\":\"-0.0\"", "{\"x\":1}", "{",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0],
    ];

    private readonly Random _random = new(seed);
    private readonly List<byte> _bytes = new(8192);

    /// <summary>A damaged copy, valid until the next call.</summary>
    internal ReadOnlySpan<byte> Mutate(ReadOnlySpan<byte> record)
    {
        _bytes.Clear();
        _bytes.AddRange(record);
        for (var n = _random.Next(1, 4); n > 0; n--)
        {
            Mutate();
        }

        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
    }

    private void Mutate()
    {
        if (_bytes.Count == 0)
        {
            _bytes.Add((byte)'{');
        }

        var at = _random.Next(_bytes.Count);
        switch (_random.Next(10))
        {
            case 0:
                _bytes[at] = (byte)_random.Next(256);
                break;
            case 1:
                _bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 2:
                _bytes.RemoveAt(at);
                break;
            case 3:
                _bytes.RemoveRange(at, Math.Min(_random.Next(1, 60), _bytes.Count - at));
                break;
            case 4:
                _bytes.InsertRange(at, Tokens[_random.Next(Tokens.Length)]);
                break;
            case 5:
                // A token in place of a value, or behind one.
                var colon = _bytes.IndexOf((byte)(_random.Next(2) == 0 ? ':' : '}'), at);
                _bytes.InsertRange(colon < 0 ? at : colon + 1, Tokens[_random.Next(Tokens.Length)]);
                break;
            case 6:
                // A piece somewhere else: names that occur twice, values of the wrong type.
                var piece = _bytes.GetRange(at, Math.Min(_random.Next(1, 60), _bytes.Count - at));
                _bytes.InsertRange(_random.Next(_bytes.Count), piece);
                break;
            case 7:
                // The end is missing.
                _bytes.RemoveRange(at, _bytes.Count - at);
                break;
            case 8:
                // Within digits and letters the structure survives.
                var letter = _bytes.FindIndex(at, static b => b is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'z'));
                if (letter >= 0)
                {
                    _bytes[letter] = (byte)"0123456789Eexyz+-."[_random.Next(18)];
                }

                break;
            default:
                var comma = _bytes.IndexOf((byte)',', at);
                _bytes.Insert(comma < 0 ? _bytes.Count : comma, (byte)" \n\r\t"[_random.Next(4)]);
                break;
        }
    }
}
