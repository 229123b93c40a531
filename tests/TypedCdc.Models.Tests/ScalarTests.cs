using System.Globalization;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

/// <summary>The table "What a value means to a model", on code that the compiler generated.</summary>
public sealed class ScalarTests
{
    private const string Full = """
        {"Id":{"S":"a"},"seq":{"N":"18446744073709551615"},"SByte":{"N":"-128"},"Byte":{"N":"255"},"Int16":{"N":"-32768"},"UInt16":{"N":"65535"},
        "Int32":{"N":"1E2"},"UInt32":{"N":"4294967295"},"Int64":{"N":"-9223372036854775808"},"Decimal":{"N":"12345678901234567890.12345678"},
        "Double":{"N":"1E+125"},"Single":{"N":"0.1"},"Boolean":{"BOOL":false},"Bytes":{"B":"AQI="},"MaybeBytes":{"B":""},
        "Guid":{"S":"d3ed405e-420b-4601-8aaf-bda773a16d86"},"Created":{"S":"2024-07-12T01:17:42.1234567+02:00"},"Updated":{"S":"2024-07-12"},
        "Tier":{"S":"Gold"},"MaybeTier":{"S":"bronze"},"Text":{"S":""},"MaybeText":{"S":"\ud83d\ude00 \"q\""},"a-b \"quoted\" \\ ☃":{"S":"odd"},"class":{"S":"keyword"}}
        """;

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void Every_type_is_read_exactly_in_every_culture(string culture)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        var model = Items.Decode<Everything>(Full);
        Assert.Equal(("a", ulong.MaxValue, sbyte.MinValue, byte.MaxValue, short.MinValue), (model.Id, model.Sequence, model.SByte, model.Byte, model.Int16));
        Assert.Equal((ushort.MaxValue, 100, uint.MaxValue, (long?)long.MinValue), (model.UInt16, model.Int32, model.UInt32, model.Int64));
        Assert.Equal((12345678901234567890.12345678m, 1E125, 0.1f), (model.Decimal, model.Double, model.Single));
        Assert.False(model.Boolean);
        Assert.Equal([1, 2], model.Bytes);
        Assert.Equal([], model.MaybeBytes!);
        Assert.Equal(new Guid("d3ed405e-420b-4601-8aaf-bda773a16d86"), model.Guid);
        Assert.Equal(new DateTimeOffset(2024, 7, 12, 1, 17, 42, TimeSpan.FromHours(2)).AddTicks(1234567), model.Created);
        Assert.Equal(new DateTimeOffset(2024, 7, 12, 0, 0, 0, TimeSpan.Zero), model.Updated);
        Assert.Equal((Tier.Gold, (Tier?)Tier.Bronze), (model.Tier, model.MaybeTier));
        Assert.Equal(("", "😀 \"q\"", "odd", "keyword"), (model.Text, model.MaybeText, model.Odd, model.@class));
    }

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    public void What_is_written_reads_back_as_the_same(string culture)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        var once = Items.Encode(Items.Decode<Everything>(Full));
        Assert.Equal(once, Items.Encode(Items.Decode<Everything>(once)));
        Assert.Contains("\"Decimal\":{\"N\":\"12345678901234567890.12345678\"}", once, StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_attributes_leave_what_the_members_begin_with()
    {
        var model = Items.Decode<Everything>("""{"Id":{"S":"a"},"seq":{"N":"1"}}""");
        var fresh = new Everything { Id = "a", Sequence = 1 };
        Assert.Equal(Items.Encode(fresh), Items.Encode(model));
        Assert.Equal((-1, 1, 2, (long?)7), ((int)model.SByte, (int)model.Byte, (int)model.Int16, model.Int64));
        Assert.Equal((1.5m, "initial", "not null"), (model.Decimal, model.Text, model.MaybeText));
        Assert.Equal([1, 2, 3], model.Bytes);
    }

    [Fact]
    public void Null_is_a_value_of_nullable_members_only()
    {
        var model = Items.Decode<Everything>("""{"Id":{"S":"a"},"seq":{"N":"1"},"Int64":{"NULL":true},"MaybeText":{"NULL":true},"MaybeTier":{"NULL":true}}""");
        Assert.Null(model.Int64);
        Assert.Null(model.MaybeText);
        Assert.Null(model.MaybeTier);
        foreach (var member in new[] { "Int32", "Text", "Bytes", "Boolean", "Tier", "Created" })
        {
            var error = Items.Refuse<Everything>($$$"""{"Id":{"S":"a"},"seq":{"N":"1"},"{{{member}}}":{"NULL":true}}""");
            Assert.Equal(member, error.AttributePath);
            Assert.Equal(AttributeKind.NULL, error.FoundKind);
        }
    }

    [Theory]
    [InlineData("""{"seq":{"N":"1"}}""", "Id")]
    [InlineData("""{"Id":{"S":"a"}}""", "seq")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Int32":{"S":"1"}}""", "Int32")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Int32":{"N":"1.5"}}""", "Int32")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Int32":{"N":"2147483648"}}""", "Int32")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"-1"}}""", "seq")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Decimal":{"N":"1E+100"}}""", "Decimal")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Decimal":{"N":"12345678901234567890.12345678901"}}""", "Decimal")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Guid":{"S":"no"}}""", "Guid")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Created":{"S":"yesterday"}}""", "Created")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Tier":{"S":"Platinum"}}""", "Tier")]
    [InlineData("""{"Id":{"S":"a"},"seq":{"N":"1"},"Tier":{"N":"1"}}""", "Tier")]
    public void What_does_not_fit_is_an_error_that_names_the_attribute(string item, string attribute) =>
        Assert.Equal(attribute, Items.Refuse<Everything>(item).AttributePath);
}
