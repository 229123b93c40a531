using TypedCdc.CodeFixes.Tests.Harness;

namespace TypedCdc.CodeFixes.Tests.Fixes;

public sealed class MakeNullableFixTests
{
    private static readonly MakeNullableFix Fix = new();

    private static string Model(string members) => $$"""
        [CdcTable("customers")]
        public sealed partial class Customer
        {
            [PartitionKey("id")] public required long Id { get; init; }
            {{members}}
        }
        """;

    [Theory]
    [InlineData("public string Name { get; set; }", "public string? Name { get; set; }")]
    [InlineData("[CdcAttribute(\"f\")] public byte[] Face;", "[CdcAttribute(\"f\")] public byte[]? Face;")]
    public async Task A_member_that_nothing_fills_becomes_nullable(string before, string after)
    {
        var text = await FixRun.ApplyAsync(Fix, Model(before), []);
        Assert.Equal(Model(after), text);
        await FixRun.ExpectFixedAsync(Fix, text);
    }

    [Theory]
    [InlineData("public int Age { get; init; }", "public int? Age { get; init; }", """{"N":"1"}""", "")]
    [InlineData("public required string Age { get; init; }", "public string? Age { get; init; }", """{"S":"a"}""", "")]
    [InlineData("public required string? Age { get; init; }", "public string? Age { get; init; }", """{"S":"a"}""", "")]
    [InlineData("public required string Age { get; init; }", "public required string? Age { get; init; }", """{"S":"a"}""", ""","Age":{"NULL":true}""")]
    [InlineData("required public int Age { get; init; }", "public int? Age { get; init; }", """{"N":"1"}""", "")]
    public async Task A_member_that_samples_miss_becomes_nullable(string before, string after, string value, string second)
    {
        SampleText[] samples = [new($$$"""{"id":{"N":"1"},"Age":{{{value}}}}{"id":{"N":"2"}{{{second}}}}""", "customers")];
        var text = await FixRun.ApplyAsync(Fix, Model(before), samples);
        Assert.Equal(Model(after), text);
        await FixRun.ExpectFixedAsync(Fix, text, samples);
    }

    [Fact]
    public async Task A_parameter_of_a_positional_record_becomes_nullable()
    {
        SampleText[] samples = [new("""{"id":{"N":"1"},"Age":{"N":"1"}}{"id":{"N":"2"}}""", "customers")];
        var text = await FixRun.ApplyAsync(Fix, "[CdcTable(\"customers\")] public partial record Customer([PartitionKey(\"id\")] long Id, int Age);", samples);
        Assert.Equal("[CdcTable(\"customers\")] public partial record Customer([PartitionKey(\"id\")] long Id, int? Age);", text);
        await FixRun.ExpectFixedAsync(Fix, text, samples);
    }

    [Fact]
    public async Task A_key_is_not_made_nullable()
    {
        Assert.Empty(await FixRun.TitlesAsync(Fix, Model("[SortKey] public required long At { get; init; }"), new SampleText("""{"id":{"N":"1"},"At":{"N":"1"}}{"id":{"N":"2"}}""", "customers")));
    }

    [Fact]
    public async Task All_at_once()
    {
        var text = await FixRun.ApplyAllAsync(Fix, Model("public string A { get; set; }\n    public string B { get; set; } = \"\";\n    public byte[] C { get; set; }"));
        Assert.Equal(Model("public string? A { get; set; }\n    public string B { get; set; } = \"\";\n    public byte[]? C { get; set; }"), text);
        await FixRun.ExpectFixedAsync(Fix, text);
    }
}
