using System.Text;

namespace TypedCdc.Tests.Decoding;

/// <summary>Every shape that carries a change, and what is refused. Peers' mistakes 19, 20 and 22 are about the time's unit.</summary>
public sealed class EnvelopeTests
{
    private const string Keys = """{"userid":{"N":"8"}}""";

    [Theory]
    [InlineData("1667565639982", "", 1667565639982_000)]
    [InlineData("1667565639982123", "", 1667565639982_123)]
    [InlineData("1667565639", "", 1667565639_000_000)]
    [InlineData("1667565639.982", "", 1667565639_982_000)]
    [InlineData("1.667565639982123E9", "", 1667565639_982_123)]
    [InlineData("1667565639982123", "MICROSECOND", 1667565639982_123)]
    [InlineData("1667565639982", "MILLISECOND", 1667565639982_000)]
    [InlineData("1000", "MILLISECOND", 1000_000)]
    [InlineData("1000", "MICROSECOND", 1000)]
    [InlineData("\"1667565639982\"", "", 1667565639982_000)]
    [InlineData("\"2022-11-04T12:40:39.982000+00:00\"", "", 1667565639982_000)]
    [InlineData("0", "", 0)]
    public void Time_is_microseconds_whatever_its_unit(string time, string precision, long expected)
    {
        var text = Records.Kinesis("REMOVE", precision.Length == 0 ? "" : $$""","ApproximateCreationDateTimePrecision":"{{precision}}" """, time);
        Assert.Equal(expected, CdcRecord.Parse(Records.Utf8(text)).TimestampMicroseconds);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(expected * 10), Records.Decode<Customer>(text).Timestamp);

