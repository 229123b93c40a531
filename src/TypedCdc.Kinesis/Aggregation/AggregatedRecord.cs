using System.Buffers;
using System.Security.Cryptography;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Aggregation;

/// <summary>
/// A record that the Kinesis Producer Library packed several user records into (amazon-kinesis-producer, aggregation-format.md): four magic bytes, a protocol buffers
/// message, the message's MD5. DynamoDB never writes one, but any producer may put its records on the same stream.
/// </summary>
internal static class AggregatedRecord
{
    private const int ChecksumLength = 16;
    private const uint RecordsField = 3;
    private const uint DataField = 3;

    private static ReadOnlySpan<byte> Magic => [0xF3, 0x89, 0x9A, 0xC2];

    /// <summary>Whether the bytes begin and end as an aggregate does. What only looks like one is an ordinary record, as the KCL has it.</summary>
    internal static bool IsAggregated(ReadOnlySpan<byte> record)
    {
        if (!record.StartsWith(Magic) || record.Length < Magic.Length + ChecksumLength)
        {
            return false;
        }

        Span<byte> checksum = stackalloc byte[ChecksumLength];
#pragma warning disable CA5351 // The format's own check against corruption, not against people.
        MD5.HashData(Message(record), checksum);
#pragma warning restore CA5351
        return checksum.SequenceEqual(record[^ChecksumLength..]) && Count(Message(record)) > 0;
    }

    /// <summary>
    /// Replaces the aggregate that was written into the batch's reserved room by its user records, in their order. They share its sequence number:
    /// a checkpoint says it only when all of them are done. Those that were hashed to another shard are kept too; the producer sends them
    /// again, and a duplicate costs less than a loss.
    /// </summary>
    internal static void Add(RecordBatch batch, SequenceNumber sequenceNumber, int length)
    {
        var copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            batch.Reserve(length)[..length].CopyTo(copy);
            var message = new MessageReader(Message(copy.AsSpan(0, length)));
            while (message.Next())
            {
                if (message.Field == RecordsField && TryGetData(message.Bytes, out var data))
                {
                    batch.Add(sequenceNumber, data);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static ReadOnlySpan<byte> Message(ReadOnlySpan<byte> record) => record[Magic.Length..^ChecksumLength];

    /// <summary>How many user records there are; 0 where the message is malformed.</summary>
    private static int Count(ReadOnlySpan<byte> message)
    {
        var count = 0;
        var reader = new MessageReader(message);
        while (reader.Next())
        {
            if (reader.Field == RecordsField)
            {
                if (!TryGetData(reader.Bytes, out _))
                {
                    return 0;
                }

                count++;
            }
        }

        return reader.IsMalformed ? 0 : count;
    }

    private static bool TryGetData(ReadOnlySpan<byte> record, out ReadOnlySpan<byte> data)
    {
        data = default;
        var found = false;
        var reader = new MessageReader(record);
        while (reader.Next())
        {
            if (reader.Field == DataField)
            {
                data = reader.Bytes;
                found = true;
            }
        }

        return found && !reader.IsMalformed;
    }

    /// <summary>Walks the fields of one protocol buffers message.</summary>
    private ref struct MessageReader(ReadOnlySpan<byte> message)
    {
        private const int Varint = 0;
        private const int Fixed64 = 1;
        private const int LengthDelimited = 2;
        private const int Fixed32 = 5;

        private ReadOnlySpan<byte> _rest = message;

        internal uint Field { get; private set; }

        /// <summary>The field's bytes; empty for a number.</summary>
        internal ReadOnlySpan<byte> Bytes { get; private set; }

        internal bool IsMalformed { get; private set; }

        /// <summary>False at the end, and at what is not a field.</summary>
        internal bool Next()
        {
            if (_rest.IsEmpty || IsMalformed)
            {
                return false;
            }

            var length = 0UL;
            IsMalformed = !TryReadVarint(out var tag);
            Field = (uint)(tag >> 3);
            switch ((int)(tag & 7))
            {
                case Varint:
                    IsMalformed |= !TryReadVarint(out _);
                    break;
                case Fixed64:
                    length = 8;
                    break;
                case LengthDelimited:
                    IsMalformed |= !TryReadVarint(out length);
                    break;
                case Fixed32:
                    length = 4;
                    break;
                default:
                    IsMalformed = true;
                    break;
            }

            IsMalformed |= Field == 0 || length > (ulong)_rest.Length;
            if (IsMalformed)
            {
                return false;
            }

            Bytes = _rest[..(int)length];
            _rest = _rest[(int)length..];
            return true;
        }

        private bool TryReadVarint(out ulong value)
        {
            value = 0;
            for (var index = 0; index < 10 && index < _rest.Length; index++)
            {
                value |= (ulong)(_rest[index] & 0x7F) << (7 * index);
                if (_rest[index] < 0x80)
                {
                    _rest = _rest[(index + 1)..];
                    return true;
                }
            }

            return false;
        }
    }
}
