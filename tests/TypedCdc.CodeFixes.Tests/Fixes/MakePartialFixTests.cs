using TypedCdc.CodeFixes.Tests.Harness;

namespace TypedCdc.CodeFixes.Tests.Fixes;

public sealed class MakePartialFixTests
{
    private static readonly MakePartialFix Fix = new();

    [Theory]
    [InlineData("public sealed record One([PartitionKey] long Id);", "public sealed partial record One([PartitionKey] long Id);")]
    [InlineData("record struct One([PartitionKey] long Id);", "partial record struct One([PartitionKey] long Id);")]
    [InlineData("// why\n    class One { [PartitionKey] public long Id { get; set; } }", "// why\n    partial class One { [PartitionKey] public long Id { get; set; } }")]
    [InlineData("public readonly struct One([PartitionKey] long id) { public long Id { get; } = id; }", "public readonly partial struct One([PartitionKey] long id) { public long Id { get; } = id; }")]
    public async Task The_model_becomes_partial(string before, string after)
    {
        var text = await FixRun.ApplyAsync(Fix, "[CdcTable(\"one\")]\n" + before, []);
        Assert.Equal("[CdcTable(\"one\")]\n" + after, text);
        await FixRun.ExpectFixedAsync(Fix, text);
    }

    private const string Nested = """
        internal static class Models
        {
            public interface Inner
            {
                [CdcTable("one")]
                internal sealed record One([PartitionKey] long Id);

                [CdcTable("two")]
                internal sealed record Two([PartitionKey] long Id);
            }
        }
        """;

    [Fact]
    public async Task One_fix_takes_the_types_around_it_along()
    {
        Assert.Contains("Make 'One' partial", await FixRun.TitlesAsync(Fix, Nested));
        var text = await FixRun.ApplyAsync(Fix, Nested, [], "Make 'One' partial");
        Assert.Equal(
            Nested.Replace("static class", "static partial class", StringComparison.Ordinal).Replace("public interface", "public partial interface", StringComparison.Ordinal)
                .Replace("sealed record One", "sealed partial record One", StringComparison.Ordinal),
            text);
    }

    [Fact]
    public async Task All_at_once_adds_each_partial_once()
    {
        var text = await FixRun.ApplyAllAsync(Fix, Nested);
        Assert.Equal(
            Nested.Replace("static class", "static partial class", StringComparison.Ordinal).Replace("public interface", "public partial interface", StringComparison.Ordinal)
                .Replace("sealed record", "sealed partial record", StringComparison.Ordinal),
            text);
        await FixRun.ExpectFixedAsync(Fix, text);
    }
}
