// Runs the generator over source text, as a compiler with C# 14 would.
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TypedCdc.Decoding;

namespace TypedCdc.Generators.Tests.Harness;

/// <summary>What one run of the generator gave.</summary>
/// <param name="Input">The compilation without generated files.</param>
/// <param name="Output">The compilation with them.</param>
/// <param name="Diagnostics">What the generator reported.</param>
/// <param name="Result">The run's steps and sources.</param>
internal sealed record GeneratorRun(Compilation Input, Compilation Output, ImmutableArray<Diagnostic> Diagnostics, GeneratorRunResult Result)
{
    // Roslyn 4.14 parses extension members only as a preview of the language.
    public static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll"))
            .Append(typeof(CdcModel).Assembly.Location)
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The generated file whose name ends so.</summary>
    public string Source(string nameEnd) => Result.GeneratedSources.Single(source => source.HintName.EndsWith(nameEnd, StringComparison.Ordinal)).SourceText.ToString();

    /// <summary>Errors and warnings of the compiler about the user's and the generated code together; only the generated code must be documented.</summary>
    public IEnumerable<Diagnostic> CompilerDiagnostics => Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning
        && (diagnostic.Id != "CS1591" || !Input.SyntaxTrees.Contains(diagnostic.Location.SourceTree)));

    public static GeneratorRun Of(string source, IReadOnlyDictionary<string, string>? options = null, CSharpParseOptions? parseOptions = null)
    {
        var compilation = Compile(parseOptions ?? ParseOptions, ("Model.cs", source));
        var driver = Driver(options, parseOptions).RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        return new(compilation, output, diagnostics, driver.GetRunResult().Results.Single());
    }

    public static CSharpCompilation Compile(CSharpParseOptions parseOptions, params (string Path, string Source)[] files) => CSharpCompilation.Create(
        "Models",
        files.Select(file => CSharpSyntaxTree.ParseText("using System;\nusing TypedCdc;\n#line 1\n" + file.Source, parseOptions, file.Path)),
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    public static GeneratorDriver Driver(IReadOnlyDictionary<string, string>? options = null, CSharpParseOptions? parseOptions = null) => CSharpGeneratorDriver.Create(
        [new CdcModelGenerator().AsSourceGenerator()],
        parseOptions: parseOptions ?? ParseOptions,
        optionsProvider: Options(options ?? ImmutableDictionary<string, string>.Empty),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>What a project's properties are to the generator.</summary>
    public static AnalyzerConfigOptionsProvider Options(IReadOnlyDictionary<string, string> values) => new ProjectOptions(values);

    private sealed class ProjectOptions(IReadOnlyDictionary<string, string> values) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(values);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Values(IReadOnlyDictionary<string, string> values) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
        }
    }
}
