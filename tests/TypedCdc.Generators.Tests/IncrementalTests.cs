using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests;

/// <summary>What an edit costs: nothing where no model is touched, and the model's own steps where one is.</summary>
public sealed class IncrementalTests
{
    private const string Model = """
        [CdcTable("customers")]
        public sealed partial record Customer([property: PartitionKey("id")] long Id, string? Name);
        """;

    private const string OtherModel = """
        [CdcTable("orders")]
        public sealed partial record Order([property: PartitionKey] string Id);
        """;

    private const string Mistaken = """
        [CdcTable("mistaken")]
        public sealed partial record Mistaken(string Id);
        """;

    private static readonly string[] ModelSteps =
        [CdcModelGenerator.ParseStep, CdcModelGenerator.ModelStep, CdcModelGenerator.SourceStep];

    [Fact]
    public void An_edit_in_another_file_costs_nothing()
    {
        var result = Edit("Other.cs", "class Other { int _one; }", "class Other { string _two; }");
        Assert.All(ModelSteps, step => Assert.All(Reasons(result, step), AssertUntouched));
        Assert.All(Reasons(result, CdcModelGenerator.OptionsStep), AssertUntouched);
        Assert.All(Reasons(result, CdcModelGenerator.ReferencesStep), AssertUntouched);
        Assert.All(OutputReasons(result), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void Models_are_compared_with_each_other_only_when_one_of_them_says_something_else()
    {
        const string One = "[CdcTable(\"app\")] [PartitionKey(\"PK\", Pattern = \"A#{Id}\")] public sealed partial record One(long Id);";
        const string Two = "[CdcTable(\"app\")] [PartitionKey(\"PK\", Pattern = \"B#{Id}\")] public sealed partial record Two(long Id);";
        const string Clash = "[CdcTable(\"app\")] [PartitionKey(\"PK\", Pattern = \"A#{Id}\")] public sealed partial record Two(long Id);";
        var untouched = Edit("Other.cs", "class A;", "class B;", ("One.cs", One, One), ("Two.cs", Clash, Clash));
        Assert.Equal("TCDC041", Assert.Single(untouched.Diagnostics).Id);
        Assert.All(Reasons(untouched, CdcModelGenerator.IdentityStep), AssertUntouched);
        Assert.All(Reasons(untouched, CdcModelGenerator.AmbiguityStep), AssertUntouched);
        Assert.Empty(Edit("Two.cs", Clash, Two, ("One.cs", One, One)).Diagnostics);
        Assert.Equal("TCDC041", Assert.Single(Edit("Two.cs", Two, Clash, ("One.cs", One, One)).Diagnostics).Id);
    }

    [Fact]
    public void A_comment_in_the_model_costs_no_source()
    {
        var result = Edit("Customer.cs", Model, "// A comment.\n" + Model);
        Assert.All(Reasons(result, CdcModelGenerator.ModelStep), AssertUntouched);
        Assert.All(OutputReasons(result), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void An_edit_of_a_model_is_seen_and_costs_only_that_model()
    {
        var result = Edit("Customer.cs", Model, Model.Replace("\"id\"", "\"pk\"", StringComparison.Ordinal));
        foreach (var step in ModelSteps)
        {
            var reasons = Reasons(result, step);
            Assert.Single(reasons, IncrementalStepRunReason.Modified);
            Assert.All(reasons.Where(static reason => reason != IncrementalStepRunReason.Modified), AssertUntouched);
        }

        Assert.Single(OutputReasons(result), IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void An_edit_of_a_type_that_the_model_uses_is_seen()
    {
        var result = Edit(
            "Customer.cs",
            "[CdcTable(\"customers\")] public sealed partial record Customer([property: PartitionKey] long Id) : Base;",
            "[CdcTable(\"customers\")] public sealed partial record Customer([property: PartitionKey] long Id) : Base;",
            ("Base.cs", "public abstract record Base { public string? One { get; init; } }", "public abstract record Base { public string? Two { get; init; } }"));
        Assert.Single(Reasons(result, CdcModelGenerator.ModelStep), IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void A_new_model_is_seen_and_a_removed_one_too()
    {
        Assert.Single(Reasons(Edit("Other.cs", "", "[CdcTable(\"new\")] public partial record New([property: PartitionKey] long Id);"), CdcModelGenerator.ModelStep), IncrementalStepRunReason.New);
        var removed = Edit("Customer.cs", Model, "");
        Assert.DoesNotContain(removed.GeneratedSources, static source => source.HintName.Contains("Customer", StringComparison.Ordinal));
        Assert.Contains(removed.GeneratedSources, static source => source.HintName.Contains("Order", StringComparison.Ordinal));
    }

    [Fact]
    public void A_diagnostic_moves_with_its_code_and_goes_with_its_cause()
    {
        var moved = Edit("Mistaken.cs", Mistaken, "// A line.\n" + Mistaken);
        Assert.Equal(1, moved.Diagnostics.Single().Location.GetMappedLineSpan().StartLinePosition.Line - 1);
        var mended = Edit("Mistaken.cs", Mistaken, Mistaken.Replace("string Id", "[property: PartitionKey] string Id", StringComparison.Ordinal));
        Assert.Empty(mended.Diagnostics);
        var untouched = Edit("Other.cs", "class A;", "class B;", ("Mistaken.cs", Mistaken, Mistaken));
        Assert.All(Reasons(untouched, CdcModelGenerator.DiagnosticsStep), AssertUntouched);
    }

    [Fact]
    public void A_change_of_the_language_version_writes_the_source_anew()
    {
        var compilation = GeneratorRun.Compile(GeneratorRun.ParseOptions, ("Customer.cs", Model));
        var driver = GeneratorRun.Driver().RunGenerators(compilation);
        Assert.Contains("extension(", Source(driver), StringComparison.Ordinal);
        var older = GeneratorRun.ParseOptions.WithLanguageVersion(LanguageVersion.CSharp13);
        driver = driver.WithUpdatedParseOptions(older).RunGenerators(GeneratorRun.Compile(older, ("Customer.cs", Model)));
        Assert.DoesNotContain("extension(", Source(driver), StringComparison.Ordinal);

        static string Source(GeneratorDriver driver) =>
            driver.GetRunResult().Results.Single().GeneratedSources.Single(static source => source.HintName == "Customer.g.cs").SourceText.ToString();
    }

    [Fact]
    public void The_AWS_SDK_is_seen_when_it_comes()
    {
        var result = Edit("Aws.cs", "class A;", "namespace Amazon.DynamoDBv2.Model; public class AttributeValue;");
        Assert.Single(Reasons(result, CdcModelGenerator.ReferencesStep), IncrementalStepRunReason.Modified);
        Assert.All(Reasons(result, CdcModelGenerator.ModelStep), AssertUntouched);
        Assert.Equal(3, result.GeneratedSources.Count(static source => source.HintName.Contains("AttributeMap", StringComparison.Ordinal)));
    }

    // Runs over two models and an edited file, then over the same with the edit.
    internal static GeneratorRunResult Edit(string path, string before, string after, params (string Path, string Before, string After)[] more)
    {
        var files = new List<(string Path, string Before, string After)> { (path, before, after) };
        files.AddRange(more);
        foreach (var (name, source) in new[] { ("Customer.cs", Model), ("Order.cs", OtherModel) })
        {
            if (files.TrueForAll(file => file.Path != name))
            {
                files.Add((name, source, source));
            }
        }

        var compilation = GeneratorRun.Compile(GeneratorRun.ParseOptions, [.. files.Select(static file => (file.Path, file.Before))]);
        var driver = GeneratorRun.Driver().RunGenerators(compilation);
        var edited = GeneratorRun.Compile(GeneratorRun.ParseOptions, [.. files.Select(static file => (file.Path, file.After))]);
        foreach (var file in files.Where(static file => file.Before != file.After))
        {
            // Only the edited trees are new, as in an editor.
            var old = compilation.SyntaxTrees.Single(tree => tree.FilePath == file.Path);
            compilation = compilation.ReplaceSyntaxTree(old, edited.SyntaxTrees.Single(tree => tree.FilePath == file.Path));
        }

        return driver.RunGenerators(compilation).GetRunResult().Results.Single();
    }

    internal static List<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        [.. result.TrackedSteps[step].SelectMany(static run => run.Outputs).Select(static output => output.Reason)];

    internal static List<IncrementalStepRunReason> OutputReasons(GeneratorRunResult result) =>
        [.. result.TrackedOutputSteps["SourceOutput"].SelectMany(static run => run.Outputs).Where(static output => output.Value is not null).Select(static output => output.Reason)];

    internal static void AssertUntouched(IncrementalStepRunReason reason) =>
        Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"The step was {reason}.");
}