        // The precision may come first.
        var reordered = $$$"""{"eventName":"REMOVE","tableName":"t","dynamodb":{{{{(precision.Length == 0 ? "" : $"\"ApproximateCreationDateTimePrecision\":\"{precision}\",")}}}"Keys":{{{Keys}}},"ApproximateCreationDateTime":{{{time}}}}}""";
        Assert.Equal(expected, CdcRecord.Parse(Records.Utf8(reordered)).TimestampMicroseconds);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("\"yesterday\"")]
    [InlineData("true")]
    [InlineData("1E30")]
    [InlineData("253402300800000000")]
    public void What_is_no_time(string time) => Assert.Throws<CdcDecodeException>(() => CdcRecord.Parse(Records.Utf8(Records.Kinesis("REMOVE", "", time))));

    [Fact]
    public void Unknown_precision_is_an_error() =>
        Assert.Throws<CdcDecodeException>(() => CdcRecord.Parse(Records.Utf8(Records.Kinesis("REMOVE", ""","ApproximateCreationDateTimePrecision":"NANOSECOND" """))));

    [Fact]
    public void A_streams_record_has_seconds_a_sequence_number_and_no_table()
    {
        var text = """{"eventID":"7de3041dd709b024af6f29e4fa13d34c","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-west-2","dynamodb":{"ApproximateCreationDateTime":1479499740,"Keys":{"userid":{"N":"8"}},"NewImage":{"userid":{"N":"8"}},"SequenceNumber":"13021600000000001596893679","SizeBytes":112,"StreamViewType":"NEW_IMAGE"}}""";
        var record = CdcRecord.Parse(Records.Utf8(text), default, new CdcRecordOptions { TableName = "customers" });
        Assert.Equal("customers", record.TableName);
        Assert.Equal("7de3041dd709b024af6f29e4fa13d34c", record.EventId);
        Assert.Equal("us-west-2", record.Region);
        Assert.Equal("13021600000000001596893679", record.SequenceNumber.ToString(null, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1479499740_000_000, record.TimestampMicroseconds);
        Assert.Equal(112, record.SizeBytes);
        Assert.Contains("which table", Assert.Throws<CdcDecodeException>(() => CdcRecord.Parse(Records.Utf8(text))).Message, StringComparison.Ordinal);

        // Outside a host the model's own table stands in.
        Assert.Equal("hubert_dynamocdc", Records.Decode<Customer>(text).TableName);
    }

    [Fact]
    public void A_lambda_record_has_its_table_in_the_arn()
    {
        var record = CdcRecord.Parse(Records.Utf8("""{"eventSourceARN":"arn:aws-cn:dynamodb:cn-north-1:123456789012:table/Example.Table-1/stream/2015-06-27T00:48:05.899","EventName":"Modify","Dynamodb":{"approximateCreationDateTime":1479499740.0,"keys":{"userid":{"N":"8"}},"newImage":null,"oldImage":null}}"""));
        Assert.Equal("Example.Table-1", record.TableName);
        Assert.Equal("cn-north-1", record.Region);
        Assert.Equal(ChangeOperation.Modify, record.Operation);
        Assert.True(record.NewImage.IsEmpty);
    }

    [Theory]
    [InlineData("""{"type":"Service","principalId":"dynamodb.amazonaws.com"}""", true)]
    [InlineData("""{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"}""", true)]
    [InlineData("""{"Type":"User","PrincipalId":"someone"}""", false)]
    [InlineData("""null""", false)]
    [InlineData("""{}""", false)]
    public void Time_to_live(string identity, bool expected)
    {
        var text = Records.Kinesis("REMOVE", ""","OldImage":{"userid":{"N":"8"}}""").Replace("\"userIdentity\":null", $"\"userIdentity\":{identity}", StringComparison.Ordinal);
        var change = Records.Decode<Customer>(text);
        Assert.Equal(expected, change.IsTimeToLive);
        Assert.Equal(expected ? new UserIdentity("Service", "dynamodb.amazonaws.com") : identity.Contains("User", StringComparison.Ordinal) ? new("User", "someone") : null, change.UserIdentity);
        Assert.False(Records.Decode<Customer>(text.Replace("REMOVE", "MODIFY", StringComparison.Ordinal)).IsTimeToLive);
    }

    [Fact]
    public void Exports()
    {
        var options = new CdcRecordOptions { TableName = "customers" };
        var full = CdcRecord.Parse(Records.Utf8("""{"Item":{"userid":{"N":"8"},"phone":{"N":"1"}}}"""), default, options);
        Assert.Equal(ChangeOperation.Snapshot, full.Operation);
        Assert.Equal("", full.EventId);
        Assert.Equal(0, full.TimestampMicroseconds);
        Assert.Equal(1, Assert.IsType<Snapshot<Customer>>(full.Decode<Customer>()).After.Phone);
        Assert.Equal(1, Assert.IsType<Snapshot<Customer>>(full.Decode<Customer>(Images.None)).After.Phone);
        Assert.Equal(5_000_000, CdcRecord.Parse(full.Utf8, default, options with { Timestamp = DateTimeOffset.UnixEpoch.AddSeconds(5) }).TimestampMicroseconds);

        Assert.Equal(ChangeOperation.Modify, Incremental("""{"N":"1680109764000000"}""", $""","NewImage":{Keys},"OldImage":{Keys}""").Operation);
        Assert.Equal(ChangeOperation.Insert, Incremental("\"1680109764000000\"", $""","NewImage":{Keys}""").Operation);
        Assert.Equal(ChangeOperation.Remove, Incremental("1680109764000000", $""","OldImage":{Keys}""").Operation);
        Assert.Equal(ChangeOperation.Remove, Incremental("1680109764000000", "").Operation);
        Assert.Throws<CdcDecodeException>(() => Incremental("""{"S":"1680109764000000"}""", ""));
        Assert.Throws<CdcDecodeException>(() => Incremental("null", ""));

        CdcRecord Incremental(string time, string images)
        {
            var record = CdcRecord.Parse(Records.Utf8($$$"""{"Metadata":{"WriteTimestampMicros":{{{time}}}},"Keys":{{{Keys}}}{{{images}}}}"""), default, options);
            Assert.Equal(1680109764000000, record.TimestampMicroseconds);
            return record;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"x\"")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"dynamodb":{}}""")]
    [InlineData("""{"eventName":"INSERT","tableName":"t","dynamodb":null}""")]
    [InlineData("""{"Item":null}""")]
    [InlineData("""{"Item":[]}""")]
    [InlineData("not json at all")]
    public void What_is_no_change_record(string text) => Assert.Throws<CdcDecodeException>(() => CdcRecord.Parse(Records.Utf8(text)));

    [Fact]
    public void Damage_is_refused()
    {
        var text = Records.Captured[0];
        Refused(text + "x");
        Refused(text + text);
        Refused(text[..^1]);
        Refused("\ufeff" + text);
        Refused(text + "\0");
        Refused(text.Replace("\"MODIFY\"", "\"UPSERT\"", StringComparison.Ordinal));
        Refused(text.Replace("\"eventName\":\"MODIFY\",", "", StringComparison.Ordinal));
        Refused(text.Replace("\"tableName\"", "\"tableName\":\"x\",\"TableName\"", StringComparison.Ordinal));
        Refused(text.Replace("\"recordFormat\"", "\"recordFormat\":1,\"recordFormat\"", StringComparison.Ordinal));
        Refused(text.Replace("\"SizeBytes\":104", "\"SizeBytes\":-1", StringComparison.Ordinal));
        Refused(text.Replace("\"SizeBytes\":104", "\"SizeBytes\":104.5", StringComparison.Ordinal));
        Refused(text.Replace("\"SizeBytes\":104", "\"SizeBytes\":0104", StringComparison.Ordinal));
        Refused(text.Replace("\"Keys\":{\"userid\":{\"N\":\"8\"}},", "", StringComparison.Ordinal));
        Refused(text.Replace("application/json", "\\ud800", StringComparison.Ordinal));
        CdcRecord.Parse(Records.Utf8(" \r\n\t" + text + " \r\n\t"));

        // Invalid UTF-8 in a property that nobody reads.
        var bytes = Records.Utf8(text);
        bytes[text.IndexOf("application", StringComparison.Ordinal)] = 0xFF;
        Assert.Equal(text.IndexOf("application", StringComparison.Ordinal), Assert.Throws<CdcDecodeException>(() => CdcRecord.Parse(bytes)).ByteOffset);

        static void Refused(string text) => Assert.Throws<CdcDecodeException>(() => CdcRecord.Parse(Records.Utf8(text)));
    }

    [Fact]
    public void Unknown_properties_and_whitespace_and_escaped_names_change_nothing()
    {
        var expected = ((Modified<Customer>)Records.Decode<Customer>(Records.Captured[0])).After;
        var pretty = System.Text.Json.Nodes.JsonNode.Parse(Records.Captured[0])!.ToJsonString(new() { WriteIndented = true });
        Assert.Equal(expected, ((Modified<Customer>)Records.Decode<Customer>(pretty)).After);
        var unknown = Records.Captured[0]
            .Replace("\"dynamodb\":{", "\"new\":{\"a\":[1,2.5e-3,{\"b\":null}],\"a\":true},\"metadata\":\"x\",\"Keys\":17,\"dynamo\\u0064b\":{\"StreamViewType\":\"x\",\"more\":[[]],", StringComparison.Ordinal)
            .Replace("\"phone\"", "\"ph\\u006fne\"", StringComparison.Ordinal)
            .Replace("{\"S\"", "{\"\\u0053\"", StringComparison.Ordinal);
        Assert.Equal(expected, ((Modified<Customer>)Records.Decode<Customer>(unknown)).After);
    }

    [Fact]
    public void Depth_is_dynamodbs_and_bounded()
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat("""{"L":[{"M":{"x":""", depth)) + """{"S":""}""" + string.Concat(Enumerable.Repeat("}}]}", depth));
        Assert.Equal(8, Records.Customer($""","deep":{Nested(16)}""").UserId);
        Assert.Equal(8, Records.Customer($""","deep":{Nested(31)}""").UserId);
        Assert.Throws<CdcDecodeException>(() => Records.Customer($""","deep":{Nested(32)}"""));
        Assert.Throws<CdcDecodeException>(() => Records.Customer($""","deep":{Nested(100_000)}"""));
        Assert.Throws<CdcDecodeException>(() => CdcRecord.Parse(Records.Utf8(new string('[', 1_000_000))));
        Assert.Throws<CdcDecodeException>(() => CdcRecord.Parse(Records.Utf8("{\"x\":" + new string('[', 1_000_000))));
    }

    [Fact]
    public void Large_records()
    {
        var text = new string('x', 5_000_000);
        Assert.Equal(text, Records.Customer($$""","first_name":{"S":"{{text}}"}""").FirstName);
        Assert.Equal(text + "\n", Records.Customer($$""","first_name":{"S":"{{text}}\n"}""").FirstName);
    }

    [Fact]
    public void Table_names_are_one_object_each()
    {
        var name = CdcRecord.Parse(Records.Utf8(Records.Captured[0])).TableName;
        Assert.Same(name, CdcRecord.Parse(Records.Utf8(Records.Captured[0])).TableName);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Equal($"table-{i}", TypedCdc.Decoding.InternedNames.Get(Encoding.UTF8.GetBytes($"table-{i}")));
        }
    }
}
