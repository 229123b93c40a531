using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TypedCdc.Decoding;
using static TypedCdc.Tests.Decoding.ValueTableTests;

namespace TypedCdc.Tests.Decoding;

/// <summary>Values as JSON text: one text for each meaning, in plain and in DynamoDB's form. Peers' mistakes 5, 11, 12 and 23.</summary>
public sealed class AttributeJsonTests
{
    [Theory]
    [InlineData("""{"S":"a\u0022\\\u0001\n\/é"}""", """ "a\"\\\u0001\n/é" """, """{"S":"a\"\\\u0001\n/é"}""")]
    [InlineData("""{"N":"0012.50"}""", "12.5", """{"N":"12.5"}""")]
    [InlineData("""{"N":"99999999999999999999999999999999999999"}""", "99999999999999999999999999999999999999", """{"N":"99999999999999999999999999999999999999"}""")]
    [InlineData("""{"N":"1e-130"}""", "1E-130", """{"N":"1E-130"}""")]
    [InlineData("""{"B":"AAE\u003d"}""", """ "AAE=" """, """{"B":"AAE="}""")]
    [InlineData("""{"BOOL": false }""", "false", """{"BOOL":false}""")]
    [InlineData("""{"NULL":true}""", "null", """{"NULL":true}""")]
    [InlineData("""{"M":{ }}""", "{}", """{"M":{}}""")]
    [InlineData("""{"L":[ ]}""", "[]", """{"L":[]}""")]
    [InlineData("""{"M":{"b":{"N":"1"},"\u0061":{"L":[{"S":"x"},{"M":{"z":{"NULL":true}}},{"N":"2"}]}}}""", """{"a":["x",{"z":null},2],"b":1}""", """{"M":{"a":{"L":[{"S":"x"},{"M":{"z":{"NULL":true}}},{"N":"2"}]},"b":{"N":"1"}}}""")]
    [InlineData("""{"SS":["b","a","\u0061"]}""", """["a","b"]""", """{"SS":["a","b"]}""")]
    [InlineData("""{"NS":["10","9.0","-1","1E1"]}""", "[-1,9,10]", """{"NS":["-1","9","10"]}""")]
    [InlineData("""{"BS":["/w==","AA=="]}""", """["AA==","/w=="]""", """{"BS":["AA==","/w=="]}""")]
    public void One_text_for_each_meaning(string value, string plain, string dynamoDb) => InEveryCulture(() =>
    {
        var buffer = new ArrayBufferWriter<byte>();
        Value(value).WritePlainJson(buffer);
        Assert.Equal(plain.Trim(), Encoding.UTF8.GetString(buffer.WrittenSpan));
        buffer.ResetWrittenCount();
        Value(value).WriteDynamoDbJson(buffer);
        Assert.Equal(dynamoDb, Encoding.UTF8.GetString(buffer.WrittenSpan));
        Assert.Equal(JsonNode.Parse(plain)?.ToJsonString(), Value(value).GetJsonNode()?.ToJsonString());
        Assert.Equal(plain.Trim(), Value(value).GetJsonElement().GetRawText());
    });

    [Fact]
    public void Attribute_maps()
    {
        var map = AttributeMap.Parse("""{"b":{"N":"1.0"},"a\"":{"SS":["y","x"]}}"""u8);
        Assert.Equal("""{"a\"":{"SS":["x","y"]},"b":{"N":"1"}}""", map.ToString());
        Assert.Equal(2, map.Count);
        Assert.True(map.TryGetValue("a\"", out var value));
        Assert.Equal(AttributeKind.SS, value.Kind);
        Assert.True(map.TryGetValue("b", out value));
        Assert.Equal(1, value.GetInteger<int>());
        Assert.False(map.TryGetValue("c", out _));
        var same = AttributeMap.Parse("""{"a\u0022":{"SS":["x","y"]},"b":{"N":"1"}}"""u8);
        Assert.Equal(map, same);
        Assert.Equal(map.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(map, AttributeMap.Parse("""{"b":{"N":"1"}}"""u8));
        Assert.Same(AttributeMap.Empty, AttributeMap.Parse("{}"u8));
        Assert.Equal(0, AttributeMap.Empty.Count);
        foreach (var wrong in new[] { "", "[]", "{", "{}{}", """{"a":1}""", """{"a":{"S":"x"},"a":{"S":"x"}}""", "{}}" })
        {
            Assert.Throws<CdcDecodeException>(() => AttributeMap.Parse(Encoding.UTF8.GetBytes(wrong)));
        }

        Assert.Throws<CdcDecodeException>(() => AttributeMap.Parse([(byte)'{', 0xFF, (byte)'}']));

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            map.WriteTo(writer);
            AttributeMap.Empty.WriteTo(writer);
            writer.WriteEndObject();
        }

        Assert.Equal(map, AttributeMap.Parse(stream.ToArray()));
    }

    [Fact]
    public void What_a_table_does_not_name_is_kept_lossless()
    {
        var utf8 = Records.Utf8("""{"userid":{"N":"8"},"z":{"N":"12345678901234567890.0"},"ph\u006fne":{"N":"1"},"a":{"B":"AA=="}}""");
        var table = CdcModel.Get<Customer>().Attributes;
        var slots = new AttributeSlot[4];
        var end = AttributeScanner.ScanMap(utf8, 0, table, slots, out var hasUnmapped);
        Assert.Equal("""{"a":{"B":"AA=="},"z":{"N":"12345678901234567890"}}""", new ItemReader(utf8, slots, table, 0, end, hasUnmapped).GetUnmapped().ToString());

        var mapped = Records.Utf8("""{"userid":{"N":"8"}}""");
        end = AttributeScanner.ScanMap(mapped, 0, table, slots, out hasUnmapped);
        Assert.False(hasUnmapped);
        Assert.Same(AttributeMap.Empty, new ItemReader(mapped, slots, table, 0, end, hasUnmapped).GetUnmapped());
    }
}
