using TypedCdc.CodeFixes.Tests.Harness;

namespace TypedCdc.CodeFixes.Tests.Fixes;

public sealed class AddKeyFixTests
{
    private static readonly AddKeyFix Fix = new();

    [Fact]
    public async Task Likely_members_come_first_and_impossible_ones_not_at_all()
    {
        var titles = await FixRun.TitlesAsync(Fix, """
            [CdcTable("customers")]
            public sealed partial record Customer
            {
                public static string Kind { get; } = "";
                public bool IsActive { get; init; }
                public double Weight { get; init; }
                public string? Name { get; init; }
                public string? OrderId { get; init; }
                public string Id { get; init; } = "";
                public long CustomerId { get; init; }
                public Guid Trace { get; init; }
                public string Full => Name + Id;
                internal string Secret { get; init; } = "";
            }
            """);
        Assert.Equal(["Make 'CustomerId' the partition key", "Make 'Id' the partition key", "Make 'OrderId' the partition key", "Make 'Trace' the partition key"], titles.Where(static title => !title.Contains("Name", StringComparison.Ordinal)));
        Assert.Contains("Make 'Name' the partition key", titles);
        Assert.Equal(5, titles.Length);
    }

    [Fact]
    public async Task The_picked_property_becomes_the_key()
    {
        const string Before = """
            [CdcTable("customers")]
            public sealed partial record Customer
            {
                /// <summary>Which.</summary>
                [CdcAttribute("id")] public required long Id { get; init; }

                public long Other { get; init; }
            }
            """;
        var text = await FixRun.ApplyAsync(Fix, Before, [], "Make 'Id' the partition key");
        Assert.Equal(Before.Replace("[CdcAttribute(", "[PartitionKey] [CdcAttribute(", StringComparison.Ordinal), text);
        await FixRun.ExpectFixedAsync(Fix, text);
    }

    [Fact]
    public async Task A_parameter_becomes_the_key()
    {
        var text = await FixRun.ApplyAsync(Fix, "[CdcTable(\"one\")] public partial record One(long Id, bool Is);", []);
        Assert.Equal("[CdcTable(\"one\")] public partial record One([PartitionKey] long Id, bool Is);", text);
        await FixRun.ExpectFixedAsync(Fix, text);
    }
}
