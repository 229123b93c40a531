namespace TypedCdc.Tests.Decoding;

/// <summary>Records without ApproximateCreationDateTime, as the Lambda console's sample event has them.</summary>
public sealed class UnknownTimeTests
{
    private static string Record(string time) =>
        $$$"""{"eventID":"1","eventName":"REMOVE","tableName":"t","dynamodb":{{{{time}}}"Keys":{"userid":{"N":"8"}},"SequenceNumber":"111"},"awsRegion":"us-west-2"}""";

    [Theory]
    [InlineData("")]
    [InlineData("\"ApproximateCreationDateTime\":null,")]
    public void The_change_is_delivered_and_its_time_marked_as_unknown(string time)
    {
        var record = CdcRecord.Parse(Records.Utf8(Record(time)));
        Assert.False(record.HasTimestamp);
        Assert.Equal((0, "111"), (record.TimestampMicroseconds, record.SequenceNumber.ToString(null, System.Globalization.CultureInfo.InvariantCulture)));
        var change = Records.Decode<Customer>(Record(time));
        Assert.False(change.HasTimestamp);
        Assert.Equal(DateTimeOffset.UnixEpoch, change.Timestamp);
        Assert.Equal(8, CdcRecord.Decode<Customer>(Records.Utf8(Record(time))) is Removed<Customer> removed ? ((Customer.Key)removed.KeyWithoutImages!).UserId : 0);
    }

    [Fact]
    public void A_known_time_is_marked_as_known_even_where_it_is_0()
    {
        Assert.True(CdcRecord.Parse(Records.Utf8(Record("\"ApproximateCreationDateTime\":0,"))).HasTimestamp);
        Assert.True(Records.Decode<Customer>(Records.Captured[0]).HasTimestamp);
        Assert.True(Records.Decode<Customer>(Records.Captured[0]).HasTimestamp); // by the template that the first one taught
    }

    [Fact]
    public void A_source_may_know_the_time() => Assert.True(
        CdcRecord.Parse(Records.Utf8(Record("")), default, new() { Timestamp = DateTimeOffset.UnixEpoch.AddYears(50) }).HasTimestamp);

    [Fact]
    public void An_incremental_export_without_its_time_is_an_error() => Assert.Contains(
        "WriteTimestampMicros",
        Assert.Throws<CdcDecodeException>(static () => CdcRecord.Parse(Records.Utf8("""{"Metadata":{},"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"}}}"""), default, new() { TableName = "t" })).Message,
        StringComparison.Ordinal);
}
