using System.Security.Cryptography;
using System.Text;

namespace TypedCdc.Lambda.Tests.Harness;

/// <summary>Writes what the Kinesis Producer Library writes (amazon-kinesis-producer, aggregation-format.md): magic, a protocol buffers message, its MD5.</summary>
internal static class Aggregates
{
    internal static byte[] Write(params IEnumerable<TestChange> changes)
    {
        var message = new List<byte>();
        Field(message, 1, "key"u8);
        foreach (var change in changes)
        {
            var record = new List<byte> { 0x08, 0x00 }; // partition_key_index = 0
            Field(record, 3, Encoding.UTF8.GetBytes(change.ToKinesisJson()));
            Field(message, 3, record.ToArray());
        }

        byte[] body = [.. message];
#pragma warning disable CA5351 // The format says so.
        return [0xF3, 0x89, 0x9A, 0xC2, .. body, .. MD5.HashData(body)];
#pragma warning restore CA5351
    }

    private static void Field(List<byte> target, int number, ReadOnlySpan<byte> bytes)
    {
        target.Add((byte)((number << 3) | 2));
        for (var length = bytes.Length; ; length >>= 7)
        {
            if (length < 0x80)
            {
                target.Add((byte)length);
                break;
            }

            target.Add((byte)((length & 0x7F) | 0x80));
        }

        target.AddRange(bytes);
    }
}
