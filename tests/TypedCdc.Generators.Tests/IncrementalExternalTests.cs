using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Tests.Harness;
using static TypedCdc.Generators.Tests.IncrementalTests;

namespace TypedCdc.Generators.Tests;

/// <summary>What an edit costs where models are named by another class, and what a change of the project costs.</summary>
public sealed class IncrementalExternalTests
{
    private const string Plain = "namespace Elsewhere; public class Plain { public string Id { get; set; } = \"\"; public int? A { get; set; } }";
    private const string Holder = "[CdcModel(typeof(Elsewhere.Plain), \"plain\", PartitionKey = \"Id\")] public static partial class Models;";

    private static readonly string[] Steps =
        [CdcModelGenerator.ParseExternalStep, CdcModelGenerator.ModelStep, CdcModelGenerator.SourceStep, CdcModelGenerator.OptionsStep, CdcModelGenerator.ReferencesStep];

    [Fact]
    public void An_edit_in_another_file_costs_nothing()
    {
        var result = Edit("Other.cs", "class A;", "class B;", ("Models.cs", Holder, Holder), ("Plain.cs", Plain, Plain));
        Assert.All(Steps, step => Assert.All(Reasons(result, step), AssertUntouched));
        Assert.All(OutputReasons(result), static reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.Contains(result.GeneratedSources, static source => source.HintName.Contains("PlainModel", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("the annotation", "\"plain\"", "\"other\"", false)]
    [InlineData("the key", "PartitionKey = \"Id\"", "PartitionKey = \"Id\", SqlName = \"else\"", false)]
    [InlineData("the model", "public int? A", "public long? A", true)]
    [InlineData("a name in the model", "int? A {", "int? B {", true)]
    public void An_edit_of_the_model_or_of_what_names_it_is_seen_and_costs_only_that_model(string about, string before, string after, bool isModel)
    {
        var result = Edit(
            "Models.cs", Holder, isModel ? Holder : Holder.Replace(before, after, StringComparison.Ordinal), ("Plain.cs", Plain, isModel ? Plain.Replace(before, after, StringComparison.Ordinal) : Plain));
        Assert.True(Reasons(result, CdcModelGenerator.ParseExternalStep).Count(static reason => reason == IncrementalStepRunReason.Modified) == 1, about);
        foreach (var step in new[] { CdcModelGenerator.ModelStep, CdcModelGenerator.SourceStep })
        {
            var reasons = Reasons(result, step);
            Assert.Single(reasons, IncrementalStepRunReason.Modified);
            Assert.All(reasons.Where(static reason => reason != IncrementalStepRunReason.Modified), AssertUntouched);
        }

        Assert.All(Reasons(result, CdcModelGenerator.ParseStep), AssertUntouched);
    }

    [Theory]
    [InlineData("// A comment.\n")]
    [InlineData("public class Unrelated;\n")]
    public void What_is_no_part_of_the_model_costs_no_source(string more)
    {
        var result = Edit("Models.cs", Holder, Holder + "\n" + more, ("Plain.cs", Plain, Plain + "\n" + more.Replace("Unrelated", "Another", StringComparison.Ordinal)));
        Assert.All(Reasons(result, CdcModelGenerator.ModelStep), AssertUntouched);
        Assert.All(OutputReasons(result), static reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void Other_dialects_write_the_sources_anew_and_parse_nothing()
    {
        var compilation = GeneratorRun.Compile(GeneratorRun.ParseOptions, ("Models.cs", Holder), ("Plain.cs", Plain));
        var driver = GeneratorRun.Driver().RunGenerators(compilation);
        driver = driver.WithUpdatedAnalyzerConfigOptions(Dialects("Redshift")).RunGenerators(compilation);
        var result = driver.GetRunResult().Results.Single();
        Assert.Equal([IncrementalStepRunReason.Modified], Reasons(result, CdcModelGenerator.OptionsStep));
        Assert.All(Reasons(result, CdcModelGenerator.ParseExternalStep), AssertUntouched);
        Assert.All(Reasons(result, CdcModelGenerator.ModelStep), AssertUntouched);
        Assert.Contains("class Redshift", result.GeneratedSources.Single(static source => source.HintName.EndsWith(".Sql.g.cs", StringComparison.Ordinal)).SourceText.ToString(), StringComparison.Ordinal);

        // The same said otherwise is the same.
        result = driver.WithUpdatedAnalyzerConfigOptions(Dialects(" redshift ;Redshift; ")).RunGenerators(compilation).GetRunResult().Results.Single();
        Assert.All(Reasons(result, CdcModelGenerator.OptionsStep), AssertUntouched);
        Assert.All(OutputReasons(result), static reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));

        static Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptionsProvider Dialects(string names) =>
            GeneratorRun.Options(new Dictionary<string, string>(StringComparer.Ordinal) { ["build_property.TypedCdcDialects"] = names });
    }

    [Fact]
    public void Another_reference_costs_no_source_unless_it_is_the_AWS_SDK()
    {
        var compilation = GeneratorRun.Compile(GeneratorRun.ParseOptions, ("Models.cs", Holder), ("Plain.cs", Plain));
        var driver = GeneratorRun.Driver().RunGenerators(compilation);
        driver = driver.RunGenerators(compilation.AddReferences(Library("public class Unrelated;")));
        var result = driver.GetRunResult().Results.Single();
        Assert.All(Steps, step => Assert.All(Reasons(result, step), AssertUntouched));
        Assert.All(OutputReasons(result), static reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));

        result = driver.RunGenerators(compilation.AddReferences(Library("namespace Amazon.DynamoDBv2.Model { public class AttributeValue; }"))).GetRunResult().Results.Single();
        Assert.Equal([IncrementalStepRunReason.Modified], Reasons(result, CdcModelGenerator.ReferencesStep));
        Assert.All(Reasons(result, CdcModelGenerator.ModelStep), AssertUntouched);
        Assert.Contains(result.GeneratedSources, static source => source.HintName.Contains("AttributeMap", StringComparison.Ordinal));

        static CompilationReference Library(string source) => GeneratorRun.Compile(GeneratorRun.ParseOptions, ("Library.cs", source)).WithAssemblyName("Library").ToMetadataReference();
    }

    [Fact]
    public void A_model_of_ten_attributes_is_250_lines_at_most()
    {
        var run = MarkedSource.ExpectNone("""
            [CdcTable("customers")]
            public sealed partial record Customer
            {
                [PartitionKey("id")] public required long Id { get; init; }
                public string? A { get; init; }
                public decimal? B { get; init; }
                public bool C { get; init; }
                public DateTimeOffset? D { get; init; }
                public System.Collections.Generic.List<string>? E { get; init; }
                public Guid? F { get; init; }
                public double G { get; init; }
                public DayOfWeek? H { get; set; }
                public System.Collections.Generic.Dictionary<string, long>? I { get; set; }
            }
            """);
        Assert.InRange(run.Source("Customer.g.cs").Split('\n').Length, 1, 250);
    }
}
