using System.Globalization;
using System.Numerics;
using TypedCdc.Decoding;

namespace TypedCdc.Tests.Decoding;

/// <summary>The wire contract's table of what a value means to a model, row by row, and the peers' mistakes 4, 5, 6, 21 and 25 with numbers.</summary>
public sealed class ValueTableTests
{
    [Fact]
    public void Absent_key_is_an_error()
    {
        var error = Records.Fails<Customer>(Records.Insert("""{"first_name":{"S":"x"}}"""));
        Assert.Equal("userid", error.AttributePath);
        Assert.Equal("NewImage", error.Image);
        Assert.Equal("hubert_dynamocdc", error.TableName);
        Assert.Equal("an N that fits long", error.Expected);
    }

    [Fact]
    public void Absent_required_member_is_an_error() =>
        Assert.Equal("temperature", Records.Fails<SensorReading>(Records.Captured[1].Replace("\"temperature\":{\"N\":\"42.42\"},", "", StringComparison.Ordinal)).AttributePath);

    [Fact]
    public void Absent_other_member_keeps_what_it_was() => Assert.Equal(new Customer { UserId = 8 }, Records.Customer(""));

    [Fact]
    public void Null_on_a_nullable_member_is_null() => Assert.Equal(new Customer { UserId = 8 }, Records.Customer(""","phone":{"NULL":true},"first_name":{"NULL":true}"""));

    [Fact]
    public void Null_on_a_member_that_is_not_nullable_is_an_error()
    {
        var error = Records.Fails<Customer>(Records.Insert("""{"userid":{"NULL":true}}"""));
        Assert.Equal(AttributeKind.NULL, error.FoundKind);
        Assert.Equal("userid", error.AttributePath);
    }

