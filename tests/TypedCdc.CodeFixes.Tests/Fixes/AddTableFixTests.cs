using TypedCdc.CodeFixes.Tests.Harness;

namespace TypedCdc.CodeFixes.Tests.Fixes;

public sealed class AddTableFixTests
{
    private static readonly AddTableFix Fix = new();

    [Theory]
    [InlineData("public sealed record Customer([PartitionKey] long Id);", "[CdcTable(\"customer\")]\npublic sealed partial record Customer([PartitionKey] long Id);")]
    [InlineData("// why\npublic partial class No { [PartitionKey] public long Id { get; set; } }", "// why\n[CdcTable(\"no-table\")]\npublic partial class No { [PartitionKey] public long Id { get; set; } }")]
    [InlineData(
        "public class Outer\n{\n    struct Größe { [PartitionKey] public long Id { get; set; } }\n}",
        "public partial class Outer\n{\n    [CdcTable(\"gre\")]\n    partial struct Größe { [PartitionKey] public long Id { get; set; } }\n}")]
    public async Task A_type_with_a_key_becomes_a_model(string before, string after)
    {
        var text = await FixRun.ApplyAsync(Fix, before, []);
        Assert.Equal(after, text);
    }

    [Fact]
    public async Task A_type_argument_becomes_a_model()
    {
        const string Use = "public static class Use { public static object Run(byte[] utf8) => CdcRecord.Decode<Customer>(utf8); }\n";
        Assert.Equal(["Add [CdcTable(\"customer\")] to 'Customer'"], await FixRun.TitlesAsync(Fix, Use + "public sealed record Customer(long Id);"));
        var text = await FixRun.ApplyAsync(Fix, Use + "public sealed record Customer(long Id);", []);
        Assert.Equal(Use + "[CdcTable(\"customer\")]\npublic sealed partial record Customer(long Id);", text);
        await FixRun.ExpectFixedAsync(Fix, text.Replace("long Id", "[PartitionKey] long Id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_type_of_another_assembly_has_no_fix() =>
        Assert.Empty(await FixRun.TitlesAsync(Fix, "public static class Use { public static object Run(byte[] utf8) => CdcRecord.Decode<Uri>(utf8); }"));
}
