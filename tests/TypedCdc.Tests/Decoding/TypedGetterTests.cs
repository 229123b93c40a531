using System.Text;
using TypedCdc.Decoding;
using static TypedCdc.Tests.Decoding.ValueTableTests;

namespace TypedCdc.Tests.Decoding;

/// <summary>Text, bytes, times, enums and collections, one getter after the other.</summary>
public sealed class TypedGetterTests
{
    internal enum Plan
    {
        Free,
        Paid,
    }

    [Flags]
    internal enum Rights
    {
        None = 0,
        Read = 1,
        Write = 2,
    }

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"plain\"", "plain")]
    [InlineData("\"0123456789abcdef0123456789abcdef0123456789\"", "0123456789abcdef0123456789abcdef0123456789")]
    [InlineData("\"gr\u00fc\u00df 😀\"", "gr\u00fc\u00df 😀")]
    [InlineData("""  "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000" """, "\"\\/\b\f\n\r\té😀\0")]
    public void Strings_mean_what_json_says(string json, string expected)
    {
        Assert.Equal(expected, Value($$"""{"S":{{json}}}""").GetString());
        Assert.True(Value($$"""{"S":{{json}}}""").TextEquals(Encoding.UTF8.GetBytes(expected)));
        Assert.False(Value($$"""{"S":{{json}}}""").TextEquals(Encoding.UTF8.GetBytes(expected + "!")));
        var copy = new byte[100];
        Assert.Equal(expected, Encoding.UTF8.GetString(copy, 0, Value($$"""{"S":{{json}}}""").CopyUtf8To(copy)));
    }

    [Fact]
    public void Long_escaped_text_is_read_whole()
    {
        var text = string.Concat(Enumerable.Repeat("\"ä\n", 5000));
        Assert.Equal(text, Value($$"""{"S":{{System.Text.Json.JsonSerializer.Serialize(text)}}}""").GetString());
    }

    [Theory]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\ude00\\ud83d\"")]
    [InlineData("\"\\ud83d\\u0041\"")]
    [InlineData("\"\\ud83dx\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"no end")]
    public void Broken_strings_are_errors(string json) => Assert.Throws<CdcDecodeException>(() => { Value($$"""{"S":{{json}}}"""); });

    [Theory]
    [InlineData("", "")]
    [InlineData("AAEC", "000102")]
    [InlineData("AAE=", "0001")]
    [InlineData("AA==", "00")]
    [InlineData("\\u0041AE\\u003d", "0001")]
    [InlineData("\\/\\/\\/\\/", "FFFFFF")]
    public void Bytes(string base64, string expected)
    {
        Assert.Equal(expected, Convert.ToHexString(Value($$"""{"B":"{{base64}}"}""").GetBytes()));
        var copy = new byte[Value($$"""{"B":"{{base64}}"}""").MaxByteCount];
        Assert.Equal(expected, Convert.ToHexString(copy, 0, Value($$"""{"B":"{{base64}}"}""").CopyBytesTo(copy)));
    }

    [Fact]
    public void Scalars_of_text()
    {
        Assert.Equal('é', Value("""{"S":"é"}""").GetChar());
        Assert.Equal('\n', Value("""{"S":"\n"}""").GetChar());
        Fails("""{"S":""}""", v => v.GetChar());
        Fails("""{"S":"ab"}""", v => v.GetChar());
        Fails("""{"S":"😀"}""", v => v.GetChar());
        Assert.Equal(new Uri("https://example.com/ä?x=1"), Value("""{"S":"https://example.com/ä?x=1"}""").GetUri());
        Assert.Equal("a/b", Value("""{"S":"a/b"}""").GetUri().ToString());
        Fails("""{"S":"http://"}""", v => v.GetUri());
        var id = Guid.Parse("d3ed405e-420b-4601-8aaf-bda773a16d86");
        Assert.Equal(id, Value("""{"S":"d3ed405e-420b-4601-8aaf-bda773a16d86"}""").GetGuid());
        Assert.Equal(id, Value("""{"S":"D3ED405E420B46018AAFBDA773A16D86"}""").GetGuid());
        Fails("""{"S":"{d3ed405e-420b-4601-8aaf-bda773a16d86}"}""", v => v.GetGuid());
        Fails("""{"S":"d3ed405e-420b-4601-8aaf-bda773a16d8"}""", v => v.GetGuid());
        Assert.True(Value("""{"BOOL":true}""").GetBoolean());
        Assert.False(Value("""{"BOOL":false}""").GetBoolean());
    }

    [Theory]
    [InlineData("2024-07-12T01:17:42", "2024-07-12T01:17:42.0000000+00:00")]
    [InlineData("2024-07-12", "2024-07-12T00:00:00.0000000+00:00")]
    [InlineData("2024-07-12 01:17Z", "2024-07-12T01:17:00.0000000+00:00")]
    [InlineData("2024-07-12T01:17:42.5+05:45", "2024-07-12T01:17:42.5000000+05:45")]
    [InlineData("2024-07-12T01:17:42.123456789-0330", "2024-07-12T01:17:42.1234567-03:30")]
    [InlineData("2024-02-29T23:59:59.9999999+14", "2024-02-29T23:59:59.9999999+14:00")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999+00:00")]
    [InlineData("2024-07-12T01:17:42\\u002b02:00", "2024-07-12T01:17:42.0000000+02:00")]
    public void Points_in_time(string text, string expected) => InEveryCulture(() =>
    {
        Assert.Equal(expected, Value($$"""{"S":"{{text}}"}""").GetDateTimeOffset().ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        var utc = Value($$"""{"S":"{{text}}"}""").GetDateTime();
        Assert.Equal(DateTimeKind.Utc, utc.Kind);
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture).UtcTicks, utc.Ticks);
    });

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("2024-13-01")]
    [InlineData("2024-07-12T24:00")]
    [InlineData("2024-07-12T01:60")]
    [InlineData("2024-07-12T01:17:42.")]
    [InlineData("2024-07-12T01:17:42+15:00")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("12/07/2024")]
    [InlineData("20240712")]
    [InlineData("2024-07-12T01:17:42 ")]
    [InlineData("")]
    public void What_is_no_point_in_time(string text) => Fails($$"""{"S":"{{text}}"}""", v => v.GetDateTimeOffset());

    [Fact]
    public void Days_times_and_durations()
    {
        Assert.Equal(new DateOnly(2024, 7, 12), Value("""{"S":"2024-07-12"}""").GetDateOnly());
        Fails("""{"S":"2024-07-12T00:00"}""", v => v.GetDateOnly());
        Assert.Equal(new TimeOnly(1, 17, 42, 500), Value("""{"S":"01:17:42.5"}""").GetTimeOnly());
        Assert.Equal(new TimeOnly(1, 17), Value("""{"S":"01:17"}""").GetTimeOnly());
        Fails("""{"S":"1:17"}""", v => v.GetTimeOnly());
        Assert.Equal(new TimeSpan(1, 2, 3, 4, 500), Value("""{"S":"P1DT2H3M4.5S"}""").GetTimeSpan());
        Assert.Equal(TimeSpan.FromDays(-14), Value("""{"S":"-P2W"}""").GetTimeSpan());
        Assert.Equal(new TimeSpan(1, 2, 3, 4, 500), Value("""{"S":"1.02:03:04.5000000"}""").GetTimeSpan());
        Assert.Equal(TimeSpan.MinValue, Value("""{"S":"-P10675199DT2H48M5.4775808S"}""").GetTimeSpan());
        foreach (var wrong in new[] { "P", "PT", "P1Y", "P1M", "PT1", "P1DT", "PT1S1M", "PT1.5H", "P1H", "", "1", "P99999999999D" })
        {
            Fails($$"""{"S":"{{wrong}}"}""", v => v.GetTimeSpan());
        }
    }

    [Fact]
    public void Unix_times()
    {
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(17207402331234567), Value("""{"N":"1720740233.12345678"}""").GetUnixSeconds());
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(-1), Value("""{"N":"-1"}""").GetUnixSeconds());
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMilliseconds(1720740233012), Value("""{"N":"1720740233012"}""").GetUnixMilliseconds());
        Assert.Equal(DateTimeOffset.MaxValue, Value("""{"N":"253402300799.9999999"}""").GetUnixSeconds());
        Assert.Equal(DateTimeOffset.MinValue, Value("""{"N":"-62135596800"}""").GetUnixSeconds());
        Fails("""{"N":"253402300800"}""", v => v.GetUnixSeconds());
        Fails("""{"N":"1E100"}""", v => v.GetUnixMilliseconds());
    }

    [Fact]
    public void Enums_by_name() => InEveryCulture(() =>
    {
        Assert.Equal(Plan.Paid, Value("""{"S":"Paid"}""").GetEnum<Plan>());
        Assert.Equal(Plan.Paid, Value("""{"S":"PAID"}""").GetEnum<Plan>());
        Assert.Equal(Rights.Read | Rights.Write, Value("""{"S":"Read, Write"}""").GetEnum<Rights>());
        foreach (var wrong in new[] { "1", "-1", "+1", "", " Paid", "Free,Paid", "Nope" })
        {
            Fails($$"""{"S":"{{wrong}}"}""", v => v.GetEnum<Plan>());
        }

        Fails("""{"S":"Read, 2"}""", v => v.GetEnum<Rights>());
    });

    [Fact]
    public void Sets_are_sorted_by_meaning_and_each_element_is_there_once()
    {
        Assert.Equal(["", "Z", "a", "ä", "\uffff", "😀"], Texts(Value("""{"SS":["a","😀","\uffff","Z","ä","","\u00e4","Z"]}""").EnumerateSet()));
        Assert.Equal(["-1E-130", "0", "9", "10", "9007199254740992", "9007199254740993"], Numbers(Value("""{"NS":["9007199254740993","10","9.0","1E1","9007199254740992","-1E-130","-0"]}""").EnumerateSet()));
        var bytes = new List<string>();
        foreach (var element in Value("""{"BS":["/w==","AAE=","AA==","AA==","\u0041Q=="]}""").EnumerateSet())
        {
            bytes.Add(Convert.ToHexString(element.GetBytes()));
        }

        Assert.Equal(["00", "0001", "01", "FF"], bytes);
        Assert.Empty(Texts(Value("""{"SS":[]}""").EnumerateSet()));
    }

    [Fact]
    public void Large_sets_are_sorted()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 2000).Select(i => random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var json = string.Join(',', values.Select(v => $"\"{v}\""));
        Assert.Equal(values.Distinct().Order(StringComparer.Ordinal), Texts(Value($$"""{"SS":[{{json}}]}""").EnumerateSet()));
        Assert.Equal(values.Distinct().Order(Comparer<string>.Create((x, y) => DynamoDbNumber.Parse(x).CompareTo(DynamoDbNumber.Parse(y)))), Numbers(Value($$"""{"NS":[{{json}}]}""").EnumerateSet()));
    }

    [Fact]
    public void Lists_keep_their_order_and_maps_their_entries()
    {
        var list = Value("""{"L": [ {"S":"b"} , {"S":"a"},{"S":"b"} ] }""").EnumerateList();
        Assert.Equal(3, list.Count);
        Assert.Equal(["b", "a", "b"], Texts(list));
        Assert.Empty(Texts(Value("""{"L":[ ]}""").EnumerateElements()));
        var map = new Dictionary<string, long>();
        foreach (var entry in Value("""{"M":{"b c":{"N":"1"},"a\"":{"N":"2"}}}""").EnumerateMap())
        {
            map.Add(entry.GetName(), entry.Value.GetInteger<long>());
        }

        Assert.Equal(new() { ["b c"] = 1, ["a\""] = 2 }, map);
        Fails("""{"M":{}}""", v => v.EnumerateList());
        Fails("""{"L":[]}""", v => v.EnumerateMap());
        Fails("""{"SS":[]}""", v => v.EnumerateList());
    }

    [Fact]
    public void Nested_maps_are_read_by_table()
    {
        var table = new AttributeTable(new AttributeSpec("zip", AttributeKind.S, true, "an S"), new AttributeSpec("city", AttributeKind.S, false, "an S"));
        Span<AttributeSlot> slots = new AttributeSlot[2];
        var map = Value("""{"M":{"x":{"N":"1"},"zip":{"S":"8000"}}}""").ReadMap(table, slots);
        Assert.Equal("8000", map[0].GetString());
        Assert.False(map.Has(1));
        Assert.True(map.HasUnmapped);
        Fails2("""{"M":{"city":{"S":"8000"}}}""", table);

        static void Fails2(string json, AttributeTable table)
        {
            var error = Assert.Throws<CdcDecodeException>(() => { Value(json).ReadMap(table, new AttributeSlot[2]); });
            Assert.Equal("an S", error.Expected);
        }
    }

    private static List<string> Texts(AttributeElements elements)
    {
        var texts = new List<string>();
        foreach (var element in elements)
        {
            texts.Add(element.GetString());
        }

        return texts;
    }

    private static List<string> Numbers(AttributeElements elements)
    {
        var texts = new List<string>();
        foreach (var element in elements)
        {
            texts.Add(element.GetNumber().ToString(null, System.Globalization.CultureInfo.InvariantCulture));
        }

        return texts;
    }
}