    [Theory]
    [InlineData("""{"S":"8"}""", AttributeKind.S)]
    [InlineData("""{"BOOL":true}""", AttributeKind.BOOL)]
    [InlineData("""{"M":{}}""", AttributeKind.M)]
    [InlineData("""{"L":[]}""", AttributeKind.L)]
    [InlineData("""{"NS":["8"]}""", AttributeKind.NS)]
    public void Another_type_is_an_error(string value, AttributeKind found)
    {
        var error = Records.Fails<Customer>(Records.Insert($$"""{"userid":{"N":"8"},"phone":{{value}}}"""));
        Assert.Equal(found, error.FoundKind);
        Assert.Equal("phone", error.AttributePath);
        Assert.Contains("an N that fits long", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12.0", 12)]
    [InlineData("1E2", 100)]
    [InlineData("-0", 0)]
    [InlineData("0007", 7)]
    [InlineData("+7", 7)]
    [InlineData("1.5e1", 15)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("922337203685477580.7E1", long.MaxValue)]
    public void N_into_an_integer_is_taken_when_integral(string number, long expected) =>
        InEveryCulture(() => Assert.Equal(expected, Records.Customer($$""","phone":{"N":"{{number}}"}""").Phone));

    [Theory]
    [InlineData("12.5")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("1E19")]
    [InlineData("1E-1")]
    [InlineData("12,5")]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1e")]
    [InlineData("--1")]
    [InlineData("123456789012345678901234567890123456789")]
    [InlineData("1E126")]
    [InlineData("1E-131")]
    [InlineData("1E999999999999999999999")]
    public void N_that_is_no_number_or_does_not_fit_is_an_error(string number) =>
        InEveryCulture(() => Assert.Equal("phone", Records.Fails<Customer>(Records.Insert($$$"""{"userid":{"N":"8"},"phone":{"N":"{{{number}}}"}}""")).AttributePath));

    [Theory]
    [InlineData("""{"N":8}""")]
    [InlineData("""{"N":null}""")]
    [InlineData("""{"N":"8","S":"8"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"X":"8"}""")]
    [InlineData("""{"n":"8"}""")]
    [InlineData(""" "8" """)]
    [InlineData("""null""")]
    [InlineData("""{"NULL":false}""")]
    [InlineData("""{"BOOL":"true"}""")]
    [InlineData("""{"L":{}}""")]
    [InlineData("""{"M":[]}""")]
    [InlineData("""{"SS":[1]}""")]
    [InlineData("""{"NS":["a"]}""")]
    [InlineData("""{"B":"a"}""")]
    [InlineData("""{"B":"AA AA==="}""")]
    [InlineData("""{"B":" AAA"}""")]
    [InlineData("""{"M":{"x":{"N":"1"},"x":{"N":"1"}}}""")]
    [InlineData("""{"M":{"x":{"N":"1"},"\u0078":{"N":"1"}}}""")]
    public void A_value_that_is_no_attribute_value_is_an_error_even_where_no_member_maps_it(string value)
    {
        Assert.StartsWith("other", Records.Fails<Customer>(Records.Insert($$"""{"userid":{"N":"8"},"other":{{value}}}""")).AttributePath, StringComparison.Ordinal);
        Assert.StartsWith("list[1]", Records.Fails<Customer>(Records.Insert($$$"""{"list":{"L":[{"S":""},{{{value}}}]},"userid":{"N":"8"}}""")).AttributePath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""","phone":{"N":"1"},"phone":{"N":"1"}""")]
    [InlineData(""","phone":{"N":"1"},"ph\u006fne":{"N":"1"}""")]
    [InlineData(""","other":{"N":"1"},"x":{"S":""},"other":{"S":"1"}""")]
    [InlineData(""","other":{"N":"1"},"\u006fther":{"S":"1"}""")]
    public void The_same_name_twice_is_an_error(string attributes) =>
        Assert.Contains("twice", Records.Fails<Customer>(Records.Insert($$"""{"userid":{"N":"8"}{{attributes}}}""")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_name_twice_is_found_among_many()
    {
        var many = string.Concat(Enumerable.Range(0, 3000).Select(i => $$""","a{{i}}":{"S":""}"""));
        Assert.Equal(8, Records.Customer(many).UserId);
        Assert.Contains("twice", Records.Fails<Customer>(Records.Insert($$$"""{"userid":{"N":"8"}{{{many}}},"a17":{"S":""}}""")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9007199254740992")]
    [InlineData("9007199254740993")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("1.2345678901234567890123456789012345678")]
    [InlineData("1E-130")]
    [InlineData("-9.99E+125")]
    [InlineData("9.9999999999999999999999999999999999999E+125")]
    [InlineData("0")]
    [InlineData("42.42")]
    [InlineData("-0.00000000000000000000000000000000000001")]
    [InlineData("10000000000000000000000000000000000000")]
    public void Numbers_come_out_as_they_went_in(string number) => InEveryCulture(() =>
    {
        Assert.Equal(number, Value($$"""{"N":"{{number}}"}""").GetNumber().ToString(null, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(DynamoDbNumber.Parse(number), Value($$"""{"N":"{{number}}"}""").GetNumber());
    });

    [Fact]
    public void Every_integer_type_takes_its_range_and_no_more()
    {
        Range<byte>("0", "255", "-1", "256");
        Range<sbyte>("-128", "127", "-129", "128");
        Range<short>("-32768", "32767", "-32769", "32768");
        Range<ushort>("0", "65535", "-1", "65536");
        Range<int>("-2147483648", "2147483647", "-2147483649", "2147483648");
        Range<uint>("0", "4294967295", "-1", "4294967296");
        Range<long>("-9223372036854775808", "9223372036854775807", "-9223372036854775809", "9223372036854775808");
        Range<ulong>("0", "18446744073709551615", "-1", "18446744073709551616");
        Range<Int128>("-99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "-1E39", "1E39");
        Range<UInt128>("0", "99999999999999999999999999999999999999", "-1", "1E39");
        Assert.Equal(BigInteger.Pow(10, 125), Value("""{"N":"1E125"}""").GetInteger<BigInteger>());
        Assert.Equal(-BigInteger.Pow(10, 125), Value("""{"N":"-1E125"}""").GetInteger<BigInteger>());
        Fails("""{"N":"1.5"}""", v => v.GetInteger<BigInteger>());

        static void Range<TInteger>(string low, string high, string below, string above)
            where TInteger : struct, IBinaryInteger<TInteger>
        {
            foreach (var spelling in new[] { "{0}", "{0}.0", "{0}E0" })
            {
                Assert.Equal(TInteger.Parse(low, CultureInfo.InvariantCulture), Value($$"""{"N":"{{string.Format(CultureInfo.InvariantCulture, spelling, low)}}"}""").GetInteger<TInteger>());
                Assert.Equal(TInteger.Parse(high, CultureInfo.InvariantCulture), Value($$"""{"N":"{{string.Format(CultureInfo.InvariantCulture, spelling, high)}}"}""").GetInteger<TInteger>());
            }

            Fails($$"""{"N":"{{below}}"}""", v => v.GetInteger<TInteger>());
            Fails($$"""{"N":"{{above}}"}""", v => v.GetInteger<TInteger>());
            Fails("""{"N":"0.5"}""", v => v.GetInteger<TInteger>());
        }
    }

    [Fact]
    public void Decimal_is_exact_or_an_error() => InEveryCulture(() =>
    {
        Assert.Equal(42.42m, Value("""{"N":"42.42"}""").GetDecimal());
        Assert.Equal(decimal.MaxValue, Value("""{"N":"79228162514264337593543950335"}""").GetDecimal());
        Assert.Equal(decimal.MinValue, Value("""{"N":"-79228162514264337593543950335.000"}""").GetDecimal());
        Assert.Equal(0.0000000000000000000000000001m, Value("""{"N":"1E-28"}""").GetDecimal());
        Assert.Equal(0m, Value("""{"N":"0E-100"}""").GetDecimal());
        Fails("""{"N":"79228162514264337593543950336"}""", v => v.GetDecimal());
        Fails("""{"N":"1E-29"}""", v => v.GetDecimal());
        Fails("""{"N":"1E29"}""", v => v.GetDecimal());
        Fails("""{"N":"1.00000000000000000000000000001"}""", v => v.GetDecimal());
    });

    [Fact]
    public void Binary_floating_point_is_the_nearest() => InEveryCulture(() =>
    {
        Assert.Equal(0.1, Value("""{"N":"0.1"}""").GetDouble());
        Assert.Equal(9007199254740992.0, Value("""{"N":"9007199254740993"}""").GetDouble());
        Assert.Equal(1E-130, Value("""{"N":"1E-130"}""").GetDouble());
        Assert.Equal(9.99E+125, Value("""{"N":"9.99E+125"}""").GetDouble());
        Assert.Equal(0.1f, Value("""{"N":"0.1"}""").GetSingle());
        Assert.Equal((Half)0.1, Value("""{"N":"0.1"}""").GetHalf());
        Fails("""{"N":"1E40"}""", v => v.GetSingle());
        Fails("""{"N":"1E5"}""", v => v.GetHalf());
    });

    internal static void InEveryCulture(Action check)
    {
        var previous = CultureInfo.CurrentCulture;
        foreach (var culture in new[] { "", "de-DE", "tr-TR" })
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            try
            {
                check();
            }
            finally
            {
                CultureInfo.CurrentCulture = previous;
            }
        }
    }

    internal static AttributeValueReader Value(string json)
    {
        var utf8 = Records.Utf8(json);
        return new(utf8, AttributeScanner.ScanValue(utf8, 0, out _), "something else");
    }

    internal delegate void Get(AttributeValueReader value);

    internal static void Fails(string json, Get get)
    {
        var utf8 = Records.Utf8(json);
        var slot = AttributeScanner.ScanValue(utf8, 0, out _);
        var error = Assert.Throws<CdcDecodeException>(() => get(new(utf8, slot, "something else")));
        Assert.Equal("something else", error.Expected);
        Assert.Equal(slot.Kind, error.FoundKind);
        Assert.InRange(error.ByteOffset, 0, utf8.Length);
    }
}
