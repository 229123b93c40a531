// Runs the sample analyzer over source text and sample files, as the compiler would behind the generator.
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using TypedCdc.Generators.Samples;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.CodeFixes.Tests.Harness;

/// <summary>A sample file: <c>&lt;CdcSample Include="path" Table="table"/&gt;</c>.</summary>
internal sealed class SampleText(string text, string? table = null, string path = "customers.jsonl", bool isMarked = true) : AdditionalText
{
    private readonly SourceText _text = SourceText.From(text);

    public override string Path => path;

    public string? Table => table;

    /// <summary>False for an additional file that is no sample.</summary>
    public bool IsMarked => isMarked;

    public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
}

/// <summary>Runs the analyzer.</summary>
internal static class SampleRun
{
    /// <summary>The diagnostics, in the order of ids and places, as <c>id @ marked text: message</c>.</summary>
    public static async Task<string[]> MessagesAsync(string source, params SampleText[] samples) =>
        [.. (await DiagnosticsAsync(source, samples)).Select(static diagnostic => $"{diagnostic.Id} @ {TextAt(diagnostic)}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}")];

    public static async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync(string source, params SampleText[] samples)
    {
        var run = GeneratorRun.Of(source);
        Assert.Empty(run.Diagnostics);
        Assert.DoesNotContain(run.CompilerDiagnostics, static one => one.Severity == DiagnosticSeverity.Error);
        return await DiagnosticsAsync(run.Output, samples);
    }

    public static async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync(Compilation compilation, params SampleText[] samples)
    {
        var options = new AnalyzerOptions([.. samples], new SampleOptions());
        var failures = new List<string>();
        var analysis = compilation.WithAnalyzers(
            [new SampleAnalyzer()],
            new CompilationWithAnalyzersOptions(options, (exception, _, _) => failures.Add(exception.ToString()), concurrentAnalysis: true, logAnalyzerExecutionTime: false));
        var diagnostics = await analysis.GetAnalyzerDiagnosticsAsync();
        Assert.Empty(failures);
        return [.. diagnostics.OrderBy(static one => one.Id, StringComparer.Ordinal).ThenBy(static one => one.Location.SourceSpan.Start).ThenBy(static one => one.GetMessage(CultureInfo.InvariantCulture), StringComparer.Ordinal)];
    }

    private static string TextAt(Diagnostic diagnostic) => diagnostic.Location switch
    {
        { IsInSource: true } location => location.SourceTree!.ToString().Substring(location.SourceSpan.Start, location.SourceSpan.Length),
        var location => $"{location.GetLineSpan().Path}({(location.GetLineSpan().StartLinePosition.Line + 1).ToString(CultureInfo.InvariantCulture)},{(location.GetLineSpan().StartLinePosition.Character + 1).ToString(CultureInfo.InvariantCulture)})",
    };

    private sealed class SampleOptions : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Options([]);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => textFile is SampleText { IsMarked: true } sample
            ? new Options(new() { ["build_metadata.AdditionalFiles.CdcSample"] = "true", ["build_metadata.AdditionalFiles.CdcSampleTable"] = sample.Table ?? "" })
            : GlobalOptions;

        private sealed class Options(Dictionary<string, string> values) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
        }
    }
}
