using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TypedCdc.Benchmarks.Harness;
using TypedCdc.Decoding;
using TypedCdc.Generators;

namespace TypedCdc.Benchmarks.Generator;

/// <summary>What the generator adds to a build: a model more, a model edited, an edit elsewhere.</summary>
internal sealed class GeneratorSuite : IBenchmarkSuite
{
    // Roslyn 4.14 parses extension members only as a preview of the language.
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview, DocumentationMode.None);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll"))
            .Append(typeof(CdcModel).Assembly.Location)
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    public string Name => "generator";

    public string About => "milliseconds that the source generator adds to a build, a model";

    public Task<int> RunAsync(BenchmarkReport report, Arguments arguments, CancellationToken cancellationToken)
    {
        var table = new BenchmarkTable(
            "Source generator, milliseconds (medians)",
            "project", "compile alone, a model", "generate, a model", "p10", "edit of a model, all", "edit elsewhere, all", "lines a model");
        foreach (var (count, members) in new[] { (1, 10), (100, 10), (100, 60) })
        {
            Measure(table, count, members, arguments.IsShort ? 2 : 15, cancellationToken);
        }

        report.Add(table);
        return Task.FromResult(0);
    }

    private static void Measure(BenchmarkTable table, int count, int members, int samples, CancellationToken cancellationToken)
    {
        Samples alone = new(), generate = new(), edit = new(), elsewhere = new();
        var lines = 0;
        for (var i = 0; i < samples + 2; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // What parses and binds the user's code is the compiler's own cost: the generator finds it done.
            var compilation = Compile(count, members);
            var compiled = Time(() => compilation.GetDiagnostics(cancellationToken));
            GeneratorDriver driver = CSharpGeneratorDriver.Create([new CdcModelGenerator().AsSourceGenerator()], parseOptions: ParseOptions);
            var generated = Time(() => driver = driver.RunGenerators(compilation, cancellationToken));
            var tree = compilation.SyntaxTrees.First();
            var edited = compilation.ReplaceSyntaxTree(tree, Parse(tree.ToString().Replace("Member1 ", "Renamed ", StringComparison.Ordinal), tree.FilePath));
            var last = edited.SyntaxTrees.Last();
            var ofEdit = Time(() => driver = driver.RunGenerators(edited, cancellationToken));
            var untouched = edited.ReplaceSyntaxTree(last, Parse(last + "// edited", last.FilePath));
            var ofOther = Time(() => driver = driver.RunGenerators(untouched, cancellationToken));
            lines = driver.GetRunResult().Results[0].GeneratedSources.Sum(static source => source.SourceText.Lines.Count) / count;

            // The first ones are the JIT's.
            if (i >= 2)
            {
                alone.Add(compiled / count);
                generate.Add(generated / count);
                edit.Add(ofEdit);
                elsewhere.Add(ofOther);
            }
        }

        table.Add($"{count} models of {members} members", alone.Median, generate.Median, generate.P10, edit.Median, elsewhere.Median, lines);
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static CSharpCompilation Compile(int count, int members) => CSharpCompilation.Create(
        "Models",
        Enumerable.Range(0, count).Select(i => Parse(Model(i, members), $"Model{i}.cs")).Append(Parse("class Other { }", "Other.cs")),
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable, concurrentBuild: false));

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, ParseOptions, path);

    // One of each of the types that models are made of.
    private static string Model(int number, int members)
    {
        string[] types =
        [
            "string?", "long", "decimal?", "bool", "System.DateTimeOffset?", "System.Collections.Generic.List<string>?", "System.Guid?", "double",
            "System.DayOfWeek?", "System.Collections.Generic.Dictionary<string, long>?",
        ];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"namespace Shop.Models{number};\n[TypedCdc.CdcTable(\"table-{number}\")]\npublic sealed partial record Model{number}\n{{\n    [TypedCdc.PartitionKey(\"id\")] public required long Id {{ get; init; }}\n");
        for (var i = 1; i < members; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    [TypedCdc.CdcAttribute(\"member_{i}\")] public {types[i % types.Length]} Member{i} {{ get; init; }}\n");
        }

        return text.Append("}\n").ToString();
    }
}
