using TypedCdc.Decoding;

namespace TypedCdc.Tests.Decoding;

/// <summary>What a change says: images that are there or not, the attributes that differ, the key, and errors.</summary>
public sealed class ChangeTests
{
    private static readonly AttributeName<Customer> FirstName = new(1, "first_name");

    [Fact]
    public void Images_that_are_not_there()
    {
        var inserted = Assert.IsType<Inserted<Customer>>(Records.Decode<Customer>(Records.Kinesis("INSERT", "")));
        Assert.False(inserted.HasAfter);
        Assert.Contains("HasAfter", Assert.Throws<ImageMissingException>(() => inserted.After).Message, StringComparison.Ordinal);
        Assert.Equal(new Customer.Key(8), inserted.GetKeyWithoutImages<Customer.Key>());

        var modified = Assert.IsType<Modified<Customer>>(Records.Decode<Customer>(Records.Kinesis("MODIFY", ""","NewImage":{"userid":{"N":"8"}}""")));
        Assert.True(modified.HasAfter);
        Assert.False(modified.HasBefore);
        Assert.Null(modified.BeforeError);
        Assert.True(modified.HasChanged(FirstName));
        Assert.Equal(4, modified.Changes.Count);
        Assert.Throws<ImageMissingException>(() => modified.Before);
        Assert.Throws<InvalidOperationException>(() => modified.GetKeyWithoutImages<Customer.Key>());

        var removed = Assert.IsType<Removed<Customer>>(Records.Decode<Customer>(Records.Kinesis("REMOVE", "")));
        Assert.False(removed.HasBefore);
        Assert.Equal(new Customer.Key(8), removed.GetKeyWithoutImages<Customer.Key>());
    }

    [Fact]
    public void Only_the_images_asked_for_are_decoded()
    {
        var record = CdcRecord.Parse(Records.Utf8(Records.Modify("""{"userid":{"N":"8"},"phone":{"S":"wrong"}}""", """{"userid":{"N":"8"},"phone":{"N":"1"}}""")));
        Assert.Throws<CdcDecodeException>(() => record.Decode<Customer>());
        Assert.Throws<CdcDecodeException>(() => record.Decode<Customer>(Images.After));
        var before = Assert.IsType<Modified<Customer>>(record.Decode<Customer>(Images.Before));
        Assert.Equal(1, before.Before.Phone);
        Assert.False(before.HasAfter);
        Assert.Equal(new Customer.Key(8), record.Decode<Customer>(Images.None).GetKeyWithoutImages<Customer.Key>());
    }

    [Theory]
    [InlineData("""{"userid":{"N":"8"},"phone":{"S":"from before"}}""", "phone")]
    [InlineData("""{"first_name":{"S":"x"}}""", "userid")]
    [InlineData("""{"userid":{"N":"8"},"other":{"Q":"x"}}""", "other")]
    public void An_old_image_that_does_not_fit_never_fails_the_change(string oldImage, string path)
    {
        var modified = Assert.IsType<Modified<Customer>>(Records.Decode<Customer>(Records.Modify("""{"userid":{"N":"8"}}""", oldImage)));
        Assert.False(modified.HasBefore);
        Assert.Equal(path, modified.BeforeError!.AttributePath);
        Assert.Equal("OldImage", modified.BeforeError.Image);
        Assert.Same(modified.BeforeError, Assert.Throws<ImageMissingException>(() => modified.Before).InnerException);
        Assert.True(modified.HasChanged(FirstName));

        var removed = Assert.IsType<Removed<Customer>>(Records.Decode<Customer>(Records.Kinesis("REMOVE", $""","OldImage":{oldImage}""")));
        Assert.Equal(path, removed.BeforeError!.AttributePath);
        Assert.Equal(new Customer.Key(8), removed.GetKeyWithoutImages<Customer.Key>());
    }

