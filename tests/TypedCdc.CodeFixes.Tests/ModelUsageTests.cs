using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TypedCdc.Generators.Tests.Harness;
using TypedCdc.Generators.Usage;

namespace TypedCdc.CodeFixes.Tests;

/// <summary>What is used as a model and is none is an error of the compiler's; whatever is a model is not.</summary>
public sealed class ModelUsageTests
{
    private const string Model = "[CdcTable(\"one\")] public partial record One([PartitionKey] long Id);";
    private const string Handler = "public sealed class Welcome : ChangeHandler<Wrong>;\npublic record Wrong(long Id);";

    [Theory]
    [InlineData("public static class Use { public static object Run(byte[] utf8) => CdcRecord.Decode<[|Wrong|]>(utf8); }")]
    [InlineData("public static class Use { public static void Run(CdcBuilder cdc) => cdc.Handle<[|Wrong|], Welcome>(); }")]
    [InlineData("public static class Use { public static void Run(CdcBuilder cdc) => cdc?.Table<[|Wrong|]>(\"x\"); }")]
    [InlineData("public static class Use { public static void Run(CdcBuilder cdc, ISink<Wrong> sink) => cdc.[|To|](sink); }")] // inferred
    [InlineData("public static class Use { public static Func<Wrong, byte[]> Run() => CdcItem.[|ToUtf8|]; }")]
    [InlineData("public static class Use { public static Func<Wrong, byte[]> Run() => CdcItem.ToUtf8<[|Wrong|]>; }")]
    [InlineData("public static class Use { static void My<[TypedCdc.Decoding.CdcModelType] T>() { } public static void Run() => My<[|Wrong|]>(); }")]
    [InlineData("public static class Use { public static object Run(byte[] utf8) => CdcRecord.Decode<[|Uri|]>(utf8); }")]
    [InlineData("public static class Use { public static object Run(byte[] utf8) => CdcRecord.Decode<[|int[]|]>(utf8); }")]
    public async Task TCDC023_A_type_argument_that_is_no_model(string marked) => await ExpectAsync("TCDC023", marked + "\n" + Handler);

    [Theory]
    [InlineData("public record [|One|]([PartitionKey] long Id);")]
    [InlineData("public record struct [|One|]([property: PartitionKey] long Id);")]
    [InlineData("public class [|One|] { [PartitionKey(\"id\")] public long Id { get; set; } [SortKey] public long Sort { get; set; } }")]
    [InlineData("public class [|One|] { [PartitionKey] public long Id; }")]
    [InlineData("[PartitionKey(\"PK\", Pattern = \"A#{Id}\")] public class [|One|] { public long Id { get; set; } }")]
    public async Task TCDC022_A_key_without_a_table(string marked) => await ExpectAsync("TCDC022", marked);

    [Theory]
    [InlineData(Model + "public static class Use { public static object Run(byte[] utf8) => CdcRecord.Decode<One>(utf8); }")]
    [InlineData(Model + "public static class Use { public static object Run<T>(byte[] utf8) => CdcRecord.Decode<T>(utf8); }")] // passed on
    [InlineData(Model + "public static class Use { static void My<T>() { } public static void Run() => My<Uri>(); }")]
    [InlineData("public class Plain { [PartitionKey] public long Id { get; set; } } [CdcModel(typeof(Plain), \"plain\")] public static partial class Models; public static class Use { public static object Run(byte[] utf8) => CdcRecord.Decode<Plain>(utf8); }")]
    [InlineData("public abstract class Base { [PartitionKey] public long Id { get; set; } } [CdcTable(\"one\")] public partial class One : Base;")]
    [InlineData("public class Base { [PartitionKey] public long Id { get; set; } } public class Middle : Base; [CdcTable(\"one\")] public partial class One : Middle;")]
    [InlineData("public class Base<T> { [PartitionKey] public T? Id { get; set; } } [CdcTable(\"one\")] public partial class One : Base<long>;")]
    [InlineData("public interface IKeyed { [PartitionKey] long Id { get; } }")]
    [InlineData("[CdcTable(\"one\", Discriminator = \"t\"), CdcDerivedType(typeof(Cat), \"cat\")] public partial record Animal([PartitionKey] long Id); public record Cat([PartitionKey] long Id) : Animal(Id);")]
    [InlineData("public static class Use { public static object Run(byte[] utf8) => CdcRecord.Decode<Missing>(utf8); }")] // the compiler's own error
    public async Task Correct_code_has_no_diagnostic(string source) => Assert.Empty(await RunAsync(source));

    /// <summary>Models that a referenced assembly declares, by itself or for types that are not its own.</summary>
    [Fact]
    public async Task Models_of_other_assemblies_are_models()
    {
        var library = GeneratorRun.Of(Model + "namespace Lib { public class Plain { public long Id { get; set; } } [CdcModel(typeof(Plain), \"plain\", PartitionKey = \"Id\"), CdcModel(typeof(Version), \"versions\", PartitionKey = \"Major\")] public static partial class Models; }");
        using var dll = new MemoryStream();
        var emitted = library.Output.WithAssemblyName("Library").Emit(dll);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        const string Source = "public static class Use { public static object Run(byte[] utf8) => (CdcRecord.Decode<One>(utf8), CdcRecord.Decode<Lib.Plain>(utf8), CdcRecord.Decode<Version>(utf8), CdcRecord.Decode<Uri>(utf8)); }";
        var compilation = GeneratorRun.Compile(GeneratorRun.ParseOptions, ("Use.cs", Source)).AddReferences(MetadataReference.CreateFromImage(dll.ToArray()));
        var found = await AnalyzeAsync(compilation);
        Assert.Equal(["'Uri'"], found.Select(static one => one.GetMessage(System.Globalization.CultureInfo.InvariantCulture).Split(' ')[0]));
    }

    private static async Task ExpectAsync(string id, string marked)
    {
        var source = marked.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal);
        var found = await RunAsync(source);
        var diagnostic = Assert.Single(found);
        Assert.Equal((id, DiagnosticSeverity.Error), (diagnostic.Id, diagnostic.Severity));
        var span = diagnostic.Location.SourceSpan;
        var header = "using System;\nusing TypedCdc;\n#line 1\n".Length;
        Assert.Equal((marked.IndexOf("[|", StringComparison.Ordinal), marked.IndexOf("|]", StringComparison.Ordinal) - 2), (span.Start - header, span.End - header));
    }

    private static async Task<IReadOnlyList<Diagnostic>> RunAsync(string source) => await AnalyzeAsync((CSharpCompilation)GeneratorRun.Of(source).Output);

    private static async Task<IReadOnlyList<Diagnostic>> AnalyzeAsync(CSharpCompilation compilation) =>
        await compilation.WithAnalyzers([new ModelUsageAnalyzer()]).GetAnalyzerDiagnosticsAsync(CancellationToken.None);
}
