using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using FsCheck;
using FsCheck.Fluent;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models;

namespace TypedCdc.Models.Tests;

/// <summary>Models from and to the AWS SDK's attribute maps: the same items as changes carry, held to the same properties.</summary>
public sealed class AttributeMapTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void An_item_of_the_SDK_is_read()
    {
        var customer = Customer.FromAttributeMap(new Dictionary<string, AttributeValue> { ["userid"] = new() { N = "8" }, ["first_name"] = new() { S = "Zoë" }, ["phone"] = new() { NULL = true } });
        Assert.Equal(new Customer { UserId = 8, FirstName = "Zoë" }, customer);
        var map = customer.ToAttributeMap();
        Assert.Equal(["first_name", "userid"], map.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("8", "Zoë"), (map["userid"].N, map["first_name"].S));
    }

    [Fact]
    public void A_model_that_is_not_ours_is_given_to_its_class() =>
        Assert.Equal(7, AppModels.PlainModel.FromAttributeMap(AppModels.PlainModel.ToAttributeMap(new() { Id = "a", Count = 7 })).Count);

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void A_map_is_read_as_the_oracle_reads_the_item(string culture)
    {
        System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.GetCultureInfo(culture);
        int read = 0, refused = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500).WithReplay(41, 43), Prop.ForAll(Seeds, seed =>
        {
            var item = new RandomItems(seed).Item();
            string? expected = null;
            try
            {
                expected = ItemOracle.Read(item);
            }
            catch (FormatException)
            {
            }

            string? found = null;
            try
            {
                found = ItemOracle.Show(Everything.FromAttributeMap(Map(item)));
            }
            catch (CdcDecodeException)
            {
            }

            _ = expected is null ? refused++ : read++;
            Assert.True(expected == found, $"Of {item}\nthe oracle read {expected ?? "nothing"}\nthe map gave   {found ?? "nothing"}");
        }));
        Assert.True(read > 50 && refused > 50, $"{read} read, {refused} refused: the items say too little.");
    }

    [Fact]
    public void A_map_says_what_the_item_says() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(47, 53), Prop.ForAll(Seeds, static seed =>
        {
            var document = new RandomItems(seed).Document();
            var item = Encoding.UTF8.GetString(document.ToItem());
            var map = document.ToAttributeMap();
            Assert.Equal(Show(Map(item)), Show(map));
            Assert.Equal(item, Encoding.UTF8.GetString(Document.FromAttributeMap(map).ToItem()));
        }));

    [Fact]
    public void Empty_lists_and_maps_are_there_and_depth_is_DynamoDBs()
    {
        var deep = new AttributeValue { S = "end" };
        for (var i = 0; i < 31; i++)
        {
            deep = i % 2 == 0 ? new() { L = [deep] } : new() { M = new() { ["in"] = deep } };
        }

        var item = new Dictionary<string, AttributeValue> { ["id"] = new() { S = "a" }, ["deep"] = deep, ["list"] = new() { IsLSet = true }, ["map"] = new() { IsMSet = true } };
        var read = Loose.FromAttributeMap(item);
        Assert.Equal(3, read.Rest.Count);
        var written = read.ToAttributeMap();
        Assert.Equal(Show(item), Show(written));
        Assert.True(written["list"].IsLSet && written["map"].IsMSet);
    }

    [Fact]
    public void What_is_wrong_is_named()
    {
        var empty = Assert.Throws<ArgumentException>(() => Customer.FromAttributeMap(new Dictionary<string, AttributeValue> { ["userid"] = new() { N = "8" }, ["phone"] = new() }));
        Assert.Contains("'phone' has no value", empty.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Customer.FromAttributeMap(new Dictionary<string, AttributeValue> { ["userid"] = null! }));
        Assert.Throws<ArgumentNullException>(() => Customer.FromAttributeMap(null!));
        var wrong = Assert.Throws<CdcDecodeException>(() => Customer.FromAttributeMap(new Dictionary<string, AttributeValue> { ["userid"] = new() { S = "8" } }));
        Assert.Equal(("hubert_dynamocdc", "userid", AttributeKind.S), (wrong.TableName, wrong.AttributePath, wrong.FoundKind));
    }

    // Written without the product: an item's JSON as the SDK would give it.
    private static Dictionary<string, AttributeValue> Map(string item)
    {
        using var document = JsonDocument.Parse(item, new() { MaxDepth = 256 });
        return MapOf(document.RootElement);
    }

    private static Dictionary<string, AttributeValue> MapOf(JsonElement item) => item.EnumerateObject().ToDictionary(static pair => pair.Name, static pair => ValueOf(pair.Value));

    private static AttributeValue ValueOf(JsonElement value)
    {
        var property = value.EnumerateObject().Single();
        var content = property.Value;
        return property.Name switch
        {
            "S" => new() { S = content.GetString() },
            "N" => new() { N = content.GetString() },
            "B" => new() { B = new(content.GetBytesFromBase64()) },
            "BOOL" => new() { BOOL = content.GetBoolean() },
            "NULL" => new() { NULL = true },
            "SS" when content.GetArrayLength() == 0 => new() { IsSSSet = true },
            "NS" when content.GetArrayLength() == 0 => new() { IsNSSet = true },
            "SS" => new() { SS = [.. content.EnumerateArray().Select(static text => text.GetString()!)] },
            "NS" => new() { NS = [.. content.EnumerateArray().Select(static text => text.GetString()!)] },
            "BS" => new() { BS = [.. content.EnumerateArray().Select(static text => new MemoryStream(text.GetBytesFromBase64()))] },
            "M" when MapOf(content) is { Count: > 0 } map => new() { M = map },
            "M" => new() { IsMSet = true },
            "L" when content.GetArrayLength() > 0 => new() { L = [.. content.EnumerateArray().Select(ValueOf)] },
            _ => new() { IsLSet = true },
        };
    }

    private static string Show(Dictionary<string, AttributeValue> map) =>
        "{" + string.Join(",", map.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => JsonSerializer.Serialize(pair.Key) + ":" + Show(pair.Value))) + "}";

    private static string Show(AttributeValue value) => value switch
    {
        { S: { } text } => "S" + JsonSerializer.Serialize(text),
        { N: { } number } => "N" + number,
        { B: { } bytes } => "B" + Convert.ToHexString(bytes.ToArray()),
        { BOOL: { } flag } => flag ? "true" : "false",
        { NULL: true } => "null",
        { IsMSet: true } => Show(value.M),
        { IsLSet: true } => "[" + string.Join(",", value.L.Select(Show)) + "]",
        { IsSSSet: true } => "SS" + string.Join(",", value.SS.Select(static text => JsonSerializer.Serialize(text))),
        { IsNSSet: true } => "NS" + string.Join(",", value.NS),
        { IsBSSet: true } => "BS" + string.Join(",", value.BS.Select(static bytes => Convert.ToHexString(bytes.ToArray()))),
        _ => throw new ArgumentException("An attribute has no value."),
    };
}
