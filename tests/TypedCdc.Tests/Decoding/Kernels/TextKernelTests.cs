using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using TypedCdc.Decoding;
using TypedCdc.Decoding.Kernels;
using TypedCdc.Fuzz.Differential;

namespace TypedCdc.Tests.Decoding.Kernels;

/// <summary>Ends of strings, base64 and ASCII strings, each against what the general path or the platform says, right before a page that cannot be read.</summary>
public sealed class TextKernelTests
{
    private static readonly string[] Pieces =
    [
        "a", "bc", "0123456789abcdef", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "é", "東京", "😀", "\\x", "\\ud83d", "\\ude00", "\\u12", "\u0001", "\n", "\"", "\\",
    ];

    [Fact]
    public void The_end_of_a_string_is_where_the_scanner_finds_it()
    {
        using var memory = new GuardedMemory(4096);
        var random = new Random(3);
        var (ends, refusals) = (0, 0);
        for (var i = 0; i < 60_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 12)).Select(_ => Pieces[random.Next(random.Next(4) == 0 ? Pieces.Length : 13)]));
            var bytes = Encoding.UTF8.GetBytes(new string(' ', 64) + "\"" + text + (random.Next(8) == 0 ? "" : "\""));
            if (random.Next(6) == 0 && bytes.Length > 65)
            {
                bytes[random.Next(65, bytes.Length)] = (byte)random.Next(0x80, 0x100);
            }

            var record = memory.PlaceAtEnd(bytes);
            var end = TextScan.End(ref MemoryMarshal.GetReference(record), record.Length, 65, out var isPlain, out var hasEscapes);
            var expected = Expected(record);
            if (expected is not { } slice)
            {
                refusals++;
                Assert.True(end == -1, Encoding.Latin1.GetString(record[64..]));
                continue;
            }

            ends++;
            Assert.Equal((slice.End, slice.IsPlain, slice.HasEscapes), (end, isPlain, hasEscapes));
        }

        Assert.True(ends > 10_000 && refusals > 10_000, $"{ends} {refusals}");
    }

    [Fact]
    public void Base64_is_what_the_general_path_takes()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        using var memory = new GuardedMemory(4096);
        var random = new Random(5);
        var valid = 0;
        for (var i = 0; i < 60_000; i++)
        {
            var data = new byte[random.Next(0, 90)];
            random.NextBytes(data);
            var text = Convert.ToBase64String(data).ToCharArray();
            if (random.Next(2) == 0 && text.Length > 0)
            {
                text[random.Next(text.Length)] = random.Next(3) == 0 ? " =\n-_@[`{/:\u0001é"[random.Next(13)] : Alphabet[random.Next(64)];
            }

            var record = memory.PlaceAtEnd(Encoding.Latin1.GetBytes(text));
            var expected = record.Length % 4 == 0 && !record.ContainsAny(" \t\r\n"u8) && Base64.IsValid(record);
            valid += expected ? 1 : 0;
            Assert.Equal(expected, Base64Scan.IsValid(ref MemoryMarshal.GetReference(record), 0, record.Length));
        }

        Assert.InRange(valid, 30_000, 55_000);
    }

    [Fact]
    public void Ascii_becomes_a_string_of_any_length()
    {
        using var memory = new GuardedMemory(4096);
        for (var length = 0; length < 200; length++)
        {
            var expected = string.Concat(Enumerable.Range(0, length).Select(static i => (char)(32 + (i * 7 % 95))));
            Assert.Equal(expected, AsciiText.ToString(memory.PlaceAtEnd(Encoding.ASCII.GetBytes(expected))));
        }
    }

    private static JsonSlice? Expected(ReadOnlySpan<byte> record)
    {
        try
        {
            var slice = new JsonScanner(record, 64).TakeString();
            return Utf8.IsValid(slice.Of(record)) ? slice : null;
        }
        catch (CdcDecodeException)
        {
            return null;
        }
    }
}
