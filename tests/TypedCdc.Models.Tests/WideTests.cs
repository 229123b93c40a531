using System.Numerics;
using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models;
using TypedCdc.Schema;

namespace TypedCdc.Models.Tests;

/// <summary>The rarer scalars, collections, models inside models, converters and what is left over.</summary>
public sealed class WideTests
{
    private const string Scalars = """
        {"Id":{"S":"https://example.org/a b"},"Hash":{"B":"AQID"},"Int128":{"N":"-99999999999999999999999999999999999999"},"UInt128":{"N":"18446744073709551616"},
        "BigInteger":{"N":"1E+125"},"Number":{"N":"12345678901234567890123456789012345678"},"Half":{"N":"0.5"},"Char":{"S":"ß"},"DateTime":{"S":"2024-07-12T03:17:42.1234567+02:00"},
        "Day":{"S":"2024-07-12"},"Time":{"S":"01:17:42.5"},"Duration":{"S":"1.02:03:04.5"},"ExpiresAt":{"N":"1720740233.5"},"SeenAt":{"N":"1720740233012"},
        "Status":{"S":"in transit \"✈\""},"Level":{"N":"200"},"DayOfWeek":{"N":"3"},
        "Json":{"M":{"n":{"N":"12345678901234567890123456789012345678"},"l":{"L":[{"BOOL":true},{"NULL":true},{"S":"x"}]},"s":{"SS":["b","a"]},"b":{"B":"AQID"}}},"Node":{"L":[{"N":"1"}]}}
        """;