    [Theory]
    [InlineData("""{"S":"a"}""", """{"S":"\u0061"}""", false)]
    [InlineData("""{"S":"a"}""", """{"S":"b"}""", true)]
    [InlineData("""{"N":"1.0"}""", """{"N":"1"}""", false)]
    [InlineData("""{"N":"9007199254740992"}""", """{"N":"9007199254740993"}""", true)]
    [InlineData("""{"N":"1"}""", """{"S":"1"}""", true)]
    [InlineData("""{"NULL":true}""", null, true)]
    [InlineData("""{"NULL":true}""", """{"NULL": true}""", false)]
    [InlineData("""{"BOOL":true}""", """{"BOOL":false}""", true)]
    [InlineData("""{"B":"AA=="}""", """{"B":"A\u0041=="}""", false)]
    [InlineData("""{"SS":["a","b"]}""", """{"SS":["b","a"]}""", false)]
    [InlineData("""{"SS":["a","b"]}""", """{"SS":["a"]}""", true)]
    [InlineData("""{"NS":["1","2"]}""", """{"NS":["2.0","1.0"]}""", false)]
    [InlineData("""{"BS":["AA==","AQ=="]}""", """{"BS":["AQ==","AA=="]}""", false)]
    [InlineData("""{"L":[{"N":"1"},{"N":"2"}]}""", """{"L":[{"N":"2"},{"N":"1"}]}""", true)]
    [InlineData("""{"L":[{"N":"1"}]}""", """{"L":[ {"N":"1.0"} ]}""", false)]
    [InlineData("""{"L":[{"N":"1"}]}""", """{"L":[{"N":"1"},{"N":"1"}]}""", true)]
    [InlineData("""{"M":{"a":{"N":"1"},"b":{"SS":["x","y"]}}}""", """{"M":{"b":{"SS":["y","x"]},"\u0061":{"N":"1"}}}""", false)]
    [InlineData("""{"M":{"a":{"N":"1"}}}""", """{"M":{"b":{"N":"1"}}}""", true)]
    [InlineData("""{"M":{}}""", """{"M":{}}""", false)]
    [InlineData("""{"M":{}}""", """{"L":[]}""", true)]
    public void Changed_is_by_meaning(string one, string? other, bool expected)
    {
        CdcModel.Register(new AnyModel());
        string Image(string? value) => value is null ? """{"userid":{"N":"8"}}""" : $$"""{"userid":{"N":"8"},"x":{{value}}}""";
        var x = new AttributeName<Any>(1, "x");
        Assert.Equal(expected, Records.Decode<Any>(Records.Modify(Image(one), Image(other))).HasChanged(x));
        Assert.Equal(expected, Records.Decode<Any>(Records.Modify(Image(other), Image(one))).HasChanged(x));
        Assert.False(Records.Decode<Any>(Records.Modify(Image(one), Image(other))).HasChanged(new(0, "userid")));
    }

