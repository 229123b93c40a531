using TypedCdc.Decoding;

namespace TypedCdc.Tests.Decoding;

/// <summary>Attribute values as the AWS SDKs serialize their objects: every descriptor, all but one null. A descriptor whose value is null does not count.</summary>
public sealed class SerializedSdkObjectTests
{
    private const string Nulls = "\"B\":null,\"BOOL\":null,\"BS\":null,\"L\":null,\"M\":null,\"NS\":null,\"NULL\":null,\"SS\":null";

    [Fact]
    public void Every_attribute_is_read_before_and_behind_its_nulls()
    {
        const string Id = "{\"S\":null," + Nulls + ",\"N\":\"8\"}";
        const string New = "{\"userid\":{\"N\":\"8\",\"S\":null," + Nulls + "},\"first_name\":{" + Nulls + ",\"N\":null,\"S\":\"new\"},\"phone\":{\"N\":null,\"NULL\":true,\"S\":null}}";
        const string Old = "{\"userid\":" + Id + ",\"first_name\":{\"N\":null,\"\\u0053\":\"old\"}}";
        var change = Records.Decode<Customer>(Records.Kinesis("MODIFY", ",\"NewImage\":" + New + ",\"OldImage\":" + Old, keys: "{\"userid\":" + Id + "}"));
        var modified = Assert.IsType<Modified<Customer>>(change);
        Assert.Equal(new Customer { UserId = 8, FirstName = "new" }, modified.After);
        Assert.Equal("old", modified.Before.FirstName);
    }

    [Fact]
    public void Values_inside_maps_lists_and_the_overflow_are_read_too()
    {
        var plain = """{"a":{"M":{"b":{"L":[{"S":"x"},{"NS":["1","2"]}]}}}}""";
        var siblings = """{"a":{"M":{"b":{"L":[{"N":null,"S":"x"},{"NS":["1","2"],"SS":null}],"M":null}},"L":null}}""";
        Assert.Equal(AttributeMap.Parse(Records.Utf8(plain)), AttributeMap.Parse(Records.Utf8(siblings)));
    }

    [Fact]
    public void A_key_has_the_hash_of_its_value()
    {
        var with = CdcRecord.Parse(Records.Utf8(Records.Kinesis("REMOVE", "", keys: "{\"userid\":{" + Nulls + ",\"N\":\"8\",\"S\":null}}")));
        Assert.Equal(CdcRecord.Parse(Records.Utf8(Records.Kinesis("REMOVE", ""))).GetKeyHash(), with.GetKeyHash());
    }

    [Theory]
    [InlineData("""{"S":null,"N":null}""", "no type descriptor with a value")]
    [InlineData("""{"S":null}""", "no type descriptor with a value")]
    [InlineData("""{"S":"a","N":"1"}""", "more than one type descriptor")]
    [InlineData("""{"S":"a","N":null,"B":"AA=="}""", "more than one type descriptor")]
    [InlineData("""{"S":null,"S":"a"}""", "a type descriptor twice")]
    [InlineData("""{"S":"a","\u0053":null}""", "a type descriptor twice")]
    [InlineData("""{"S":"a","X":null}""", "none of S, N, B")]
    public void What_is_no_value(string value, string reason) => Assert.Contains(
        reason, Records.Fails<Customer>(Records.Insert($$"""{"userid":{"N":"8"},"first_name":{{value}}}""")).Message, StringComparison.Ordinal);
}
