using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests;

/// <summary>Generated code never gives a warning, whatever the project says about nullable references.</summary>
public sealed class NullableContextTests
{
    private const string Boxes = """
        public class Box<T> { public T Value { get; set; } public System.Collections.Generic.List<T> Many { get; set; } public Box<T> Next { get; set; } }
        public class Pair<T, U> where T : class where U : struct { public T First { get; set; } public U Second { get; set; } public System.Collections.Generic.Dictionary<string, T> Named { get; set; } }
        public class Item { public string Name { get; set; } public Item[] Parts { get; set; } public byte[] Bytes { get; set; } public Uri Link { get; set; } }
        [CdcTable("one")] public partial class One
        {
            [PartitionKey] public string Id { get; set; }
            [SortKey] public string Sort { get; set; }
            public Box<int> A { get; set; }
            public Box<string> B { get; set; }
            public Box<Box<int?>> C { get; set; }
            public Box<Item> D { get; set; }
            public Pair<string, Guid> E { get; set; }
            public System.Collections.Generic.List<Box<string>> F { get; set; }
            public System.Collections.Generic.Dictionary<string, Box<string[]>> G { get; set; }
            public System.Collections.Generic.HashSet<string> H { get; set; }
            public System.Text.Json.Nodes.JsonNode I { get; set; }
            public System.IO.MemoryStream J { get; set; }
            public System.Collections.Generic.List<System.Collections.Generic.List<string>> K { get; set; }
            private string Hidden { get; set; }
            [CdcAttribute("l")] private string L { get; set; }
        }
        [CdcTable("two")] public partial record Two([PartitionKey] string Id, Box<string> Box, string[] Names, Item Item);
        [CdcTable("three")] public partial struct Three { [PartitionKey] public string Id { get; set; } public Box<Box<string>> Box { get; set; } }
        public class Plain { public string Id { get; set; } public Box<Plain> Box { get; set; } }
        [CdcModel(typeof(Plain), "plain", PartitionKey = "Id")] public partial class Models { }
        [CdcTable("four"), CdcDiscriminator("type"), CdcDerivedType(typeof(Cat), "cat"), CdcDerivedType(typeof(Dog), "dog")]
        public abstract partial class Animal { [PartitionKey] public string Id { get; set; } public Box<string> Box { get; set; } }
        public class Cat : Animal { public string Name { get; set; } }
        public class Dog : Animal { public Item Collar { get; set; } }
        """;

    public static TheoryData<NullableContextOptions> Contexts =>
        [NullableContextOptions.Disable, NullableContextOptions.Annotations, NullableContextOptions.Warnings, NullableContextOptions.Enable];

    [Theory]
    [MemberData(nameof(Contexts))]
    public void Unannotated_models_compile_without_a_warning(NullableContextOptions context) => Verify(Boxes, context);

    /// <summary>The user's own file may be annotated in a project that is not.</summary>
    [Theory]
    [MemberData(nameof(Contexts))]
    public void Annotated_models_compile_without_a_warning(NullableContextOptions context) => Verify(
        "#nullable enable\n" + """
        public class Box<T> { public T? Value { get; set; } public System.Collections.Generic.List<T?>? Many { get; set; } public Box<T>? Next { get; set; } }
        [CdcTable("one")] public partial class One
        {
            [PartitionKey] public required string Id { get; init; }
            public Box<int>? A { get; set; }
            public Box<string>? B { get; set; }
            public Box<string?>? C { get; set; }
            public Box<Box<int?>?>? D { get; set; }
            public System.Collections.Generic.List<string?> E { get; set; } = [];
        }
        """,
        context);

    private static void Verify(string source, NullableContextOptions context)
    {
        var compilation = GeneratorRun.Compile(GeneratorRun.ParseOptions, ("Model.cs", source));
        compilation = compilation.WithOptions(compilation.Options.WithNullableContextOptions(context));
        GeneratorRun.Driver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        Assert.Empty(diagnostics.Where(static one => one.Severity == DiagnosticSeverity.Error));
        Assert.True(output.SyntaxTrees.Count() > 1);
        Assert.Empty(output.GetDiagnostics().Where(one => one.Severity >= DiagnosticSeverity.Warning && one.Id != "CS1591" && one.Location.SourceTree is { } tree && !compilation.SyntaxTrees.Contains(tree)));
        Assert.Empty(output.GetDiagnostics().Where(static one => one.Severity == DiagnosticSeverity.Error));
    }
}
