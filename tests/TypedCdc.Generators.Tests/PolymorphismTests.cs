// Models and maps that are one of several derived types.
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests;

public sealed class PolymorphismTests
{
    private const string Animals = """
        [CdcTable("animals", Discriminator = "type")]
        [CdcDerivedType(typeof(Dog), "dog")]
        [CdcDerivedType(typeof(Cat), "cat")]
        public abstract partial record Animal
        {
            [PartitionKey("id")] public required long Id { get; init; }
            [CdcAttribute("name")] public string? Name { get; init; }
        }

        public sealed record Dog : Animal { [CdcAttribute("breed")] public required string Breed { get; init; } }

        public sealed record Cat(int Lives) : Animal { [CdcAttribute("toys")] public System.Collections.Generic.List<string> Toys { get; init; } = []; }
        """;

    [Fact]
    public void Model_of_derived_types() => Snapshot.Verify(MarkedSource.ExpectNone("namespace Zoo;\n" + Animals).Source("Animal.g.cs"), typeof(PolymorphismTests));

    [Theory]
    [InlineData("string", "\"dog\"", "abstract ", "", "it is no 'Animal'")]
    [InlineData("Wolf", "\"dog\"", "abstract ", "public abstract record Wolf : Animal;", "it is abstract")]
    [InlineData("Cat", "\"cat\"", "", "", "'Dog' has the value 'cat' of the attribute '$type' already")]
    public void TCDC042_a_type_that_cannot_be_derived(string type, string value, string modifiers, string more, string reason)
    {
        _ = modifiers;
        var run = GeneratorRun.Of($$"""
            [CdcTable("animals")]
            [CdcDerivedType(typeof(Dog), "cat")]
            [CdcDerivedType(typeof({{type}}), {{value}})]
            public abstract partial record Animal { [PartitionKey("id")] public required long Id { get; init; } }
            public record Dog : Animal; public record Cat : Animal; {{more}}
            """);
        var found = Assert.Single(run.Diagnostics);
        Assert.Equal("TCDC042", found.Id);
        Assert.Contains(reason, found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.StartsWith($"CdcDerivedType(typeof({type})", found.Location.SourceTree!.ToString()[found.Location.SourceSpan.Start..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[CdcAttribute(\"a\")] public int [|A|] { get; init; }", "[CdcAttribute(\"a\")] public int A { get; init; }", false)]
    [InlineData("[CdcAttribute(\"a\")] public int A { get; init; }", "[CdcAttribute(\"a\")] public string? [|B|] { get; init; }", true)]
    [InlineData("[CdcAttribute(\"a\"), CdcColumn(\"x\")] public int A { get; init; }", "[CdcAttribute(\"a\")] public int [|A|] { get; init; }", true)]
    [InlineData("[CdcAttribute(\"$type\")] public int [|A|] { get; init; }", "", true)]
    [InlineData("[SortKey(\"s\")] public int [|A|] { get; init; }", "", true)]
    public void TCDC042_attributes_of_several_types(string one, string two, bool isClash)
    {
        var source = $$"""
            [CdcTable("animals")] [CdcDerivedType(typeof(Dog))] [CdcDerivedType(typeof(Cat))]
            public abstract partial record Animal { [PartitionKey("id")] public required long Id { get; init; } }
            public record Dog : Animal { {{one}} } public record Cat : Animal { {{two}} }
            """;
        if (isClash)
        {
            MarkedSource.Expect("TCDC042", DiagnosticSeverity.Error, source);
        }
        else
        {
            MarkedSource.ExpectNone(source.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void TCDC041_a_model_of_derived_types_has_all_their_values()
    {
        const string Other = "[CdcTable(\"animals\", Discriminator = \"type\", DiscriminatorValue = \"VALUE\")] public partial record Plant([property: PartitionKey(\"id\")] long Id);";
        Assert.Equal("TCDC041", Assert.Single(GeneratorRun.Of(Animals + Other.Replace("VALUE", "cat", StringComparison.Ordinal)).Diagnostics).Id);
        MarkedSource.ExpectNone(Animals + Other.Replace("VALUE", "plant", StringComparison.Ordinal));
    }

    [Fact]
    public void AWS_annotations_of_derived_types_are_kept() => Assert.Contains("item[2].TextEquals(\"dog\"u8)", MarkedSource.ExpectNone(
        """
        [CdcTable("animals")]
        [Amazon.DynamoDBv2.DataModel.DynamoDBPolymorphicType("dog", typeof(Dog))]
        public partial class Animal { [PartitionKey] public long Id { get; set; } }
        public class Dog : Animal { public int Age { get; set; } }
        namespace Amazon.DynamoDBv2.DataModel
        {
            [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
            public sealed class DynamoDBPolymorphicTypeAttribute(string typeDiscriminator, Type derivedType) : Attribute
            {
                public string TypeDiscriminator => typeDiscriminator;
                public Type DerivedType => derivedType;
            }
        }
        """).Source("Animal.g.cs"), StringComparison.Ordinal);
}
