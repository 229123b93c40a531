using System.Globalization;
using System.Text;
using TypedCdc.Kinesis.Api;
using TypedCdc.Sources;

namespace TypedCdc.Kinesis.Tests.Api;

/// <summary>GetRecords answers read where they lie.</summary>
public sealed class GetRecordsReaderTests
{
    private static readonly ShardId Shard = new("stream", "shardId-000000000000");

    [Fact]
    public void Records_come_out_as_they_were_put_whatever_the_order_of_fields()
    {
        var text = """
            { "MillisBehindLatest": 1234, "NewField": {"a":[1,2,{"b":null}]},
              "Records": [
                {"Data":"e30=","PartitionKey":"a\"b","SequenceNumber":"49590338271490256608559692538361571095921575989136588898","ApproximateArrivalTimestamp":1.763690400123E9},
                {"SequenceNumber":"49590338271490256608559692538361571095921575989136588899","EncryptionType":"KMS","ApproximateArrivalTimestamp":1763690401,"Data":""},
                {"SequenceNumber":"49590338271490256608559692538361571095921575989136588900","Data":"+\/+\/","PartitionKey":"x"}
              ], "ChildShards":[{"ShardId":"s"}], "NextShardIterator": "AAAA\u002b" }
            """;
        using var batch = new RecordBatch(Shard);
        var records = new KinesisRecords(batch);
        var answer = GetRecordsReader.Read(Encoding.UTF8.GetBytes(text), records);
        Assert.Equal(new("AAAA+", TimeSpan.FromMilliseconds(1234), HasChildShards: true), answer);
        Assert.Equal(3, batch.Count);
        Assert.Equal("{}"u8.ToArray(), batch.GetUtf8(0).ToArray());
        Assert.Equal(0, batch.GetUtf8(1).Length);
        Assert.Equal([0xFB, 0xFF, 0xBF], batch.GetUtf8(2).ToArray());
        Assert.Equal(SequenceNumber.Parse("49590338271490256608559692538361571095921575989136588898"), batch.GetPosition(0).SequenceNumber);
        Assert.Equal(batch.GetPosition(2).SequenceNumber, records.Last);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1763690401), records.LastArrival);
    }

    [Theory]
    [InlineData("""{"NextShardIterator":null,"Records":[],"MillisBehindLatest":0,"ChildShards":[{"ShardId":"s","ParentShards":["p"]}]}""", true)]
    [InlineData("""{"NextShardIterator":null,"Records":[],"MillisBehindLatest":0,"ChildShards":[]}""", false)]
    [InlineData("""{"NextShardIterator":"","Records":[],"ChildShards":null}""", false)]
    [InlineData("""{"Records":[]}""", false)]
    public void Missing_iterator_is_the_end_only_together_with_child_shards(string text, bool hasChildren)
    {
        using var batch = new RecordBatch(Shard);
        var answer = GetRecordsReader.Read(Encoding.UTF8.GetBytes(text), new(batch));
        Assert.Null(answer.NextShardIterator);
        Assert.Equal(hasChildren, answer.HasChildShards);
        // What is absent is not taken for the tip.
        Assert.Equal(text.Contains("Millis", StringComparison.Ordinal) ? TimeSpan.Zero : null, answer.BehindLatest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"NextShardIterator":"x","MillisBehindLatest":0}""")]
    [InlineData("""{"Records":null,"NextShardIterator":"x"}""")]
    [InlineData("""{"Records":[null],"NextShardIterator":"x"}""")]
    [InlineData("""{"Records":[],"NextShardIterator":7}""")]
    [InlineData("""{"Records":[],"ChildShards":[{}]}""")]
    [InlineData("""{"Records":[],"ChildShards":[{"ShardId":""}]}""")]
    [InlineData("""{"Records":[],"ChildShards":[null]}""")]
    [InlineData("""{"Records":[],"ChildShards":{"ShardId":"s"}}""")]
    [InlineData("""{"Records":[{"Data":"e30="}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":"1"}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":"x","Data":"e30="}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":"1","Data":"e3"}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":"1","Data":"\u0065\u0033\u0030="}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":"1","Data":17}]}""")]
    [InlineData("""{"Records":[{"SequenceNumber":"1","Data":"e30="}""")]
    [InlineData("""{"Records":[]} {}""")]
    public void What_is_not_an_answer_is_an_error_that_shows_nothing_of_it(string text)
    {
        using var batch = new RecordBatch(Shard);
        var error = Assert.Throws<KinesisException>(() => GetRecordsReader.Read(Encoding.UTF8.GetBytes(text), new(batch)));
        Assert.Equal(KinesisErrorKind.Transient, error.Kind);
        Assert.DoesNotContain("e30", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Records_that_were_seen_before_are_left_out()
    {
        using var batch = new RecordBatch(Shard);
        var records = new KinesisRecords(batch, SequenceNumber.Parse("2"));
        GetRecordsReader.Read("""{"Records":[{"SequenceNumber":"1","Data":"MQ=="},{"SequenceNumber":"2","Data":"Mg=="},{"SequenceNumber":"3","Data":"Mw=="}]}"""u8, records);
        Assert.Equal(3, records.Count);
        Assert.Equal(SequenceNumber.Parse("1"), records.First);
        Assert.Equal("3"u8.ToArray(), batch.GetUtf8(0).ToArray());
        Assert.Equal(1, batch.Count);
    }

    [Fact]
    public void Nothing_is_allocated_a_record()
    {
        var few = Answer(10);
        var many = Answer(5_000);
        Measure(many);   // fills the pools

        // The least of several: other tests rent from the same pools, and a collection empties them.
        var small = Enumerable.Range(0, 10).Min(_ => Measure(few));
        var large = Enumerable.Range(0, 10).Min(_ => Measure(many));

        // The batch, the taker and the next iterator, however many records there are.
        Assert.Equal(small, large);

        static long Measure(byte[] answer)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var batch = new RecordBatch(Shard);
            GetRecordsReader.Read(answer, new(batch));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static byte[] Answer(int count)
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"dynamodb":{"Keys":{"id":{"N":"1"}}}}"""));
        var records = Enumerable.Range(0, count).Select(index => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"SequenceNumber":"495903382714902566085596925383615710959215759891365{{index:D5}}","ApproximateArrivalTimestamp":1.763690400123E9,"Data":"{{data}}","PartitionKey":"abc"}"""));
        return Encoding.UTF8.GetBytes($$"""{"Records":[{{string.Join(',', records)}}],"NextShardIterator":"AAAAAAAAAAE","MillisBehindLatest":0}""");
    }
}