    [Fact]
    public void Rare_scalars_are_read_exactly()
    {
        var model = Items.Decode<Scalars>(Scalars);
        Assert.Equal("https://example.org/a b", model.Id.OriginalString);
        Assert.Equal([1, 2, 3], model.Hash.ToArray());
        Assert.Equal((Int128.Parse("-99999999999999999999999999999999999999", System.Globalization.CultureInfo.InvariantCulture), (UInt128)ulong.MaxValue + 1), (model.Int128, model.UInt128!.Value));
        Assert.Equal(BigInteger.Pow(10, 125), model.BigInteger);
        Assert.Equal("12345678901234567890123456789012345678", model.Number.ToString(null, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(((Half)0.5, 'ß'), (model.Half, model.Char));
        Assert.Equal(new DateTime(2024, 7, 12, 1, 17, 42, DateTimeKind.Utc).AddTicks(1234567), model.DateTime);
        Assert.Equal(DateTimeKind.Utc, model.DateTime.Kind);
        Assert.Equal((new DateOnly(2024, 7, 12), new TimeOnly(1, 17, 42, 500), new TimeSpan(1, 2, 3, 4, 500)), (model.Day!.Value, model.Time, model.Duration!.Value));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1720740233500), model.ExpiresAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1720740233012).UtcDateTime, model.SeenAt);
        Assert.Equal((Status.InTransit, Level.High, (DayOfWeek?)DayOfWeek.Wednesday), (model.Status, model.Level, model.DayOfWeek));
        Assert.Equal("""{"b":"AQID","l":[true,null,"x"],"n":12345678901234567890123456789012345678,"s":["a","b"]}""", model.Json.GetRawText());
        Assert.Equal("[1]", model.Node!.ToJsonString());
        Assert.Equal(AttributeEncoding.UnixSeconds, CdcModel.Get<Scalars>().Schema.Attributes.Single(static one => one.Name == "ExpiresAt").Encoding);
        Assert.Equal((AttributeEncoding.EnumNumber, ColumnType.Int16), CdcModel.Get<Scalars>().Schema.Attributes.Where(static one => one.Name == "Level").Select(static one => (one.Encoding, one.ColumnType)).Single());
    }

    [Theory]
    [InlineData("\"Level\":{\"N\":\"256\"}", "Level")]
    [InlineData("\"Level\":{\"N\":\"-1\"}", "Level")]
    [InlineData("\"Status\":{\"S\":\"lost\"}", "Status")]
    [InlineData("\"Char\":{\"S\":\"ab\"}", "Char")]
    [InlineData("\"ExpiresAt\":{\"S\":\"2024-07-12\"}", "ExpiresAt")]
    [InlineData("\"Int128\":{\"N\":\"1E+40\"}", "Int128")]
    [InlineData("\"Json\":{\"NULL\":true}", "Json")]
    public void What_does_not_fit_is_an_error(string attribute, string name) =>
        Assert.Equal(name, Items.Refuse<Scalars>($$$"""{"Id":{"S":"a"},"Hash":{"B":"AQ=="},{{{attribute}}}}""").AttributePath);

    private const string Document = """
        {"id":{"S":"a"},"names":{"SS":["b","a"]},"numbers":{"NS":["10","9.0","9"]},"amounts":{"L":[{"N":"1.10"},{"N":"-2"}]},"blobs":{"L":[{"B":"AQ=="},{"B":""}]},
        "flags":{"L":[{"BOOL":true},{"NULL":true}]},"tags":{"SS":["z","a","é"]},"prices":{"NS":["10","9"]},"ids":{"SS":["d3ed405e-420b-4601-8aaf-bda773a16d86"]},
        "exact":{"NS":["1E-130"]},"counts":{"M":{"x":{"N":"1"},"a b":{"N":"2"}}},"histories":{"M":{"h":{"L":[{"S":"Delivered"},{"NULL":true}]}}},
        "home":{"M":{"street":{"S":"s"},"city":{"NULL":true},"former":{"L":[{"M":{"street":{"S":"t"},"zip":{"N":"5"}}}]}}},"location":{"M":{"x":{"N":"1.5"}}},
        "last_location":{"M":{"x":{"N":"2"},"y":{"N":"3"},"unknown":{"L":[{"M":{}}]}}},"places":{"M":{"p":{"M":{"street":{"S":"u"}}}}},
        "paths":{"L":[{"L":[{"M":{"x":{"N":"7"}}}]},{"L":[]}]},"visits":{"L":[{"N":"0"}]},"left \"over\"":{"M":{"deep":{"BS":["AQ=="]}}},"more":{"N":"1.50"}}
        """;

    [Fact]
    public void Two_names_of_one_value_are_both_read_and_the_first_is_written()
    {
        var model = Items.Decode<Document>("""{"id":{"S":"d"},"location":{"M":{}},"histories":{"M":{"h":{"L":[{"S":"missing"},{"S":"mislaid"}]}}}}""");
        Assert.Equal([Status.Mislaid, Status.Missing], model.Histories!["h"]);
        Assert.Contains("""{"L":[{"S":"mislaid"},{"S":"mislaid"}]}""", Items.Encode(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Collections_and_models_inside_the_model()
    {
        var model = Items.Decode<Document>(Document);
        Assert.Equal(["a", "b"], model.Names);
        Assert.Equal([9, 10], model.Numbers!);
        Assert.Equal([1.10m, -2m], model.Amounts.ToArray());
        Assert.Equal([[1], []], model.Blobs!);
        Assert.Equal([true, null], model.Flags!);
        Assert.Equal(["a", "z", "é"], model.Tags!);
        Assert.Equal([9m, 10m], model.Prices!);
        Assert.Equal("1E-130", model.Exact!.Single().ToString(null, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal([("x", 1), ("a b", 2)], model.Counts!.Select(static one => (one.Key, one.Value)));
        Assert.Equal([Status.Delivered, null], model.Histories!["h"]);
        Assert.Equal(("s", null, 5, "nowhere"), (model.Home!.Street, model.Home.City, model.Home.Former[0].Zip, model.Home.Former[0].City));
        Assert.Equal((1.5, 0d, 3d), (model.Location.X, model.Location.Y, model.LastLocation!.Value.Y));
        Assert.Equal("u", model.Places["p"].Street);
        Assert.Equal([1, 0], model.Paths!.Select(static path => path.Count));
        Assert.Equal([DateTimeOffset.UnixEpoch], model.Visits!);
        Assert.Equal(["left \"over\"", "more"], model.Rest.Keys);
        Assert.Equal("""{"M":{"deep":{"BS":["AQ=="]}}}""", model.Rest["left \"over\""].GetRawText());
    }

    [Fact]
    public void Absent_collections_keep_what_they_begin_with()
    {
        var model = Items.Decode<Document>("""{"id":{"S":"a"},"location":{"M":{}}}""");
        Assert.Equal(["initial"], model.Names);
        Assert.Empty(model.Amounts);
        Assert.Null(model.Tags);
        Assert.Null(model.Home);
        Assert.Empty(model.Rest);
    }

    [Theory]
    [InlineData("""{"id":{"S":"a"}}""", "location")]
    [InlineData("""{"id":{"S":"a"},"location":{"M":{}},"names":{"L":[{"S":"a"},{"N":"1"}]}}""", "names[1]")]
    [InlineData("""{"id":{"S":"a"},"location":{"M":{}},"names":{"L":[{"NULL":true}]}}""", "names[0]")]
    [InlineData("""{"id":{"S":"a"},"location":{"M":{}},"names":{"NS":["1"]}}""", "names")]
    [InlineData("""{"id":{"S":"a"},"location":{"M":{}},"tags":{"L":[{"S":"a"}]}}""", "tags")]
    [InlineData("""{"id":{"S":"a"},"location":{"M":{}},"home":{"M":{}}}""", "home.street")]
    [InlineData("""{"id":{"S":"a"},"location":{"M":{}},"places":{"M":{"p":{"M":{"street":{"S":"s"},"former":{"L":[{"M":{"street":{"N":"1"}}}]}}}}}}""", "places.p.former[0].street")]
    public void An_error_names_the_way_to_the_value(string item, string path) => Assert.Equal(path, Items.Refuse<Document>(item).AttributePath);

    [Fact]
    public void What_is_written_reads_back_as_the_same()
    {
        var scalars = Items.Encode(Items.Decode<Scalars>(Scalars));
        Assert.Equal(scalars, Items.Encode(Items.Decode<Scalars>(scalars)));
        var document = Items.Encode(Items.Decode<Document>(Document));
        Assert.Equal(document, Items.Encode(Items.Decode<Document>(document)));
        using var json = JsonDocument.Parse(document);
        Assert.Equal("""{"SS":["a","z","\u00E9"]}""", json.RootElement.GetProperty("tags").GetRawText());
        Assert.Equal("""{"NS":["9","10"]}""", json.RootElement.GetProperty("prices").GetRawText());
        Assert.Equal("""{"N":"1.50"}""", json.RootElement.GetProperty("more").GetRawText());
    }

    [Fact]
    public void Null_of_a_member_with_an_initializer_is_written()
    {
        var model = new Document { Id = "a", Location = default, Home = new("s", null) };
        Assert.Null(Items.Decode<Document>(Items.Encode(model)).Home!.City);
    }

    [Fact]
    public void A_set_is_written_the_same_in_whatever_order_it_was_filled()
    {
        var one = new Document { Id = "a", Location = default, Prices = new HashSet<decimal> { 10, 9, 1.50m }, Tags = ["ü", "a", "Z"] };
        var other = new Document { Id = "a", Location = default, Prices = new HashSet<decimal> { 1.50m, 10, 9 }, Tags = ["Z", "ü", "a"] };
        Assert.Equal(Items.Encode(one), Items.Encode(other));
    }

    [Fact]
    public void Converters_of_a_member_a_type_and_the_assembly()
    {
        var model = Items.Decode<Converted>("""{"Id":{"S":"a"},"Price":{"S":"12.50 EUR"},"Discount":{"NULL":true},"Cents":{"N":"250"},"Percent":{"N":"7"},"Versions":{"L":[{"S":"1.2"}]}}""");
        Assert.Equal((new Money(12.50m, "EUR"), null, 2.5m, new Percent(7)), (model.Price, model.Discount, model.Cents, model.Percent));
        Assert.Equal([new Version(1, 2)], model.Versions!);
        Assert.Equal(1, Items.Decode<Converted>("""{"Id":{"S":"a"},"Price":{"S":"1 X"}}""").Cents);
        Assert.Equal("Price", Items.Refuse<Converted>("""{"Id":{"S":"a"},"Price":{"S":"free"}}""").AttributePath);
        Assert.Equal("Price", Items.Refuse<Converted>("""{"Id":{"S":"a"},"Price":{"N":"1"}}""").AttributePath);
        var written = Items.Encode(model);
        Assert.Equal(written, Items.Encode(Items.Decode<Converted>(written)));
    }

    [Fact]
    public void Numbers_that_DynamoDB_cannot_hold_are_not_written()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Items.Encode(new Scalars { Id = new("a", UriKind.Relative), Hash = default, UInt128 = UInt128.MaxValue }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Items.Encode(new Scalars { Id = new("a", UriKind.Relative), Hash = default, BigInteger = BigInteger.Pow(10, 126) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Items.Encode(new Document { Id = "a", Location = new() { X = double.NaN } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Items.Encode(new Document { Id = "a", Location = new() { X = 1e-200 } }));
    }
}
