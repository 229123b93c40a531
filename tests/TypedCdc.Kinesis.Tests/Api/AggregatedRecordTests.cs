using System.Security.Cryptography;
using System.Text;
using TypedCdc.Kinesis.Api;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Tests.Api;

/// <summary>Aggregates of the Kinesis Producer Library come out as their user records; what only looks like one stays as it is.</summary>
public sealed class AggregatedRecordTests
{
    private static readonly ShardId Shard = new("stream", "shardId-000000000000");

    [Fact]
    public void User_records_come_out_in_their_order_with_the_aggregates_number()
    {
        using var batch = new RecordBatch(Shard);
        var records = new KinesisRecords(batch);
        records.Add(SequenceNumber.Parse("5"), "plain"u8, null);
        records.Add(SequenceNumber.Parse("6"), Aggregate("one", "two", "", new string('x', 70_000)), null);
        records.Add(SequenceNumber.Parse("7"), "after"u8, null);
        Assert.Equal(["plain", "one", "two", "", new string('x', 70_000), "after"], Texts(batch));
        Assert.Equal(new[] { "5", "6", "6", "6", "6", "7" }.Select(text => SequenceNumber.Parse(text)), Enumerable.Range(0, batch.Count).Select(index => batch.GetPosition(index).SequenceNumber));
        Assert.Equal(3, records.Count);
    }

    [Fact]
    public void Damaged_aggregate_is_one_record_as_it_came()
    {
        var random = new Random(20260301);
        var whole = Aggregate("one", "two", "three");
        for (var round = 0; round < 500; round++)
        {
            var damaged = whole.ToArray();
            if (round % 2 == 0)
                damaged[random.Next(4, damaged.Length)] ^= (byte)random.Next(1, 256);
            else
                damaged = damaged[..random.Next(0, damaged.Length)];
            using var batch = new RecordBatch(Shard);
            new KinesisRecords(batch).Add(SequenceNumber.Parse("1"), damaged, null);
            Assert.Equal(damaged, batch.GetUtf8(0).ToArray());
            Assert.Equal(1, batch.Count);
        }
    }

    [Fact]
    public void Message_with_a_right_checksum_and_a_wrong_inside_is_one_record_as_it_came()
    {
        var random = new Random(20260302);
        for (var round = 0; round < 2000; round++)
        {
            var message = new byte[random.Next(0, 40)];
            random.NextBytes(message);
            var record = Seal(message);
            using var batch = new RecordBatch(Shard);
            new KinesisRecords(batch).Add(SequenceNumber.Parse("1"), record, null);
            Assert.True(batch.Count >= 1, "A record vanished.");
        }

        using var cut = new RecordBatch(Shard);
        var tooLong = Seal([0x1A, 0x05, 0x1A, 0x09, 1, 2, 3]); // a data field that says nine bytes and has three
        new KinesisRecords(cut).Add(SequenceNumber.Parse("1"), tooLong, null);
        Assert.Equal(tooLong, cut.GetUtf8(0).ToArray());
    }

    internal static byte[] Aggregate(params string[] texts)
    {
        using var message = new MemoryStream();
        Field(message, 1, "key"u8.ToArray());
        foreach (var text in texts)
        {
            using var record = new MemoryStream();
            record.Write([0x08, 0x00]); // partition_key_index
            Field(record, 3, Encoding.UTF8.GetBytes(text));
            Field(message, 3, record.ToArray());
        }

        return Seal(message.ToArray());

        static void Field(MemoryStream to, int number, byte[] bytes)
        {
            to.WriteByte((byte)(number << 3 | 2));
            var length = (uint)bytes.Length;
            for (; length >= 0x80; length >>= 7)
                to.WriteByte((byte)(length | 0x80));
            to.WriteByte((byte)length);
            to.Write(bytes);
        }
    }

    private static byte[] Seal(byte[] message) => [0xF3, 0x89, 0x9A, 0xC2, .. message, .. MD5.HashData(message)];

    private static IEnumerable<string> Texts(RecordBatch batch) => Enumerable.Range(0, batch.Count).Select(index => Encoding.UTF8.GetString(batch.GetUtf8(index).Span));
}
