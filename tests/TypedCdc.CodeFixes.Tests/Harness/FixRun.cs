// Applies a code fix to source text, as an editor would, and shows what the compiler and the generator say afterwards.
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using TypedCdc.Generators.Tests.Harness;
using TypedCdc.Generators.Usage;

namespace TypedCdc.CodeFixes.Tests.Harness;

/// <summary>Applies fixes.</summary>
internal static class FixRun
{
    private const string Header = "using System;\nusing TypedCdc;\n#line 1\n";

    /// <summary>The titles that are offered for all diagnostics of the fix's ids.</summary>
    public static async Task<string[]> TitlesAsync(CodeFixProvider fix, string source, params SampleText[] samples)
    {
        var (document, diagnostics) = await OpenAsync(fix, source, samples);
        var titles = new List<string>();
        foreach (var diagnostic in diagnostics)
        {
            titles.AddRange((await ActionsAsync(fix, document, diagnostic)).Select(static action => action.Title));
        }

        return [.. titles];
    }

    /// <summary>The text after the action with that title was applied; by default, the only one.</summary>
    public static async Task<string> ApplyAsync(CodeFixProvider fix, string source, SampleText[] samples, string? title = null)
    {
        var (document, diagnostics) = await OpenAsync(fix, source, samples);
        var actions = new List<CodeAction>();
        foreach (var diagnostic in diagnostics)
        {
            actions.AddRange(await ActionsAsync(fix, document, diagnostic));
        }

        return await ApplyAsync(document, title is null ? Assert.Single(actions) : actions.Single(action => action.Title == title));
    }

    /// <summary>The text after all diagnostics of the document were fixed at once.</summary>
    public static async Task<string> ApplyAllAsync(CodeFixProvider fix, string source, params SampleText[] samples)
    {
        var (document, diagnostics) = await OpenAsync(fix, source, samples);
        var first = (await ActionsAsync(fix, document, diagnostics[0]))[0];
        var context = new FixAllContext(
            document, fix, FixAllScope.Document, first.EquivalenceKey, diagnostics.Select(static one => one.Id).Distinct(), new Provider(diagnostics), CancellationToken.None);
        return await ApplyAsync(document, (await fix.GetFixAllProvider()!.GetFixAsync(context))!);
    }

    /// <summary>The text compiles behind the generator, without an error of the compiler's, and without any of the fix's diagnostics.</summary>
    public static async Task ExpectFixedAsync(CodeFixProvider fix, string text, params SampleText[] samples)
    {
        var (_, diagnostics) = await OpenAsync(fix, text, samples);
        Assert.Empty(diagnostics);
        Assert.DoesNotContain(GeneratorRun.Of(text).Output.GetDiagnostics(), static one => one.Severity == DiagnosticSeverity.Error);
    }

    private static async Task<(Document Document, ImmutableArray<Diagnostic> Diagnostics)> OpenAsync(CodeFixProvider fix, string source, SampleText[] samples)
    {
        var run = GeneratorRun.Of(source);
        var diagnostics = run.Diagnostics.AddRange(samples.Length == 0 ? [] : await SampleRun.DiagnosticsAsync(run.Output, samples))
            .AddRange(await run.Output.WithAnalyzers([new ModelUsageAnalyzer()]).GetAnalyzerDiagnosticsAsync(CancellationToken.None));
        var project = ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Default, "Models", "Models", LanguageNames.CSharp,
            compilationOptions: run.Input.Options, parseOptions: GeneratorRun.ParseOptions, metadataReferences: run.Input.References);
        var document = new AdhocWorkspace().AddProject(project).AddDocument("Model.cs", SourceText.From(run.Input.SyntaxTrees.Single().ToString()), filePath: "Model.cs");
        return (document, [.. diagnostics.Where(one => fix.FixableDiagnosticIds.Contains(one.Id)).OrderBy(static one => one.Location.SourceSpan.Start)]);
    }

    private static async Task<List<CodeAction>> ActionsAsync(CodeFixProvider fix, Document document, Diagnostic diagnostic)
    {
        var actions = new List<CodeAction>();
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        return actions;
    }

    private static async Task<string> ApplyAsync(Document document, CodeAction action)
    {
        var change = (await action.GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>().Single();
        var text = (await change.ChangedSolution.GetDocument(document.Id)!.GetTextAsync()).ToString();
        Assert.StartsWith(Header, text, StringComparison.Ordinal);
        return text[Header.Length..];
    }

    private sealed class Provider(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult(Enumerable.Empty<Diagnostic>());
    }
}