    [Fact]
    public void Models_wider_than_the_stack_and_the_mask()
    {
        CdcModel.Register(new WideModel());
        string Image(int changed) => "{" + string.Join(',', Enumerable.Range(0, WideModel.Count).Select(i => $$"""" "a{{i}}":{"N":"{{(i == changed ? -1 : i)}}"}"""")) + "}";
        foreach (var changed in new[] { 1, 63, 64, 127, 128, 200, WideModel.Count - 1 })
        {
            var change = Assert.IsType<Modified<Wide>>(Records.Decode<Wide>(Records.Modify(Image(changed), Image(-1))));
            Assert.Equal(WideModel.Count * (WideModel.Count - 1) / 2, change.Before.Sum);
            var names = new List<string>();
            foreach (var attribute in change.Changes)
            {
                names.Add(attribute.Name);
            }

            Assert.Equal([$"a{changed}"], names);
        }

        Assert.True(Records.Decode<Wide>(Records.Insert(Image(-1))).HasChanged(new(WideModel.Count - 1, "")));
    }

    [Fact]
    public void Key_hash_is_of_what_the_key_means()
    {
        ulong Hash(string keys) => CdcRecord.Parse(Records.Utf8(Records.Kinesis("REMOVE", "", keys: keys))).GetKeyHash();
        var hash = Hash("""{"userid":{"N":"8"}}""");
        Assert.Equal(hash, Hash("""{ "\u0075serid" : { "N" : "8.0" } }"""));
        Assert.NotEqual(hash, Hash("""{"userid":{"N":"9"}}"""));
        Assert.NotEqual(hash, Hash("""{"userid":{"S":"8"}}"""));
        Assert.NotEqual(hash, Hash("""{"user":{"N":"8"}}"""));
        Assert.NotEqual(Hash("""{"id":{"N":"9007199254740992"}}"""), Hash("""{"id":{"N":"9007199254740993"}}"""));
        Assert.Equal(Hash("""{"a":{"S":"x"},"b":{"B":"AAE="}}"""), Hash("""{"b":{"B":"AA\u0045="},"a":{"S":"\u0078"}}"""));
        Assert.NotEqual(Hash("""{"a":{"S":"xy"},"b":{"S":"z"}}"""), Hash("""{"a":{"S":"x"},"b":{"S":"yz"}}"""));

        // Lanes and watermarks are stored by it, so it may never change: this very number.
        Assert.Equal(11225256089830831810UL, hash);

        var full = CdcRecord.Parse(Records.Utf8("""{"Item":{"x":{"S":""},"userid":{"N":"8"}}}"""), default, new() { TableName = "t" });
        Assert.Equal(hash, full.GetKeyHash(CdcModel.Get<Customer>()));
        Assert.Equal(0UL, full.GetKeyHash());
        Assert.Throws<CdcDecodeException>(() => Hash("""{"a":{"BOOL":true}}"""));
    }

    [Fact]
    public void Errors_say_where_and_hide_values()
    {
        var text = Records.Captured[2].Replace("\"temperature\":{\"N\":\"55.66\"}", "\"temperature\":{\"N\":\"55.66x\"}", StringComparison.Ordinal);
        var position = new StreamPosition(new ShardId("stream", "shard-1"), new SequenceNumber(42));
        var record = CdcRecord.Parse(Records.Utf8(text), position);
        var error = Assert.Throws<CdcDecodeException>(() => record.Decode<SensorReading>());
        Assert.Equal("table-testdrive", error.TableName);
        Assert.Equal("device, timestamp", error.Key);
        Assert.Equal("temperature", error.AttributePath);
        Assert.Equal("NewImage", error.Image);
        Assert.Equal(position, error.Position);
        Assert.Equal(text.IndexOf("55.66x", StringComparison.Ordinal), error.ByteOffset);
        Assert.DoesNotContain("55.66", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("foo", error.ToString(), StringComparison.Ordinal);

        var open = CdcRecord.Parse(Records.Utf8(text), position, new() { EnableSensitiveData = true });
        error = Assert.Throws<CdcDecodeException>(() => open.Decode<SensorReading>());
        Assert.Equal("device=foo, timestamp=2024-07-12T01:17:42", error.Key);
        Assert.Contains("55.66x", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""","m":{"M":{"zip":{"N":"x"}}}""", "m.zip")]
    [InlineData(""","l":{"L":[{"S":""},{"M":{"a b":{"L":[{"Z":1}]}}}]}""", "l[1][\"a b\"][0]")]
    [InlineData(""","":{"S":1}""", "[\"\"]")]
    [InlineData(""","a.b":{"S":1}""", "[\"a.b\"]")]
    [InlineData(""","\u0061\"":{"S":1}""", "[\"a\\\"\"]")]
    public void Paths(string attributes, string expected) =>
        Assert.Equal(expected, Records.Fails<Customer>(Records.Insert($$"""{"userid":{"N":"8"}{{attributes}}}""")).AttributePath);

    [Fact]
    public void A_model_that_refuses_an_item_is_a_decode_error()
    {
        CdcModel.Register(new RefusingModel());
        var error = Records.Fails<Refusing>(Records.Insert("""{"userid":{"N":"8"}}"""));
        Assert.IsType<InvalidTimeZoneException>(error.InnerException);
        Assert.Equal("NewImage", error.Image);
    }

    [Fact]
    public void What_is_no_model_is_said() => Assert.Contains("[CdcTable", Assert.Throws<InvalidOperationException>(() => Records.Decode<string>(Records.Captured[0])).Message, StringComparison.Ordinal);

    [Fact]
    public void Attribute_names_may_hold_any_character()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var names = Enumerable.Range(0, 6).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)random.Next(0, random.Next(2) == 0 ? 128 : 0xD800))])).Distinct(StringComparer.Ordinal).ToArray();
            var table = new AttributeTable([.. names.Select(n => new AttributeSpec(n, AttributeKind.N, true, ""))]);
            var members = names.Select((n, i) => $"{System.Text.Json.JsonSerializer.Serialize(n)}:{{\"N\":\"{i}\"}}").ToArray();
            random.Shuffle(members);
            var utf8 = Records.Utf8("{" + string.Join(',', members) + "}");
            var slots = new AttributeSlot[names.Length];
            AttributeScanner.ScanMap(utf8, 0, table, slots, out var hasUnmapped);
            Assert.False(hasUnmapped);
            for (var i = 0; i < names.Length; i++)
            {
                Assert.Equal(i, new AttributeValueReader(utf8, slots[i], "").GetInteger<int>());
            }
        }

        Assert.Throws<ArgumentException>(() => new AttributeTable(new AttributeSpec("a", AttributeKind.S, false, ""), new AttributeSpec("a", AttributeKind.S, false, "")));
    }
}
