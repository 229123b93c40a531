using TypedCdc.CodeFixes.Tests.Harness;

namespace TypedCdc.CodeFixes.Tests.Fixes;

public sealed class MapAttributeFixTests
{
    private static readonly MapAttributeFix Fix = new();

    private static SampleText[] Items(params string[] attributes) => [new(string.Concat(attributes.Select(static one => $$$"""{"id":{"N":"1"},{{{one}}}}""")), "customers")];

    private const string Class = """
        [CdcTable("customers")]
        public sealed partial class Customer
        {
            [PartitionKey("id")] public required long Id { get; set; }

            public void Touch()
            {
            }
        }
        """;

    [Theory]
    [InlineData("\"e-mail\":{\"S\":\"a\"}", "[CdcAttribute(\"e-mail\")] public string? EMail { get; set; }")]
    [InlineData("\"Visits\":{\"N\":\"1\"}", "public long? Visits { get; set; }")]
    [InlineData("\"class\":{\"N\":\"1.5\"}", "[CdcAttribute(\"class\")] public decimal? Class { get; set; }")]
    [InlineData("\"a\\\"b\\\\c\":{\"BOOL\":true}", "[CdcAttribute(\"a\\\"b\\\\c\")] public bool? ABC { get; set; }")]
    [InlineData("\"face\":{\"B\":\"AA==\"}", "[CdcAttribute(\"face\")] public byte[]? Face { get; set; }")]
    public async Task The_member_comes_behind_the_last_property(string attribute, string member)
    {
        var text = await FixRun.ApplyAsync(Fix, Class, Items(attribute));
        Assert.Equal(Class.Replace("Id { get; set; }\n", "Id { get; set; }\n    " + member + "\n", StringComparison.Ordinal), text);
        await FixRun.ExpectFixedAsync(Fix, text, Items(attribute));
    }

    [Fact]
    public async Task A_positional_record_gets_a_body()
    {
        var samples = Items("\"name\":{\"S\":\"a\"}");
        var text = await FixRun.ApplyAsync(Fix, "[CdcTable(\"customers\")]\npublic sealed partial record Customer([PartitionKey(\"id\")] long Id);\n", samples);
        Assert.Equal("[CdcTable(\"customers\")]\npublic sealed partial record Customer([PartitionKey(\"id\")] long Id)\n{\n    [CdcAttribute(\"name\")] public string? Name { get; init; }\n}\n", text);
        await FixRun.ExpectFixedAsync(Fix, text, samples);
    }

    [Fact]
    public async Task Names_follow_the_models_policy_and_its_spacing()
    {
        const string Before = """
            [CdcTable("customers", Naming = NamingPolicy.SnakeCase)]
            public sealed partial record Customer
            {
                public required long Id { get; init; }

                /// <summary>Its key.</summary>
                [PartitionKey] public required string Pk { get; init; }
            }
            """;
        var samples = Items("\"pk\":{\"S\":\"a\"},\"first_name\":{\"S\":\"a\"}");
        var text = await FixRun.ApplyAsync(Fix, Before, samples);
        Assert.Equal(Before.Replace("Pk { get; init; }\n", "Pk { get; init; }\n\n    public string? FirstName { get; init; }\n", StringComparison.Ordinal), text);
        await FixRun.ExpectFixedAsync(Fix, text, samples);
    }

    [Fact]
    public async Task All_at_once_gives_each_attribute_a_name_of_its_own()
    {
        var samples = Items("\"e-mail\":{\"S\":\"a\"},\"e_mail\":{\"S\":\"a\"}", "\"Age\":{\"N\":\"1\"}");
        var text = await FixRun.ApplyAllAsync(Fix, Class, samples);
        Assert.Equal(
            Class.Replace(
                "Id { get; set; }\n",
                "Id { get; set; }\n    public long? Age { get; set; }\n    [CdcAttribute(\"e-mail\")] public string? EMail { get; set; }\n    [CdcAttribute(\"e_mail\")] public string? EMail2 { get; set; }\n",
                StringComparison.Ordinal),
            text);
        await FixRun.ExpectFixedAsync(Fix, text, samples);
    }
}
